"""A system's databases with one healthy sale in them, for the checker to read."""

from collections.abc import AsyncIterator, Callable

import pytest

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from guichet.kernel.audit import seal_waiting
from guichet.tickets.codes import order_code
from guichet.verify.sources import SERVICES, Booked, Sources, open_sources
from guichet.verify.streams import Unhandled
from tests.tickets.conftest import Shop, shop, snapshot_of, wanted

__all__ = ["shop"]


class FakeOutside(Sources):
    """Sources whose provider and mailbox are lists."""

    booked: list[Booked]
    mails: list[str]
    waiting: list[Unhandled]

    async def books(self) -> list[Booked]:
        """Return the given books."""
        return self.booked

    async def mail_ids(self) -> list[str]:
        """Return the given mails."""
        return self.mails

    async def unhandled(self) -> list[Unhandled]:
        """Return the given messages."""
        return self.waiting


@pytest.fixture
async def healthy(shop: Shop, database_dsn: Callable[[str], str]) -> AsyncIterator[FakeOutside]:
    """One paid order of two tickets and a hold, known to everybody who should know."""
    environment = {f"GUICHET_{name.upper()}_DSN": database_dsn(name) for name in SERVICES}
    fee = FeeOffer(fixed_minor=120)
    event = await shop.event(price_minor=2500, fee=fee)
    taxed = TicketTypeOffer(
        ticket_type_id=event, name="Standard", price_minor=2500, capacity=10, vat_basis_points=550
    )
    await shop.catalogue.accept(
        snapshot_of(event, 10, 2500, version=2, fee=fee, ticket_types=[taxed])
    )
    await shop.rows(
        "INSERT INTO promo_codes (event_id, code, code_key, amount_minor, max_uses, created_at)"
        " VALUES ($1, 'A', 'a', 100, 1, now())",
        event,
    )
    order = (await shop.selling.buy(wanted(event, 2, key="key-1", promo_code="A"))).order
    await shop.selling.hold(wanted(event, 1))
    await shop.invoicing.number_due()
    code = order_code(order.order_id)
    async with open_sources(environment) as opened:
        sources = FakeOutside(
            opened.databases,
            opened.session,
            "fake",
            "",
            "fake",
            answered_codes=(code,),
            nats_url="fake",
        )
        sources.waiting = []
        sources.booked = [Booked("pi_1", f"order-{order.order_id}", "succeeded", 5040, 0)]
        sources.mails = ["<1@guichet>"]
        await _tell_everybody(sources, event, order.order_id, code)
        await spoil(sources, "tickets", "UPDATE outbox SET sent_at = now()")
        await seal_waiting(shop.database)
        yield sources


async def _tell_everybody(sources: Sources, event: int, order_id: int, code: str) -> None:
    """Do what the messages of one sale lead to in the other services."""
    for service, tables in (
        ("notifications", "deliveries"),
        ("events", "stock_levels"),
        ("users", "profiles, purchases, purchased_tickets"),
    ):
        await spoil(sources, service, f"TRUNCATE {tables} CASCADE")
    await spoil(
        sources,
        "notifications",
        "INSERT INTO deliveries (dedup_key, message_id, channel, template, language, address,"
        " name, context, status, next_attempt_at) VALUES ($1, '<1@guichet>', 'email',"
        " 'order_confirmed', 'fr', 'compte1@example.com', 'Compte 1', '{}', 'sent', now())",
        f"order_confirmed:{code}:email",
    )
    await spoil(
        sources,
        "events",
        "INSERT INTO stock_levels (ticket_type_id, event_id, version, sold, held)"
        " VALUES ($1, $1, 1, 2, 1)",
        event,
    )
    await spoil(
        sources,
        "users",
        "INSERT INTO profiles (id, name, email) VALUES (1, 'Compte 1', 'a@example.com')",
    )
    await spoil(
        sources,
        "users",
        "INSERT INTO purchases (order_code, order_id, account_id, event_id, total_minor,"
        " currency, confirmed_at) VALUES ($1, $2, 1, $3, 5040, 'EUR', now())",
        code,
        order_id,
        event,
    )
    await spoil(
        sources,
        "users",
        "INSERT INTO purchased_tickets (ticket_id, order_code) VALUES (1, $1), (2, $1)",
        code,
    )


async def spoil(sources: Sources, service: str, statement: str, *values: object) -> None:
    """Change a database behind everybody's back."""
    connection = sources.databases[service]
    await connection.execute("SET default_transaction_read_only = off")
    await connection.execute(statement, *values)
