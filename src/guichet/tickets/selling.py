"""What a buyer can do: hold places, buy, and ask again under the same key."""

import asyncio
import hashlib
from dataclasses import dataclass

import msgspec

from guichet.kernel.database import Database
from guichet.kernel.problems import Problem
from guichet.kernel.saga import Overtaken
from guichet.tickets.catalogue import Catalogue
from guichet.tickets.codes import order_code
from guichet.tickets.domain import (
    Buyer,
    Hold,
    Line,
    Order,
    OrderState,
    Refusal,
    Refused,
    Ticket,
)
from guichet.tickets.guesses import Guesses
from guichet.tickets.pace import Pace
from guichet.tickets.places import Placed, PlacesAnswer, PlacesRequest
from guichet.tickets.problems import (
    AmountTooSmall,
    EventCancelledAfterPayment,
    HoldGone,
    InsufficientFunds,
    OrderNotFound,
    PaymentDeclined,
    StillRunning,
    problem_of,
)
from guichet.tickets.promo_codes import key_of_code
from guichet.tickets.purchase import Purchase
from guichet.tickets.quoting import basket_of
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.orders import KeyUse
from guichet.tickets.stock import StockWriter

ANSWER_SECONDS_MAX = 12.0
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a buyer asks for: `quantity` of the event's first ticket type, or lines, or a hold."""

    buyer: Buyer
    event_id: int | None
    quantity: int | None
    lines: tuple[Line, ...]
    hold_id: int | None = None
    payment_method: str | None = None
    client_address: str = ""
    key: str | None = None
    promo_code: str | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as far as it has come; without tickets while its payment is not settled."""

    order: Order
    tickets: tuple[Ticket, ...]


class Selling:
    """The use cases of a buyer."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        writer: StockWriter,
        purchase: Purchase,
        guesses: Guesses,
        pace: Pace,
    ) -> None:
        self._pace = pace
        self._guesses = guesses
        self._database = database
        self._catalogue = catalogue
        self._writer = writer
        self._purchase = purchase

    async def hold(self, wanted: Wanted) -> Hold:
        """Keep places for a buyer for a while; raises the refusal's problem."""
        answer = await self._ask(wanted, as_hold=True)
        if isinstance(answer, KeyUse):
            answer = await self._settled(wanted.key or "", answer)
        if isinstance(answer, Hold):
            return answer
        if isinstance(answer, KeyUse) and answer.hold_id is not None:
            return await self._read_hold(answer.hold_id)
        raise _problem_of(answer)

    async def buy(self, wanted: Wanted) -> Bought:
        """Reserve, charge and issue; the order may still be pending in what is returned.

        Raises the refusal's problem, `PaymentDeclined` or `InsufficientFunds` where the payment
        was declined, `EventCancelledAfterPayment`, `Unavailable` under overload.
        """
        answer = await self._ask(wanted, as_hold=False)
        if isinstance(answer, KeyUse):
            answer = await self._settled(wanted.key or "", answer)
        if isinstance(answer, Placed):
            return await self._finish(answer)
        if isinstance(answer, KeyUse) and answer.order_id is not None:
            return _checked(await self._wait_for(answer.order_id))
        raise _problem_of(answer)

    async def order(self, order_id: int) -> Order:
        """Return an order as it is now; raises `OrderNotFound`."""
        async with self._database.hot.acquire() as connection:
            return _found(await order_rows.read_order(connection, order_id))

    async def read(self, order_id: int) -> Bought:
        """Return an order with its tickets, both of one moment; raises `OrderNotFound`."""
        async with self._database.hot_snapshot() as connection:
            order = _found(await order_rows.read_order(connection, order_id))
            tickets = await order_rows.read_order_tickets(connection, order_id)
        return Bought(order, tuple(tickets))

    async def _ask(self, wanted: Wanted, *, as_hold: bool) -> PlacesAnswer:
        """Ask for places; a code that does not exist is counted, lest codes be guessed."""
        self._pace.check(wanted.buyer.account_id)
        if wanted.promo_code is not None:
            self._guesses.check(wanted.client_address)
        answer = await self._writer.ask(await self._request(wanted, as_hold=as_hold))
        if isinstance(answer, Refused) and answer.refusal is Refusal.PROMO_CODE_UNKNOWN:
            self._guesses.note_wrong(wanted.client_address)
        return answer

    async def _finish(self, placed: Placed) -> Bought:
        if placed.order.step is None:
            return Bought(placed.order, placed.tickets)
        try:
            ended = await self._purchase.finish(placed.order)
        except Overtaken:
            return _checked(await self._wait_for(placed.order.order_id))
        if ended.order.state is OrderState.ISSUED and not ended.tickets:
            return await self.read(ended.order.order_id)
        return _checked(Bought(ended.order, ended.tickets))

    async def _wait_for(self, order_id: int) -> Bought:
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS_MAX
        while True:
            bought = await self.read(order_id)
            is_over = asyncio.get_running_loop().time() >= deadline
            if bought.order.step is None or _is_waiting(bought.order) or is_over:
                return bought
            await asyncio.sleep(LOOK_SECONDS)

    async def _settled(self, key: str, use: KeyUse) -> KeyUse:
        """Wait until the first request under this key has its result."""
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS_MAX
        while use.order_id is None and use.hold_id is None and use.refusal is None:
            if asyncio.get_running_loop().time() >= deadline:
                raise StillRunning(retry_after_seconds=1)
            await asyncio.sleep(LOOK_SECONDS)
            async with self._database.hot.acquire() as connection:
                found = await order_rows.read_key(connection, key)
            use = found or use
        return use

    async def _request(self, wanted: Wanted, *, as_hold: bool) -> PlacesRequest:
        lines = wanted.lines
        if wanted.event_id is not None and wanted.hold_id is None:
            lines = await self._lines(wanted)
        return PlacesRequest(
            buyer=wanted.buyer,
            event_id=wanted.event_id,
            lines=lines,
            as_hold=as_hold,
            hold_id=wanted.hold_id,
            payment_method=wanted.payment_method,
            client_address=wanted.client_address,
            key=wanted.key,
            fingerprint=_fingerprint(wanted, as_hold) if wanted.key else "",
            promo_code=wanted.promo_code,
        )

    async def _lines(self, wanted: Wanted) -> tuple[Line, ...]:
        offer = await self._catalogue.offer(wanted.event_id or 0)
        return basket_of(offer, quantity=wanted.quantity, lines=wanted.lines)

    async def _read_hold(self, hold_id: int) -> Hold:
        async with self._database.hot.acquire() as connection:
            hold = await stock_rows.read_hold(connection, hold_id)
        if hold is None:
            raise HoldGone
        return hold


def _fingerprint(wanted: Wanted, as_hold: bool) -> str:
    """Return a digest of what is asked, the same for the same request under the same key."""
    content = msgspec.json.encode(
        [
            as_hold,
            wanted.buyer.name,
            wanted.event_id,
            wanted.quantity,
            [(line.ticket_type_id, line.quantity) for line in wanted.lines],
            wanted.hold_id,
            wanted.payment_method,
            None if wanted.promo_code is None else key_of_code(wanted.promo_code),
        ]
    )
    return hashlib.sha256(content).hexdigest()


def _found(order: Order | None) -> Order:
    if order is None:
        raise OrderNotFound
    return order


def _is_waiting(order: Order) -> bool:
    return order.payment is not None and order.payment.next_action is not None


_DECLINES = {kind.code: kind for kind in (InsufficientFunds, AmountTooSmall)}


def _checked(bought: Bought) -> Bought:
    """Return the purchase, or raise why there are no tickets and no money was kept."""
    order = bought.order
    if order.state is OrderState.REFUNDED:
        raise EventCancelledAfterPayment(order_code=order_code(order.order_id))
    if order.state is not OrderState.FAILED:
        return bought
    kind = _DECLINES.get(order.failure or "", PaymentDeclined)
    raise kind(order_code=order_code(order.order_id), reason=order.failure or "declined")


def _problem_of(answer: object) -> Problem:
    if isinstance(answer, KeyUse) and answer.refusal is not None:
        details = answer.refusal.get("details", {})
        return problem_of(Refused(Refusal(answer.refusal["code"]), details))
    if isinstance(answer, Refused):
        return problem_of(answer)
    # The key was used for the other kind of request: a hold instead of an order, or vice versa.
    return problem_of(Refused(Refusal.KEY_REUSED))
