"""The stock writer: grants places first come, first served, many requests in one commit.

One hot row updated once a buyer convoys on its lock. So each process gathers the requests that
wait, locks the stock they touch, lets the pure rules of `domain` decide one after another, and
writes all of it at once. The row lock decides between processes, so replicas stay correct.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from guichet.contracts.messages.tickets import OrderConfirmed
from guichet.kernel.batching import BatchWriter
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.deadlines import not_after
from guichet.kernel.outbox import enqueue_hot
from guichet.kernel.together import Together, Writes
from guichet.tickets import told
from guichet.tickets.deciding import decide, decide_conversion
from guichet.tickets.domain import (
    HOLD_SECONDS,
    HOLDS_PER_ADDRESS_MAX,
    HOLDS_PER_BUYER_MAX,
    Hold,
    Line,
    Offer,
    Order,
    OrderState,
    Payment,
    Refusal,
    Refused,
    Ticket,
    sell_held,
    take,
    total_minor,
)
from guichet.tickets.links import OrderLinks
from guichet.tickets.new_tickets import create_tickets, places_of, tickets_by_order
from guichet.tickets.places import (
    Placed,
    PlacesAnswer,
    PlacesRequest,
    repeated_keys,
    use_of_key,
)
from guichet.tickets.promo_codes import PromoCode, key_of_code
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import promo_codes as promo_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.stock import Allotted, Connection

HOLD_ID_BITS = 53
"""Hold ids are random: as large as JavaScript counts exactly, and too many to guess."""
LEASE_SECONDS = 20
"""Longer than the two calls to the provider that one step may make."""
FIRST_PAID_STEP = "take_payment"


@dataclass(slots=True)
class _Batch:
    """What one batch has read, and what it is going to write."""

    at: datetime
    offers: dict[int, Offer]
    allotted: Allotted
    holds: dict[int, Hold]
    holds_by_buyer: dict[str, int]
    holds_by_address: dict[str, int]
    order_ids: list[int]
    """The next one last."""
    ticket_ids: list[int]
    promos: dict[tuple[int, str], PromoCode]
    new_orders: list[Order] = field(default_factory=list[Order])
    new_holds: list[Hold] = field(default_factory=list[Hold])
    new_tickets: dict[int, list[Ticket]] = field(default_factory=dict[int, list[Ticket]])
    converted: list[Hold] = field(default_factory=list[Hold])
    free: list[tuple[Order, Offer]] = field(default_factory=list[tuple[Order, Offer]])

    def promo_of(self, request: PlacesRequest) -> PromoCode | None:
        """Return the code that a request names, None where it names none or there is none."""
        return self.promos.get((request.event_id or 0, key_of_code(request.promo_code or "")))


class StockWriter:
    """Grants places; one for each process."""

    def __init__(
        self, database: Database, links: OrderLinks, *, hold_seconds: int = HOLD_SECONDS
    ) -> None:
        self._database = database
        self._links = links
        self._hold_seconds = hold_seconds
        self._writer = BatchWriter[PlacesRequest, PlacesAnswer](self._write, name="places")

    async def ask(self, request: PlacesRequest) -> PlacesAnswer:
        """Grant or refuse one request, durably.

        Returns the earlier use of its idempotency key where it is a repetition. Raises
        `Unavailable` when too many wait, or it has waited until nobody waits for it any more.
        """
        return await self._writer.submit(request, not_after=not_after.get())

    async def _write(self, requests: Sequence[PlacesRequest]) -> list[PlacesAnswer | Exception]:
        try:
            return await self._write_once(requests)
        except asyncpg.UniqueViolationError as error:
            if error.table_name != "purchase_keys":
                raise
            # Another replica has just used one of these keys: now it can be read what for.
            return await self._write_once(requests)

    async def _write_once(
        self, requests: Sequence[PlacesRequest]
    ) -> list[PlacesAnswer | Exception]:
        async with self._database.hot.acquire() as connection, connection.transaction():
            repeated = await repeated_keys(connection, requests)
            fresh = [i for i in range(len(requests)) if i not in repeated]
            batch = await self._read(connection, [requests[i] for i in fresh])
            answers = dict[int, PlacesAnswer](repeated)
            for i in fresh:
                answers[i] = self._decide(batch, requests[i])
            await self._store(connection, batch, requests, answers, fresh)
        if batch.free:
            self._database.outbox_written.set()
        return [self._with_tickets(batch, answers[i]) for i in range(len(requests))]

    async def _read(self, connection: Connection, requests: Sequence[PlacesRequest]) -> _Batch:
        hold_ids = [request.hold_id for request in requests if request.hold_id is not None]
        buying = [request for request in requests if not request.as_hold]
        order_ids, ticket_ids = await order_rows.take_ids(
            connection,
            orders=len(buying),
            # Those who pay get theirs when they have.
            tickets=sum(
                line.quantity
                for request in buying
                if request.payment_method is None
                for line in request.lines
            ),
        )
        events_of_holds = await stock_rows.events_of_holds(connection, hold_ids)
        events = {request.event_id for request in requests if request.event_id is not None}
        offers = await stock_rows.lock_offers(connection, events | set(events_of_holds.values()))
        pairs = [
            (request.buyer.key, event_id)
            for request in requests
            if (event_id := request.event_id or events_of_holds.get(request.hold_id or 0))
        ]
        holding = [request for request in requests if request.as_hold]
        by_buyer, by_address = await stock_rows.count_active_holds(
            connection,
            [request.buyer.key for request in holding],
            [request.client_address for request in holding],
        )
        codes = [
            (request.event_id, key_of_code(request.promo_code))
            for request in requests
            if request.event_id is not None and request.promo_code is not None
        ]
        return _Batch(
            at=now(),
            promos=await promo_rows.read_codes(connection, codes),
            offers=offers,
            allotted=await stock_rows.read_allotments(connection, pairs),
            holds=await stock_rows.lock_holds(connection, hold_ids),
            holds_by_buyer=by_buyer,
            holds_by_address=by_address,
            order_ids=order_ids[::-1],
            ticket_ids=ticket_ids,
        )

    def _decide(self, batch: _Batch, request: PlacesRequest) -> PlacesAnswer:
        if request.as_hold:
            return self._decide_hold(batch, request)
        if request.hold_id is not None:
            return self._decide_conversion(batch, request, batch.holds.get(request.hold_id))
        offer = batch.offers.get(request.event_id or 0)
        allotted = batch.allotted.setdefault((request.buyer.key, request.event_id or 0), {})
        promo = batch.promo_of(request)
        lines = _decided(batch, request, offer, allotted, promo)
        if isinstance(lines, Refused) or offer is None:
            return lines if isinstance(lines, Refused) else Refused(Refusal.EVENT_NOT_FOUND)
        placed = self._place(batch, request, offer, lines, _named(promo))
        if isinstance(placed, Placed):
            _use(promo)
            take(offer, lines, allotted, is_sold=not placed.order.total_minor)
        return placed

    def _decide_hold(self, batch: _Batch, request: PlacesRequest) -> PlacesAnswer:
        buyer, address = request.buyer.key, request.client_address
        if buyer and batch.holds_by_buyer.get(buyer, 0) >= HOLDS_PER_BUYER_MAX:
            return Refused(Refusal.TOO_MANY_HOLDS)
        if batch.holds_by_address.get(address, 0) >= HOLDS_PER_ADDRESS_MAX:
            return Refused(Refusal.TOO_MANY_HOLDS)
        offer = batch.offers.get(request.event_id or 0)
        allotted = batch.allotted.setdefault((buyer, request.event_id or 0), {}) if buyer else {}
        promo = batch.promo_of(request)
        lines = _decided(batch, request, offer, allotted, promo)
        if isinstance(lines, Refused) or offer is None:
            return lines if isinstance(lines, Refused) else Refused(Refusal.EVENT_NOT_FOUND)
        _use(promo)
        promo_id, promo_code = _named(promo)
        take(offer, lines, allotted, is_sold=False)
        batch.holds_by_buyer[buyer] = batch.holds_by_buyer.get(buyer, 0) + 1
        batch.holds_by_address[address] = batch.holds_by_address.get(address, 0) + 1
        hold = Hold(
            hold_id=secrets.randbits(HOLD_ID_BITS) or 1,
            event_id=offer.event_id,
            buyer=request.buyer,
            lines=lines,
            state="active",
            expires_at=batch.at + timedelta(seconds=self._hold_seconds),
            client_address=address,
            promo_id=promo_id,
            promo_code=promo_code,
        )
        batch.new_holds.append(hold)
        return hold

    def _decide_conversion(
        self, batch: _Batch, request: PlacesRequest, hold: Hold | None
    ) -> PlacesAnswer:
        offer = batch.offers.get(hold.event_id) if hold else None
        allotted = batch.allotted.get((request.buyer.key, hold.event_id), {}) if hold else {}
        lines = decide_conversion(offer, hold, request.buyer, allotted, batch.at)
        if isinstance(lines, Refused):
            return lines
        if offer is None or hold is None:
            return Refused(Refusal.HOLD_GONE)
        placed = self._place(batch, request, offer, lines, (hold.promo_id, hold.promo_code))
        if isinstance(placed, Placed):
            # The same hold a second time in this batch must find it gone.
            del batch.holds[hold.hold_id]
            batch.converted.append(hold)
            for line in lines:
                if hold.owner_key != request.buyer.key:
                    allotted[line.ticket_type_id] = (
                        allotted.get(line.ticket_type_id, 0) + line.quantity
                    )
            if not placed.order.total_minor:
                sell_held(offer, lines)
        return placed

    def _place(
        self,
        batch: _Batch,
        request: PlacesRequest,
        offer: Offer,
        lines: tuple[Line, ...],
        promo: tuple[int | None, str | None],
    ) -> Placed | Refused:
        total = total_minor(lines)
        if total and request.payment_method is None:
            return Refused(Refusal.PAYMENT_MISSING)
        order_id = batch.order_ids.pop()
        payment = None
        if total and request.payment_method is not None:
            payment = Payment(request.payment_method, self._links.return_url_of(order_id))
        order = Order(
            order_id=order_id,
            event_id=offer.event_id,
            buyer=request.buyer,
            lines=lines,
            total_minor=total,
            currency=offer.currency,
            state=OrderState.PAYING if total else OrderState.ISSUED,
            created_at=batch.at,
            payment=payment,
            hold_id=request.hold_id,
            step=FIRST_PAID_STEP if total else None,
            promo_id=promo[0],
            promo_code=promo[1],
        )
        batch.new_orders.append(order)
        if not total:
            batch.free.append((order, offer))
        return Placed(order)

    async def _store(
        self,
        connection: Connection,
        batch: _Batch,
        requests: Sequence[PlacesRequest],
        answers: dict[int, PlacesAnswer],
        fresh: Sequence[int],
    ) -> None:
        lease = batch.at + timedelta(seconds=LEASE_SECONDS)
        # The locked rows are what everybody waits for: one trip, then the commit.
        writes = Together()
        await order_rows.insert_orders(writes, batch.new_orders, lease)
        await stock_rows.insert_holds(writes, batch.new_holds)
        await stock_rows.set_hold_states(
            writes, [hold.hold_id for hold in batch.converted], "converted"
        )
        confirmed = await self._issue_free(connection, writes, batch)
        await stock_rows.save_stock(
            writes, (s for offer in batch.offers.values() for s in offer.stock.values())
        )
        await stock_rows.change_allotments(writes, _changes(batch))
        uses = {key: use_of_key(requests[i], answers[i]) for i in fresh if (key := requests[i].key)}
        await order_rows.insert_keys(writes, uses)
        await enqueue_hot(writes, confirmed)
        await writes.write(connection)

    async def _issue_free(
        self, connection: Connection, writes: Writes, batch: _Batch
    ) -> list[OrderConfirmed]:
        if not batch.free:
            return []
        orders = [order for order, _ in batch.free]
        if (lacking := places_of(orders) - len(batch.ticket_ids)) > 0:
            # Out of holds, or free for somebody who came with a card.
            batch.ticket_ids += (await order_rows.take_ids(connection, tickets=lacking))[1]
        created = await create_tickets(writes, orders, batch.ticket_ids, batch.at)
        batch.new_tickets = tickets_by_order(created)
        return [
            told.confirmed(order, offer, batch.new_tickets[order.order_id], self._links, batch.at)
            for order, offer in batch.free
        ]

    def _with_tickets(self, batch: _Batch, answer: PlacesAnswer) -> PlacesAnswer:
        if isinstance(answer, Placed) and not answer.order.total_minor:
            return Placed(answer.order, tuple(batch.new_tickets[answer.order.order_id]))
        return answer


def _changes(batch: _Batch) -> dict[tuple[str, int, int], int]:
    """Return what buyers have more or less after the batch, by buyer, event and ticket type."""
    entries = [(o.buyer.key, o.event_id, o.lines) for o in batch.new_orders]
    entries += [(h.owner_key, h.event_id, h.lines) for h in batch.new_holds]
    changes = stock_rows.quantities(entries)
    # An order out of a hold takes its places over, mostly from its own buyer.
    moved = stock_rows.quantities((h.owner_key, h.event_id, h.lines) for h in batch.converted)
    for key, quantity in moved.items():
        changes[key] = changes.get(key, 0) - quantity
    return changes


def _decided(
    batch: _Batch,
    request: PlacesRequest,
    offer: Offer | None,
    allotted: dict[int, int],
    promo: PromoCode | None,
) -> Refused | tuple[Line, ...]:
    if request.promo_code is not None and promo is None:
        return Refused(Refusal.PROMO_CODE_UNKNOWN)
    return decide(offer, request.lines, allotted, batch.at, promo)


def _use(promo: PromoCode | None) -> None:
    """Count a use for the rest of this batch; the stored order or hold counts afterwards."""
    if promo is not None:
        promo.uses += 1


def _named(promo: PromoCode | None) -> tuple[int | None, str | None]:
    return (None, None) if promo is None else (promo.promo_id, promo.code)
