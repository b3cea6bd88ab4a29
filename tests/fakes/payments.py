"""An in-memory payment provider that can be told to misbehave.

It passes the same contract suite as the Stripe adapter (tests/tickets/test_payments.py), so a saga
that works against it works against the port.
"""

import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, Unpack

from guichet.tickets.payments import (
    BUYER_CHOOSES,
    NextAction,
    OrderToCharge,
    PaymentOutcome,
    PaymentResult,
    RefundOutcome,
    RefundResult,
    WebhookEvent,
)
from guichet.tickets.payments.webhook import read_webhook, sign
from tests.fakes.provider_books import FakeBooks

WEBHOOK_SECRET = "whsec_fake"

DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
}
NEEDS_BUYER = {"pm_card_authenticationRequiredOnSetup", "pm_card_authenticationRequired"}


_Result = TypeVar("_Result", PaymentResult, RefundResult)


class Twist(StrEnum):
    """What goes wrong with one call. Put some into `FakeProvider.twists["charge"]` and so on."""

    NONE = "none"
    LOSE_BEFORE = "lose_before"
    """Nothing happens at the provider, and the answer is UNKNOWN."""
    LOSE_AFTER = "lose_after"
    """It happens at the provider, and the answer is UNKNOWN."""
    RAISE_BEFORE = "raise_before"
    RAISE_AFTER = "raise_after"
    """It happens at the provider, then `ProviderBrokeError`: as good as a crash of the caller."""
    DECLINE = "decline"
    """The charge is declined, whatever the method says; a refund is refused."""
    ASK_BUYER = "ask_buyer"
    SETTLE_LATER = "settle_later"
    """The charge stays UNKNOWN (a refund PENDING) until `settle` (`settle_refund`) is called."""


class ProviderBrokeError(RuntimeError):
    """Raised by a `RAISE_…` twist."""


@dataclass(slots=True)
class Call:
    """One call that the provider saw, for assertions on order and arguments."""

    name: str
    key: str


@dataclass(slots=True)
class _Intent:
    order_key: str
    order: OrderToCharge
    result: PaymentResult


@dataclass(slots=True)
class _Refund:
    intent_id: str
    amount_minor: int
    result: RefundResult


@dataclass(slots=True)
class FakeProvider:
    """Fulfils `PaymentProvider`. Amounts in minor units.

    `before` is awaited at the start of every call with its name: block there to hold a call in
    flight. Twists are consumed one a call, first come, first served, per method name.
    """

    test_mode: bool = True
    before: Callable[[str], Awaitable[None]] | None = None
    twists: dict[str, deque[Twist]] = field(
        default_factory=lambda: {
            name: deque[Twist]() for name in ("charge", "find", "void", "refund")
        }
    )
    calls: list[Call] = field(default_factory=list[Call])
    captures: Counter[str] = field(default_factory=Counter[str])
    """How many times money was captured, by order key. Anything above 1 is a bug."""
    closed: bool = False
    books: FakeBooks = field(default_factory=FakeBooks)
    _intents: dict[str, _Intent] = field(default_factory=dict[str, _Intent])
    _intent_by_key: dict[str, str] = field(default_factory=dict[str, str])
    _refunds: dict[str, _Refund] = field(default_factory=dict[str, _Refund])

    def script(self, name: str, *twists: Twist) -> None:
        """Let the next calls of `charge`, `find`, `void` or `refund` go wrong, in this order."""
        self.twists[name].extend(twists)

    def captured_minor(self, order_key: str) -> int:
        """Return what the provider took for an order."""
        return self._result_by_key(order_key).amount_minor

    def refunded_minor(self, order_key: str) -> int:
        """Return what the provider gave back of an order."""
        return self._result_by_key(order_key).refunded_minor

    def finish_at_bank(self, intent_id: str, *, passed: bool) -> None:
        """Play the buyer at the bank's page; KeyError for an unknown intent."""
        self.settle(intent_id, paid=passed, decline_code="payment_intent_authentication_failure")

    def pay_in_browser(self, intent_id: str, method: str) -> None:
        """Play the buyer who gives a means of payment to the provider; KeyError if unknown."""
        intent = self._intents[intent_id]
        if intent.result.outcome is not PaymentOutcome.NEEDS_BUYER:
            return
        decline_code = DECLINES.get(method)
        if decline_code is not None:
            intent.result = _waits_for_method(intent_id, decline_code)
        else:
            self._end(intent_id, intent, decline_code=None)

    def settle(self, intent_id: str, *, paid: bool, decline_code: str = "card_declined") -> None:
        """Let a payment that is open end one way or the other, now."""
        intent = self._intents[intent_id]
        if intent.result.outcome in {PaymentOutcome.UNKNOWN, PaymentOutcome.NEEDS_BUYER}:
            self._end(intent_id, intent, decline_code=None if paid else decline_code)

    def settle_refund(self, refund_key: str, *, done: bool) -> None:
        """Let a pending refund end one way or the other, now."""
        refund = self._refunds[refund_key]
        if refund.result.outcome is RefundOutcome.PENDING:
            outcome = RefundOutcome.DONE if done else RefundOutcome.REFUSED
            refund.result = replace(refund.result, outcome=outcome)
            self._recount(refund.intent_id)

    def refund_outside(self, refund_id: str, intent_id: str, amount_minor: int) -> None:
        """Give money back as somebody would in the provider's own dashboard."""
        result = RefundResult(RefundOutcome.DONE, refund_id)
        self._refunds[refund_id] = _Refund(intent_id, amount_minor, result)
        self.books.refund(refund_id, intent_id, amount_minor)
        self._recount(intent_id)

    def return_refund(self, refund_id: str, reason: str) -> None:
        """Let the bank return a refund that has been carried out; KeyError if unknown."""
        key, refund = next(
            (key, made) for key, made in self._refunds.items() if made.result.refund_id == refund_id
        )
        refund.result = RefundResult(RefundOutcome.REFUSED, refund_id, reason)
        self.books.return_refund(refund_id, refund.intent_id, key, reason)
        self._recount(refund.intent_id)

    def webhook(self, kind: str, intent_id: str, at: datetime) -> tuple[bytes, str]:
        """Return the body and the signature header of a message about an intent."""
        about = {
            "id": intent_id,
            "object": "payment_intent",
            "metadata": {"order_key": self._intents[intent_id].order_key},
        }
        message = {
            "id": f"evt_fake_{kind}_{intent_id}",
            "object": "event",
            "type": kind,
            "created": int(at.timestamp()),
            "livemode": False,
            "data": {"object": about},
        }
        payload = json.dumps(message).encode()
        return payload, sign(payload, WEBHOOK_SECRET, at)

    async def charge(self, *, order_key: str, **order: Unpack[OrderToCharge]) -> PaymentResult:
        """See `PaymentProvider.charge`."""
        twist = await self._begin("charge", order_key)
        if twist is Twist.LOSE_BEFORE:
            return PaymentResult(PaymentOutcome.UNKNOWN)
        result = self._charge_once(order_key, order, twist)
        return _answer(twist, result, PaymentResult(PaymentOutcome.UNKNOWN))

    async def find(
        self,
        *,
        order_key: str,
        intent_id: str | None,
        first_tried_at: datetime | None = None,
        **order: Unpack[OrderToCharge],
    ) -> PaymentResult:
        """See `PaymentProvider.find`."""
        del first_tried_at  # Keys live for ever here.
        twist = await self._begin("find", order_key)
        unknown = PaymentResult(PaymentOutcome.UNKNOWN, intent_id)
        if twist is Twist.LOSE_BEFORE:
            return unknown
        known_id = intent_id or self._intent_by_key.get(order_key)
        if known_id is not None:
            known = self._intents.get(known_id)
            return _answer(twist, unknown if known is None else known.result, unknown)
        return _answer(twist, self._charge_once(order_key, order, twist), unknown)

    async def void(self, *, intent_id: str) -> PaymentResult:
        """See `PaymentProvider.void`."""
        twist = await self._begin("void", intent_id)
        unknown = PaymentResult(PaymentOutcome.UNKNOWN, intent_id)
        intent = self._intents.get(intent_id)
        if twist is Twist.LOSE_BEFORE or intent is None:
            return unknown
        if intent.result.outcome is not PaymentOutcome.PAID:
            intent.result = PaymentResult(
                PaymentOutcome.DECLINED, intent_id, decline_code="canceled"
            )
        return _answer(twist, intent.result, unknown)

    async def refund(
        self,
        *,
        refund_key: str,
        intent_id: str,
        amount_minor: int,
        first_tried_at: datetime | None = None,
    ) -> RefundResult:
        """See `PaymentProvider.refund`."""
        del first_tried_at
        twist = await self._begin("refund", refund_key)
        unknown = RefundResult(RefundOutcome.UNKNOWN)
        if twist is Twist.LOSE_BEFORE:
            return unknown
        if twist is Twist.DECLINE and refund_key not in self._refunds:
            return RefundResult(RefundOutcome.REFUSED, reason="balance_insufficient")
        result = self._refund_once(refund_key, intent_id, amount_minor, twist)
        return _answer(twist, result, unknown)

    def read_webhook(self, payload: bytes, signature: str, now: datetime) -> WebhookEvent:
        """See `PaymentProvider.read_webhook`."""
        return read_webhook(payload, signature, now, WEBHOOK_SECRET)

    async def close(self) -> None:
        """See `PaymentProvider.close`."""
        self.closed = True

    async def _begin(self, name: str, key: str) -> Twist:
        self.calls.append(Call(name, key))
        if self.before is not None:
            await self.before(name)
        twist = self.twists[name].popleft() if self.twists[name] else Twist.NONE
        if twist is Twist.RAISE_BEFORE:
            raise ProviderBrokeError(name)
        return twist

    def _result_by_key(self, order_key: str) -> PaymentResult:
        return self._intents[self._intent_by_key[order_key]].result

    def _charge_once(self, order_key: str, order: OrderToCharge, twist: Twist) -> PaymentResult:
        intent_id = self._intent_by_key.get(order_key)
        if intent_id is not None:
            if self._intents[intent_id].order != order:
                return PaymentResult(PaymentOutcome.UNKNOWN)
            return self._intents[intent_id].result
        intent_id = f"pi_fake_{len(self._intents) + 1}"
        intent = _Intent(order_key, order, PaymentResult(PaymentOutcome.UNKNOWN, intent_id))
        self._intents[intent_id] = intent
        self._intent_by_key[order_key] = intent_id
        decline_code = DECLINES.get(order["method"])
        if twist is Twist.DECLINE:
            decline_code = "card_declined"
        if order["method"] == BUYER_CHOOSES:
            intent.result = _waits_for_method(intent_id, None)
        elif twist is Twist.ASK_BUYER or order["method"] in NEEDS_BUYER:
            action = NextAction(
                "redirect_to_url", f"http://127.0.0.1/bank/{intent_id}", f"{intent_id}_secret_x"
            )
            intent.result = PaymentResult(PaymentOutcome.NEEDS_BUYER, intent_id, next_action=action)
        elif twist is not Twist.SETTLE_LATER:
            self._end(intent_id, intent, decline_code=decline_code)
        return intent.result

    def _end(self, intent_id: str, intent: _Intent, *, decline_code: str | None) -> None:
        if decline_code is not None:
            intent.result = PaymentResult(
                PaymentOutcome.DECLINED, intent_id, "visa •••• 0002", decline_code
            )
            return
        self.captures[intent.order_key] += 1
        amount_minor = intent.order["amount_minor"]
        intent.result = PaymentResult(
            PaymentOutcome.PAID, intent_id, "visa •••• 4242", amount_minor=amount_minor
        )
        self.books.note_payment(intent_id, intent.order_key, intent.result, amount_minor)

    def _refund_once(
        self, refund_key: str, intent_id: str, amount_minor: int, twist: Twist
    ) -> RefundResult:
        known = self._refunds.get(refund_key)
        if known is not None:
            return known.result
        result = self._intents[intent_id].result
        if result.outcome is not PaymentOutcome.PAID:
            return RefundResult(RefundOutcome.REFUSED, reason="payment_intent_unexpected_state")
        if self.books.is_contested(intent_id):
            return RefundResult(RefundOutcome.REFUSED, reason="charge_disputed")
        if amount_minor > result.amount_minor - result.refunded_minor:
            return RefundResult(RefundOutcome.REFUSED, reason="charge_already_refunded")
        later = twist is Twist.SETTLE_LATER
        outcome = RefundOutcome.PENDING if later else RefundOutcome.DONE
        refund = RefundResult(outcome, f"re_fake_{len(self._refunds) + 1}")
        self._refunds[refund_key] = _Refund(intent_id, amount_minor, refund)
        self.books.refund(
            refund.refund_id or "",
            intent_id,
            amount_minor,
            refund_key=refund_key,
            outcome=outcome,
        )
        self._recount(intent_id)
        return refund

    def _recount(self, intent_id: str) -> None:
        given_back = sum(
            refund.amount_minor
            for refund in self._refunds.values()
            if refund.intent_id == intent_id and refund.result.outcome is not RefundOutcome.REFUSED
        )
        intent = self._intents[intent_id]
        intent.result = replace(intent.result, refunded_minor=given_back)


def _waits_for_method(intent_id: str, decline_code: str | None) -> PaymentResult:
    action = NextAction("confirm_payment", None, f"{intent_id}_secret_x")
    return PaymentResult(
        PaymentOutcome.NEEDS_BUYER, intent_id, decline_code=decline_code, next_action=action
    )


def _answer(twist: Twist, result: _Result, unknown: _Result) -> _Result:
    if twist is Twist.RAISE_AFTER:
        raise ProviderBrokeError
    return unknown if twist is Twist.LOSE_AFTER else result
