"""The order writer: stores what sagas learn, issues tickets and undoes reservations, in batches.

It shares the stock's locks with the stock writer, so that a place is never sold and given back at
once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guichet.kernel.audit import record_hot
from guichet.kernel.batching import BatchWriter
from guichet.kernel.clock import now
from guichet.kernel.context import request_id
from guichet.kernel.database import Database
from guichet.kernel.outbox import Message, enqueue_hot
from guichet.kernel.saga import Overtaken, Progress
from guichet.kernel.together import Together, Writes
from guichet.tickets import auditing, told
from guichet.tickets.domain import (
    Hold,
    Offer,
    Order,
    OrderState,
    Ticket,
    checked_next,
    give_back,
    sell_held,
)
from guichet.tickets.links import OrderLinks
from guichet.tickets.new_tickets import create_tickets, places_of, tickets_by_order
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.ledger import transfer_captures
from guichet.tickets.repository.orders import OrderSave
from guichet.tickets.repository.stock import Connection
from guichet.tickets.stock import LEASE_SECONDS

HOLD_WORTH_SECONDS_MIN = 30
"""A hold with less time left than this is not given back to a buyer whose card was declined."""
KEPT_FOR_ANOTHER_TRY = {"declined", "insufficient_funds", "authentication_failed"}


@dataclass(frozen=True, slots=True)
class _ToIssue:
    """A paid order; `request_id` is that of the request within which it was paid, if any."""

    order: Order
    request_id: str


@dataclass(frozen=True, slots=True)
class EventCancelled:
    """The answer for an order whose event will not take place: it must be undone."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The order with its new tickets."""

    order: Order
    tickets: tuple[Ticket, ...]


class OrderWriter:
    """Stores the progress of orders; one for each process."""

    def __init__(self, database: Database, links: OrderLinks) -> None:
        self._database = database
        self._links = links
        self._saves = BatchWriter[OrderSave, Order](self._write_saves, name="progress")
        self._issues = BatchWriter[_ToIssue, Issued | EventCancelled](
            self._write_issues, name="issue"
        )
        self._releases = BatchWriter[Order, Order](self._write_releases, name="undo")

    def advanced(self, state: Order, progress: Progress) -> Order:
        """Return the order with this progress, not stored yet."""
        return replace(
            state,
            step=progress.step,
            direction=progress.direction.value,
            attempts=progress.attempts,
            needs_attention=state.needs_attention or progress.needs_attention,
        )

    async def save(self, state: Order, progress: Progress) -> Order:
        """Store what a step learnt, and its progress; raises `Overtaken` if another was faster."""
        at = now()
        is_pausing = progress.run_after_seconds > 0
        return await self._saves.submit(
            OrderSave(
                self.advanced(state, progress),
                run_at=at + timedelta(seconds=progress.run_after_seconds),
                leased_until=None if is_pausing else at + timedelta(seconds=LEASE_SECONDS),
                request_id=request_id.get(),
            )
        )

    async def issue(self, order: Order) -> Issued | EventCancelled:
        """Create the tickets of a paid order and tell everybody, in one commit.

        It stores the capture too, where that has not been stored before.
        """
        return await self._issues.submit(_ToIssue(order, request_id.get()))

    async def release(self, order: Order) -> Order:
        """Give an order's places back and end it; raises `Overtaken` if another was faster."""
        return await self._releases.submit(order)

    async def claim_due(self, limit: int) -> Sequence[Order]:
        """Take a lease on orders that wait for a runner."""
        at = now()
        async with self._database.hot.acquire() as connection:
            return await order_rows.claim_due_orders(
                connection, at, at + timedelta(seconds=LEASE_SECONDS), limit
            )

    async def _write_saves(self, saves: Sequence[OrderSave]) -> list[Order | Exception]:
        async with self._database.hot.acquire() as connection, connection.transaction():
            orders = [save.order for save in saves]
            current = await order_rows.lock_orders(connection, (o.order_id for o in orders))
            fresh = _fresh(orders, current)
            await order_rows.save_orders(connection, [saves[i] for i in fresh])
            got_on = [(order, saves[i].request_id) for i, order in fresh.items()]
            await _enter_captures(connection, got_on, current)
        return [_stored(fresh[i]) if i in fresh else Overtaken() for i in range(len(orders))]

    async def _write_issues(
        self, waiting: Sequence[_ToIssue]
    ) -> list[Issued | EventCancelled | Exception]:
        at = now()
        orders = [each.order for each in waiting]
        async with self._database.hot.acquire() as connection, connection.transaction():
            _, ticket_ids = await order_rows.take_ids(connection, tickets=places_of(orders))
            offers = await stock_rows.lock_offers(connection, (o.event_id for o in orders))
            current = await order_rows.lock_orders(connection, (o.order_id for o in orders))
            fresh = _fresh(orders, current)
            served = {
                i: replace(order, state=checked_next(order.state, OrderState.ISSUED), step=None)
                for i, order in fresh.items()
                if offers[orders[i].event_id].status != "cancelled"
            }
            serve = list(served.values())
            writes = Together()
            tickets = tickets_by_order(await create_tickets(writes, serve, ticket_ids, at))
            for order in serve:
                sell_held(offers[order.event_id], order.lines)
            await _save_counters(writes, offers)
            await order_rows.save_locked_orders(writes, [_ended(order, at) for order in serve])
            got_on = [(order, waiting[i].request_id) for i, order in served.items()]
            await _enter_captures(writes, got_on, current)
            messages: list[Message] = [
                told.confirmed(
                    order, offers[order.event_id], tickets[order.order_id], self._links, at
                )
                for order in serve
            ]
            await enqueue_hot(writes, messages)
            await writes.write(connection)
        if serve:
            self._database.outbox_written.set()
        issued = {o.order_id: Issued(_stored(o), tuple(tickets[o.order_id])) for o in serve}
        return [
            issued.get(order.order_id) or EventCancelled() if i in fresh else Overtaken()
            for i, order in enumerate(orders)
        ]

    async def _write_releases(self, orders: Sequence[Order]) -> list[Order | Exception]:
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            offers = await stock_rows.lock_offers(connection, (o.event_id for o in orders))
            hold_ids = [order.hold_id for order in orders if order.hold_id is not None]
            holds = await stock_rows.lock_holds(connection, hold_ids)
            current = await order_rows.lock_orders(connection, (o.order_id for o in orders))
            fresh = _fresh(orders, current)
            ending = [_failed(order) for order in fresh.values()]
            await _give_back_places(connection, ending, offers, holds, at)
            await order_rows.save_orders(connection, [_ended(order, at) for order in ending])
            messages: list[Message] = [
                told.failed(order, offers[order.event_id], at) for order in ending
            ]
            await enqueue_hot(connection, messages)
        if ending:
            self._database.outbox_written.set()
        ended = {order.order_id: _stored(order) for order in ending}
        return [
            ended[order.order_id] if i in fresh else Overtaken() for i, order in enumerate(orders)
        ]


async def _enter_captures(
    writes: Writes, got_on: Sequence[tuple[Order, str]], before: dict[int, Order]
) -> None:
    """Enter what is captured by now in the ledger, and in the log who caused it by which request.

    Money enters the ledger in the very commit that stores its capture.
    """
    captured = [each for each in got_on if _is_captured(each[0])]
    await transfer_captures(writes, [order for order, _ in captured])
    news = [each for each in captured if not _is_captured(before[each[0].order_id])]
    await record_hot(writes, [auditing.captured(order, request) for order, request in news])


async def _give_back_places(
    connection: Connection,
    orders: Sequence[Order],
    offers: dict[int, Offer],
    holds: dict[int, Hold],
    at: datetime,
) -> None:
    """Return places to the hold they came from while it lasts, to the stock otherwise."""
    reopened: list[tuple[Order, Hold]] = []
    for order in orders:
        hold = holds.get(order.hold_id or 0)
        if hold is not None and _is_worth_keeping(order, hold, at):
            reopened.append((order, hold))
        else:
            give_back(offers[order.event_id], order.lines)
    await _save_counters(connection, offers)
    await stock_rows.set_hold_states(connection, [h.hold_id for _, h in reopened], "active")
    taken = [(order.buyer.key, order.event_id, order.lines) for order in orders]
    given = [(hold.owner_key, hold.event_id, hold.lines) for _, hold in reopened]
    await stock_rows.take_allotments(connection, stock_rows.quantities(taken))
    await stock_rows.add_allotments(connection, stock_rows.quantities(given))


def _is_worth_keeping(order: Order, hold: Hold, at: datetime) -> bool:
    time_left = (hold.expires_at - at).total_seconds()
    return (
        hold.state == "converted"
        and order.failure in KEPT_FOR_ANOTHER_TRY
        and time_left >= HOLD_WORTH_SECONDS_MIN
    )


def _fresh(orders: Sequence[Order], current: dict[int, Order]) -> dict[int, Order]:
    """Return, by position, the orders that nobody has taken further, each order once.

    Two runners of one order may stand in one batch, where a lease ended while the first waited.
    Whose an order is may have changed since it was read: a guest gets an account, or is forgotten.
    """
    fresh: dict[int, Order] = {}
    seen: set[int] = set()
    for position, order in enumerate(orders):
        stored = current.get(order.order_id)
        if stored is None or stored.saga_version != order.saga_version or order.order_id in seen:
            continue
        seen.add(order.order_id)
        fresh[position] = replace(order, buyer=stored.buyer, access_version=stored.access_version)
    return fresh


def _is_captured(order: Order) -> bool:
    return order.payment is not None and order.payment.captured_minor > 0


def _failed(order: Order) -> Order:
    wanted = OrderState.REFUNDED if _is_captured(order) else OrderState.FAILED
    return replace(order, state=checked_next(order.state, wanted), step=None)


def _ended(order: Order, at: datetime) -> OrderSave:
    return OrderSave(order, run_at=at, leased_until=None)


def _stored(order: Order) -> Order:
    return replace(order, saga_version=order.saga_version + 1)


async def _save_counters(writes: Writes, offers: dict[int, Offer]) -> None:
    await stock_rows.save_stock(
        writes, (stock for offer in offers.values() for stock in offer.stock.values())
    )
