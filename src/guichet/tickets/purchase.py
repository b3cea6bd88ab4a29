"""The purchase, from the first step to the last.

    step           do                                        undo
    reserve        take stock for the order                  release: give it back
    take_payment   charge; the key is the order              void or refund, also when unsure
    issue          tickets and `tickets.order.confirmed`     none: repeated until done

The stock writer does `reserve` together with the storing of the order itself, so an order exists
only once its places are taken. State and next step are stored before each step; a crash at any
point is taken up by any replica once the lease has ended. Remote calls happen outside
transactions: the intent is stored, the call carries an idempotency key, the outcome is stored.
What the provider answered to a charge that succeeded is stored in the commit of the tickets.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from guichet.kernel.clock import now
from guichet.kernel.logs import logger
from guichet.kernel.saga import Outcome, SagaRunner, Step, StepResult
from guichet.tickets.codes import order_code
from guichet.tickets.domain import BUYER_WAIT_SECONDS, Order, Payment, Ticket
from guichet.tickets.faults import FaultPoints
from guichet.tickets.issuing import EventCancelled, Issued, OrderWriter
from guichet.tickets.payments import (
    OrderToCharge,
    PaymentOutcome,
    PaymentProvider,
    PaymentResult,
)
from guichet.tickets.refunds import Refunds

ASK_AGAIN_SECONDS = 15.0
NEW_SECONDS_MAX = 3600.0
"""An order taken up later than that may have been charged under a key that the provider forgot."""

log = logger(__name__)


Result = StepResult[Order]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an order waits for its buyer, and how often the provider is asked meanwhile.

    Asking is for the case that the provider's webhook is lost.
    """

    buyer_wait_seconds: float = BUYER_WAIT_SECONDS
    ask_again_seconds: float = ASK_AGAIN_SECONDS


class Purchase:
    """The steps of a purchase and what they need."""

    def __init__(
        self,
        writer: OrderWriter,
        provider: PaymentProvider,
        refunds: Refunds,
        faults: FaultPoints,
        patience: Patience | None = None,
    ) -> None:
        self._writer = writer
        self._provider = provider
        self._refunds = refunds
        self._faults = faults
        self._patience = patience or Patience()
        self.runner = SagaRunner(self.steps(), writer)
        self._issued: dict[int, tuple[Ticket, ...]] = {}

    def steps(self) -> list[Step[Order]]:
        """Return the steps in their order."""
        return [
            Step("reserve", self._reserve, self._release),
            Step("take_payment", self._take_payment, self._give_payment_back),
            Step("issue", self._issue, stores_before=True),
        ]

    async def run(self, order: Order) -> Order:
        """Take an order as far as it goes now; `step` is None in the result once it has ended."""
        self._faults.hit("after_reserve")
        return await self.runner.run(order)

    async def finish(self, order: Order) -> Issued:
        """Do the same for a buyer who waits; with the tickets where this very run issued them."""
        self._issued[order.order_id] = ()
        try:
            ended = await self.run(order)
            return Issued(ended, self._issued[order.order_id])
        finally:
            del self._issued[order.order_id]

    async def _reserve(self, order: Order) -> Result:
        # The places were taken in the commit that stored the order.
        return StepResult(Outcome.DONE, order)

    async def _release(self, order: Order) -> Result:
        ended = await self._writer.release(order)
        log.info("order ended without tickets", order=order.order_id, reason=order.failure)
        return StepResult(Outcome.DONE, ended, is_saved=True)

    async def _take_payment(self, order: Order) -> Result:
        payment = payment_of(order)
        key, charge = order_key(order), order_to_charge(order)
        self._faults.hit("before_charge")
        is_new = now() - order.created_at < timedelta(seconds=NEW_SECONDS_MAX)
        if payment.intent_id is None and not order.attempts and is_new:
            found = await self._provider.charge(order_key=key, **charge)
        else:
            found = await self._provider.find(
                order_key=key,
                intent_id=payment.intent_id,
                first_tried_at=order.created_at,
                **charge,
            )
        self._faults.hit("after_charge")
        return self._after_charge(order, await self._closed(order, found))

    def _after_charge(self, order: Order, found: PaymentResult) -> Result:
        learnt = with_result(order, found)
        match found.outcome:
            case PaymentOutcome.PAID:
                return StepResult(Outcome.DONE, learnt)
            case PaymentOutcome.DECLINED:
                return StepResult(Outcome.FAILED, replace(learnt, failure=failure_of(found)))
            case PaymentOutcome.NEEDS_BUYER:
                wait_seconds = self._patience.ask_again_seconds
                return StepResult(Outcome.WAITING, learnt, wait_seconds=wait_seconds)
            case PaymentOutcome.UNKNOWN:
                return StepResult(Outcome.UNKNOWN, learnt)

    async def _closed(self, order: Order, found: PaymentResult) -> PaymentResult:
        """Close a payment that is to fail, so that nobody can still complete it.

        The provider leaves a declined payment open, and the buyer's browser holds the means to
        try again: without this, money could be taken for an order that has already ended.
        """
        patience = timedelta(seconds=self._patience.buyer_wait_seconds)
        waits_too_long = now() - order.created_at > patience
        gives_up = found.outcome is PaymentOutcome.NEEDS_BUYER and waits_too_long
        if found.intent_id is None or not (gives_up or found.outcome is PaymentOutcome.DECLINED):
            return found
        closed = await self._provider.void(intent_id=found.intent_id)
        if closed.outcome is PaymentOutcome.DECLINED and found.decline_code is not None:
            return replace(closed, decline_code=found.decline_code)
        return closed

    async def _give_payment_back(self, order: Order) -> Result:
        payment = payment_of(order)
        if payment.captured_minor:
            await self._refunds.request_whole(order)
            return StepResult(Outcome.DONE, order)
        # Unsure: what the provider knows decides, and a capture is stored before it is given back.
        found = await self._provider.find(
            order_key=order_key(order),
            intent_id=payment.intent_id,
            first_tried_at=order.created_at,
            **order_to_charge(order),
        )
        if found.outcome is PaymentOutcome.NEEDS_BUYER and found.intent_id is not None:
            found = await self._provider.void(intent_id=found.intent_id)
        if found.outcome is PaymentOutcome.DECLINED:
            return StepResult(Outcome.DONE, order)
        return StepResult(Outcome.UNKNOWN, with_result(order, found))

    async def _issue(self, order: Order) -> Result:
        self._faults.hit("before_issue")
        issued = await self._writer.issue(order)
        if isinstance(issued, EventCancelled):
            return StepResult(Outcome.FAILED, replace(order, failure="event_cancelled"))
        self._faults.hit("after_issue")
        if order.order_id in self._issued:
            self._issued[order.order_id] = issued.tickets
        return StepResult(Outcome.DONE, issued.order, is_saved=True)


def payment_of(order: Order) -> Payment:
    """Return the payment of an order that is not free."""
    if order.payment is None:
        raise ValueError("a free order has no payment")
    return order.payment


def order_key(order: Order) -> str:
    """Return the idempotency key of an order's charge."""
    return f"order-{order.order_id}"


def order_to_charge(order: Order) -> OrderToCharge:
    """Return what is charged for; the same values at every call, as the provider demands."""
    payment = payment_of(order)
    code = order_code(order.order_id)
    return OrderToCharge(
        order_id=order.order_id,
        order_code=code,
        amount_minor=order.total_minor,
        currency=order.currency,
        method=payment.method,
        return_url=payment.return_url,
        description=f"Guichet {code}",
    )


def failure_of(found: PaymentResult) -> str:
    """Return the stable reason for a declined payment."""
    known = {
        "insufficient_funds": "insufficient_funds",
        "authentication_required": "authentication_failed",
        "payment_intent_authentication_failure": "authentication_failed",
        "authentication_failed": "authentication_failed",
        "canceled": "abandoned",
        "amount_too_small": "amount_too_small",
    }
    return known.get(found.decline_code or "", "declined")


def with_result(order: Order, found: PaymentResult) -> Order:
    """Return the order with what the provider said about its payment."""
    payment = payment_of(order)
    action = None
    status = payment.status
    if found.outcome is PaymentOutcome.NEEDS_BUYER and found.next_action is not None:
        action = {
            "type": found.next_action.type,
            "url": found.next_action.url,
            "client_secret": found.next_action.client_secret,
        }
    if found.outcome is PaymentOutcome.PAID:
        status = "completed"
    elif found.outcome is PaymentOutcome.DECLINED:
        status = "failed"
    is_paid = found.outcome is PaymentOutcome.PAID
    return replace(
        order,
        payment=replace(
            payment,
            status=status,
            captured_minor=found.amount_minor if is_paid else payment.captured_minor,
            intent_id=found.intent_id or payment.intent_id,
            method_label=found.method_label or payment.method_label,
            decline_code=found.decline_code,
            next_action=action,
            paid_at=(payment.paid_at or now()) if is_paid else payment.paid_at,
        ),
    )
