"""A tickets service without HTTP: real PostgreSQL, a fake provider, events that are made here."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from guichet.contracts.messages.events import EventSnapshot, TicketTypeOffer
from guichet.kernel.database import Database
from guichet.tickets.admission import Admissions
from guichet.tickets.cancelling import Cancelling
from guichet.tickets.catalogue import Catalogue
from guichet.tickets.domain import Buyer, Line
from guichet.tickets.event_refunds import EventRefunds
from guichet.tickets.faults import FaultPoints
from guichet.tickets.giving_back import Right
from guichet.tickets.goodwill import Goodwill
from guichet.tickets.guesses import Guesses
from guichet.tickets.holding import Holding
from guichet.tickets.invoicing import Invoicing
from guichet.tickets.issuing import OrderWriter
from guichet.tickets.late_payments import LatePayments
from guichet.tickets.links import OrderLinks
from guichet.tickets.pace import Pace
from guichet.tickets.promoting import Promoting
from guichet.tickets.provider_changes import ProviderChanges
from guichet.tickets.purchase import Purchase
from guichet.tickets.quoting import Quoting
from guichet.tickets.reconciliation import Reconciliation
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository.stock import Connection
from guichet.tickets.returned_refunds import ReturnedRefunds
from guichet.tickets.selling import Selling, Wanted
from guichet.tickets.stock import StockWriter
from guichet.tickets.webhook_inbox import WebhookInbox
from tests.fakes.payments import FakeProvider

_ids = itertools.count(1)

TABLES = (
    "order_resends, holder_messages, holder_message_recipients,"
    " admissions, refund_keys, refund_tickets, tickets, refunds, event_refund_orders,"
    " event_refund_runs, payments, orders, holds, allotments, stock, offers, promo_codes,"
    " purchase_keys, webhook_events, disputes, provider_movements, reconciliation_cursors,"
    " reconciliation_runs, reconciliation_findings, reconciliation_days,"
    " payment_backup_runs, outbox, inbox, dead_letters, sellers, document_series"
)
HOLDER = Right("holder", is_bound=True)
ADMINISTRATOR = Right("administrator", is_bound=False)
LEDGER = ("ledger_transfers", "ledger_days")
ONLY_GROW = (*LEDGER, "audit_entries", "documents")


@dataclass(slots=True)
class FakeEvents:
    """The events service as tickets asks it."""

    snapshots: dict[int, EventSnapshot] = field(default_factory=dict[int, EventSnapshot])
    asked: list[int] = field(default_factory=list[int])

    async def snapshot(self, event_id: int) -> EventSnapshot | None:
        """Return the event, None where there is none."""
        self.asked.append(event_id)
        return self.snapshots.get(event_id)


@dataclass(slots=True)
class Shop:
    """Everything that sells, and short ways to use it."""

    database: Database
    provider: FakeProvider
    events: FakeEvents
    links: OrderLinks
    catalogue: Catalogue
    writer: StockWriter
    orders: OrderWriter
    refunds: Refunds
    purchase: Purchase
    selling: Selling
    quoting: Quoting
    promoting: Promoting
    holding: Holding
    cancelling: Cancelling
    goodwill: Goodwill
    returned_refunds: ReturnedRefunds
    event_refunds: EventRefunds
    admissions: Admissions
    late: LatePayments
    changes: ProviderChanges
    inbox: WebhookInbox
    reconciliation: Reconciliation
    invoicing: Invoicing

    async def event(self, capacity: int = 10, price_minor: int = 2500, **fields: Any) -> int:
        """Put an event on sale with one ticket type of the same id, and return that id."""
        event_id = next(_ids)
        snapshot = snapshot_of(event_id, capacity, price_minor, **fields)
        self.events.snapshots[event_id] = snapshot
        await self.catalogue.accept(snapshot)
        return event_id

    async def one(self, statement: str, *values: object) -> Any:
        """Return the first value of a query."""
        async with self.database.hot.acquire() as connection:
            return await connection.fetchval(statement, *values)

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Return the rows of a query."""
        async with self.database.hot.acquire() as connection:
            return list(await connection.fetch(statement, *values))

    async def stock(self, event_id: int) -> tuple[int, int]:
        """Return sold and held of an event's one ticket type."""
        row = (await self.rows("SELECT sold, held FROM stock WHERE event_id = $1", event_id))[0]
        return row["sold"], row["held"]


def snapshot_of(event_id: int, capacity: int, price_minor: int, **fields: Any) -> EventSnapshot:
    """Return a published event with one ticket type of the same id."""
    content: dict[str, Any] = {
        "event_id": event_id,
        "version": 1,
        "title": "Concert",
        "status": "published",
        "creator_id": 3,
        "starts_at": datetime.now(UTC) + timedelta(days=30),
        "time_zone": "Europe/Paris",
        "location": "Grenoble",
        "currency": "EUR",
        "per_order_max": 10,
        "ticket_types": [
            TicketTypeOffer(
                ticket_type_id=event_id, name="Standard", price_minor=price_minor, capacity=capacity
            )
        ],
    }
    content.update(fields)
    return EventSnapshot.model_validate(content)


def buyer(number: int = 1) -> Buyer:
    """Return one of many accounts."""
    return Buyer(number, f"Compte {number}", f"compte{number}@example.com", "fr")


def wanted(event_id: int, quantity: int = 1, *, by: Buyer | None = None, **more: Any) -> Wanted:
    """Return a request for places of the event's one ticket type, paid by a card that works."""
    asked: dict[str, Any] = {"payment_method": "pm_card_visa", **more}
    return Wanted(
        buyer=by or buyer(),
        event_id=event_id,
        quantity=None,
        lines=(Line(event_id, quantity),),
        **asked,
    )


async def empty(connection: Connection) -> None:
    """Empty every table, also those whose own guards refuse that to everybody else."""
    for table in ONLY_GROW:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await connection.execute(f"TRUNCATE {TABLES}, {', '.join(ONLY_GROW)} RESTART IDENTITY")
    for table in ONLY_GROW:
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def at_noon() -> Iterator[None]:
    """Let the service's day be tomorrow's, at noon: what a test does then ends on the same day.

    Tomorrow's, so that nothing lies ahead that the database dates by its own clock.
    """
    noon = datetime.now(UTC).replace(hour=12, minute=0) + timedelta(days=1)
    with time_machine.travel(noon, tick=True):
        yield


@pytest.fixture
async def shop(database_dsn: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop over an empty database."""
    database = Database(database_dsn("tickets"), application="test", hot_connections=12)
    await database.open()
    async with database.hot.acquire() as connection:
        await empty(connection)
    provider, events = FakeProvider(), FakeEvents()
    links = OrderLinks("a secret for tests alone", "http://localhost")
    catalogue = Catalogue(database, events)  # pyright: ignore[reportArgumentType] - answers the one call made
    refunds = Refunds(database, provider)
    orders = OrderWriter(database, links)
    purchase = Purchase(orders, provider, refunds, FaultPoints(tmp_path))
    guesses = Guesses()
    promoting = Promoting(database, catalogue, guesses)
    writer = StockWriter(database, links)
    late = LatePayments(database, purchase, refunds)
    changes = ProviderChanges(database, provider.books, late, refunds)
    yield Shop(
        database=database,
        provider=provider,
        events=events,
        links=links,
        catalogue=catalogue,
        writer=writer,
        orders=orders,
        refunds=refunds,
        purchase=purchase,
        selling=Selling(database, catalogue, writer, purchase, guesses, Pace(0)),
        quoting=Quoting(catalogue, promoting),
        promoting=promoting,
        holding=Holding(database),
        cancelling=Cancelling(database, refunds),
        goodwill=Goodwill(database, refunds),
        returned_refunds=ReturnedRefunds(database, refunds),
        event_refunds=EventRefunds(database, refunds),
        admissions=Admissions(database),
        late=late,
        changes=changes,
        inbox=WebhookInbox(database, changes, purchase),
        reconciliation=Reconciliation(database, provider.books, changes, late),
        invoicing=Invoicing(database, "Guichet"),
    )
    await database.close()
