"""What may be sold: events' offers, kept by its messages and asked for when one is missing."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from guichet.contracts.clients.events import EventsClient
from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import StockChanged, StockLevel
from guichet.kernel.audit import record_hot
from guichet.kernel.batching import BatchWriter
from guichet.kernel.context import SYSTEM, acting
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.tickets import auditing
from guichet.tickets.domain import Offer, Stock
from guichet.tickets.problems import CapacityBelowSold, EventNotFound
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.stock import Connection
from guichet.tickets.views import EventCard

CARD_SECONDS = 1.0
CARDS_MAX = 5_000
PUBLISHED_EVENTS_AT_ONCE = 200

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    offer: Offer
    until: float


class Catalogue:
    """The offers, with a short memory for what is shown beside tickets.

    The memory is for display and for refusing early; the stock writer reads what decides a sale
    under its locks.
    """

    def __init__(self, database: Database, events: EventsClient) -> None:
        self._database = database
        self._events = events
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._missing: dict[int, float] = {}
        self._reading: dict[int, asyncio.Task[Offer]] = {}
        # A crowd that comes for many events has all of them read together.
        self._reader = BatchWriter[int, Offer | None](self._read_stored, name="offers")

    async def offer(self, event_id: int) -> Offer:
        """Return a published or formerly published offer, asking events for one not known.

        A purchase may follow a publication faster than its message. Raises `EventNotFound`.
        """
        if (offer := self._remembered(event_id)) is not None:
            return offer
        # The first of a crowd has it read, and events asked where need be. The others wait for the
        # same reading and go on together: behind a lock each would wait for a turn of its own.
        reading = self._reading.get(event_id)
        if reading is None:
            reading = asyncio.create_task(self._read(event_id))
            self._reading[event_id] = reading
            reading.add_done_callback(lambda _: self._reading.pop(event_id, None))
        return await asyncio.shield(reading)

    async def _read(self, event_id: int) -> Offer:
        # Done for many: nothing of it is to be laid to the first one.
        acting.set(SYSTEM)
        offer = await self._reader.submit(event_id)
        if offer is None or offer.status == "draft":
            offer = await self._ask_events(event_id)
        self._known[event_id] = _Known(offer, time.monotonic() + CARD_SECONDS)
        if len(self._known) > CARDS_MAX:
            self._known.popitem(last=False)
        return offer

    async def _read_stored(self, event_ids: Sequence[int]) -> list[Offer | None]:
        async with self._database.hot.acquire() as connection:
            offers = await offer_rows.read_offers(connection, event_ids)
        return [offers.get(event_id) for event_id in event_ids]

    def _remembered(self, event_id: int) -> Offer | None:
        known = self._known.get(event_id)
        return known.offer if known is not None and known.until > time.monotonic() else None

    async def card(self, event_id: int) -> EventCard:
        """Return what is shown of an event beside its tickets."""
        return card_of(await self.offer(event_id))

    async def learn(self, event_id: int) -> None:
        """Make sure that an event's offer is here, a draft's too; raises `EventNotFound`.

        Its organiser may be faster than the message of a publication, or prepare a draft.
        """
        async with self._database.hot.acquire() as connection:
            if await offer_rows.read_offer(connection, event_id) is not None:
                return
        snapshot = await self._events.snapshot(event_id)
        if snapshot is None:
            raise EventNotFound
        async with self._database.hot.acquire() as connection, connection.transaction():
            await apply(connection, snapshot, is_strict=False)

    async def _ask_events(self, event_id: int) -> Offer:
        # An id that nobody has must not turn each request here into a request there.
        if self._missing.get(event_id, 0.0) > time.monotonic():
            raise EventNotFound
        snapshot = await self._events.snapshot(event_id)
        if snapshot is None or snapshot.status == "draft":
            if len(self._missing) > CARDS_MAX:
                self._missing.clear()
            self._missing[event_id] = time.monotonic() + CARD_SECONDS / 2
            raise EventNotFound
        async with self._database.hot.acquire() as connection, connection.transaction():
            await apply(connection, snapshot, is_strict=False)
            offer = await offer_rows.read_offer(connection, event_id)
        if offer is None:
            raise EventNotFound
        return offer

    async def accept(self, snapshot: EventSnapshot) -> list[StockLevel]:
        """Apply an offer that events is about to make, or raise `CapacityBelowSold`."""
        async with self._database.hot.acquire() as connection, connection.transaction():
            await apply(connection, snapshot, is_strict=True)
            offer = await offer_rows.read_offer(connection, snapshot.event_id)
        self._known.pop(snapshot.event_id, None)
        if offer is None:
            return []
        return [
            StockLevel(
                ticket_type_id=stock.ticket_type_id,
                capacity=stock.capacity,
                sold=stock.sold,
                held=stock.held,
            )
            for stock in offer.stock.values()
        ]

    async def publish_stock(self) -> int:
        """Tell what stock has changed since it was last told; returns of how many events.

        Counters change many times a second on a hot event; one message for each look is enough,
        and the versions make sure that none is missed.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            changed = await offer_rows.claim_unpublished_stock(connection, PUBLISHED_EVENTS_AT_ONCE)
            await enqueue_hot(connection, [StockChanged(events=changed)] if changed else [])
        if changed:
            self._database.outbox_written.set()
        return len(changed)


def card_of(offer: Offer) -> EventCard:
    """Return what is shown of an offer beside its tickets."""
    return EventCard(
        event_id=offer.event_id,
        title=offer.title,
        starts_at=offer.starts_at,
        time_zone=offer.time_zone,
        location=offer.location,
        currency=offer.currency,
        type_names={stock.ticket_type_id: stock.name for stock in offer.stock.values()},
    )


async def apply(connection: Connection, event: EventSnapshot, *, is_strict: bool) -> None:
    """Make an event's snapshot our offer, unless we know a later one.

    Strict raises `CapacityBelowSold` where fewer places would remain than are promised. Otherwise
    such a capacity stays at what is promised: the sale decides, not the message.
    """
    await offer_rows.one_at_a_time(connection, event.event_id)
    locked = await stock_rows.lock_offers(connection, [event.event_id])
    known_version = await offer_rows.lock_version(connection, event.event_id)
    if known_version is not None and known_version > event.version:
        return
    stocks = locked[event.event_id].stock if event.event_id in locked else {}
    if is_strict:
        _check_capacities(event, stocks)
    capacities = [
        max(item.capacity, _promised(stocks.get(item.ticket_type_id)))
        for item in event.ticket_types
    ]
    await offer_rows.save_offer(connection, event)
    await offer_rows.save_types(connection, event, capacities)
    limits = dict(zip((t.ticket_type_id for t in event.ticket_types), capacities, strict=True))
    await record_hot(connection, auditing.stock_changes(event, limits, stocks))


def _check_capacities(event: EventSnapshot, stocks: dict[int, Stock]) -> None:
    wanted = {item.ticket_type_id: item.capacity for item in event.ticket_types}
    for stock in stocks.values():
        capacity = wanted.get(stock.ticket_type_id, 0)
        if capacity < _promised(stock):
            raise CapacityBelowSold(
                ticket_type=stock.name,
                ticket_type_id=stock.ticket_type_id,
                sold=stock.sold,
                held=stock.held,
                capacity=capacity,
            )


def _promised(stock: Stock | None) -> int:
    return stock.sold + stock.held if stock else 0
