"""The whole HTTP interface of tickets over the shop of these tests, called without a socket."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from fastapi import FastAPI

from guichet.kernel.app import Check, create_app, entry_of
from guichet.kernel.entry import Entry
from guichet.kernel.streams import Shutdown
from guichet.kernel.tokens import Revocations, ServiceTokens, SigningKeys, TokenVerifier
from guichet.tickets import http_api
from guichet.tickets.context import Context
from guichet.tickets.door import Door
from guichet.tickets.figures import Figures
from guichet.tickets.holder_messages import HolderMessages
from guichet.tickets.overview import Overviews
from guichet.tickets.payment_backups.taking import PaymentBackups
from guichet.tickets.settings import Settings
from tests.fakes.issuer import FakeIssuer
from tests.kernel.asgi import Answer, call
from tests.tickets.conftest import Shop

SERVICE_SECRET = "a secret that the services of these tests share"
PREFIX = "/api/v1/tickets"


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    account_id: int
    role: str = "user"


ALICE, BRUNO = Person(1), Person(2)
ORGANISER = Person(3, "event_creator")
"""Whose events the shop sells."""
OTHER_ORGANISER = Person(33, "event_creator")
OPERATOR = Person(50, "operator")
ADMIN = Person(90, "admin")

VISA = {"card_number": "4242 4242 4242 4242", "expiry": "12/34", "cvv": "123"}
DECLINED = {**VISA, "card_number": "4000 0000 0000 0002"}
LACKS_FUNDS = {**VISA, "card_number": "4000 0000 0000 9995"}
WANTS_BUYER = {**VISA, "card_number": "4000 0025 0000 3155"}
GUEST = {"name": "Invité Essai", "email": "ines@example.com", "language": "en"}


@dataclass
class Front:
    """The service as its callers meet it, and the shop behind it."""

    shop: Shop
    entry: Entry
    services: ServiceTokens
    context: Context
    issuer: FakeIssuer = field(default_factory=FakeIssuer)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: Person | None = None,
        query: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request below `/api/v1/tickets`; bytes go as they are, all else as JSON."""
        sent = {"accept_language": "en", **(headers or {})}
        if by is not None:
            sent["authorization"] = f"Bearer {self.issuer.token(by.account_id, by.role)}"
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return await call(
            self.entry, method, PREFIX + path, body=raw, query=query, leaves=False, **sent
        )

    async def buy(
        self,
        event_id: int,
        quantity: int = 1,
        *,
        by: Person | None = ALICE,
        payment: Mapping[str, Any] | None = VISA,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """Buy as the replaced system's clients do, in one call."""
        body = {"event_id": event_id, "quantity": quantity, "payment": payment, **more}
        return await self.ask("POST", "/purchase", body, by=by, headers=headers)

    async def ticket(self, event_id: int, *, by: Person | None = ALICE, **more: Any) -> Any:
        """Buy one ticket, and return it as the buyer sees it."""
        bought = await self.buy(event_id, by=by, **more)
        assert bought.status == 201, bought.body
        return bought.json["tickets"][0]

    async def secret_of(self, ticket_id: int) -> str:
        """Return what is inside a ticket's QR code alone."""
        return await self.shop.one("SELECT secret FROM tickets WHERE ticket_id = $1", ticket_id)

    async def everything(self) -> str:
        """Return all that the database holds, as text."""
        tables = await self.shop.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        assert len(tables) > 10
        texts: list[str] = []
        for table in tables:
            name = table["table_name"]
            rows = await self.shop.rows(f'SELECT t::text AS content FROM "{name}" t')  # noqa: S608 - our own tables
            texts.extend(row["content"] for row in rows)
        return "\n".join(texts)


def code_of(answer: Answer) -> tuple[int, str]:
    """Return the status of an answer, and the stable code of its refusal."""
    return answer.status, answer.json["code"]


@asynccontextmanager
async def _nothing_to_open(_app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
    yield {}


@pytest.fixture
def front(shop: Shop) -> Front:
    """The interface over an empty shop."""
    services = ServiceTokens(SERVICE_SECRET, service="tickets")
    app = create_app(
        service="tickets",
        title="Guichet: tickets",
        context=_nothing_to_open,
        routers=http_api.ROUTERS,
        hot_routes=http_api.hot_routes(lambda: cast(Context, app.state.context)),
    )
    context = _context_of(shop)
    found = Front(shop, entry_of(app), services, context)
    app.state.context = context
    app.state.service_tokens = services
    app.state.verifier = TokenVerifier(
        SigningKeys(found.issuer.jwks), Revocations(), issuer="guichet", audience="guichet"
    )
    return found


def _context_of(shop: Shop) -> Context:
    return Context(
        settings=Settings(
            tickets_dsn="postgresql://nobody@localhost/none",
            tickets_link_secret="a secret for tests alone",
        ),
        database=shop.database,
        provider=shop.provider,
        links=shop.links,
        catalogue=shop.catalogue,
        purchase=shop.purchase,
        selling=shop.selling,
        quoting=shop.quoting,
        promoting=shop.promoting,
        holding=shop.holding,
        refunds=shop.refunds,
        cancelling=shop.cancelling,
        goodwill=shop.goodwill,
        returned_refunds=shop.returned_refunds,
        event_refunds=shop.event_refunds,
        admissions=shop.admissions,
        inbox=shop.inbox,
        reconciliation=shop.reconciliation,
        invoicing=shop.invoicing,
        payment_backups=PaymentBackups(shop.database, None, None),
        door=Door(shop.database),
        figures=Figures(shop.database),
        overviews=Overviews(shop.database),
        holder_messages=HolderMessages(shop.database, shop.links),
        shutdown=Shutdown(),
    )
