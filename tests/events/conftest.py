"""A whole events service over real HTTP, with its own database; auth and tickets are fakes."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from fastapi import FastAPI
from sqlalchemy import select

from guichet.contracts.messages.events import EventSnapshot
from guichet.events.main import build
from guichet.events.settings import Settings
from guichet.events.use_cases.means import Means
from guichet.kernel import shared_answers
from guichet.kernel.database import Database
from guichet.kernel.tables import outbox
from guichet.kernel.tokens import ServiceTokens
from guichet.local.ports import free_port
from guichet.local.servers import NatsServer
from tests.conftest import DatabaseDsn
from tests.fakes.issuer import FakeIssuer
from tests.serving import served

SERVICE_SECRET = "a secret that the services of these tests share"
ADMIN, CREATOR, OTHER_CREATOR, BUYER = 1, 3, 5, 4


def ahead(days: int = 30, **more: int) -> str:
    """Return an instant that lies ahead, as clients send it."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days, **more)
    return moment.isoformat().replace("+00:00", "Z")


def event_body(**more: object) -> dict[str, object]:
    """Return the body of a new event, as clients of the replaced system send it."""
    return {
        "title": "Concert de printemps",
        "description": "Une soirée de musique.",
        "date": ahead(),
        "location": "12 rue de la Gare, Lyon",
        "max_tickets": 100,
        "price": 25.5,
        "status": "published",
        "speakers": None,
        "sponsors": None,
        "image": None,
        **more,
    }


@dataclass
class FakeTickets:
    """tickets and auth's keys, as events calls them.

    `taken` maps a ticket type to (sold, held); `offers` is all that was offered, in order.
    `offer_failures` are statuses to answer the next offers with; `after_offer` is called, with the
    snapshot, before an accepted offer is answered.
    """

    issuer: FakeIssuer
    offers: list[EventSnapshot] = field(default_factory=list[EventSnapshot])
    taken: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    offer_failures: list[int] = field(default_factory=list[int])
    after_offer: Any = None

    def reset(self) -> None:
        """Forget what an earlier test told."""
        self.offers.clear()
        self.taken.clear()
        self.offer_failures.clear()
        self.after_offer = None

    def app(self) -> web.Application:
        """Return the routes."""
        app = web.Application()
        base = "/api/v1/tickets/internal/events/{id}"
        app.router.add_get("/api/v1/auth/.well-known/jwks.json", self._jwks)
        app.router.add_put(f"{base}/offer", self._offer)
        app.router.add_get(f"{base}/sales", self._sales)
        return app

    async def _jwks(self, _request: web.Request) -> web.Response:
        return web.json_response(await self.issuer.jwks())

    async def _offer(self, request: web.Request) -> web.Response:
        _check_service(request)
        event = EventSnapshot.model_validate(await request.json())
        self.offers.append(event)
        if self.offer_failures:
            return web.json_response({"code": "broken"}, status=self.offer_failures.pop(0))
        capacities = {kind.ticket_type_id: kind.capacity for kind in event.ticket_types}
        for number, (sold, held) in self.taken.items():
            if sold + held > capacities.get(number, 0) and event.status == "published":
                told = {"sold": sold, "held": held, "ticket_type": "Standard", "capacity": 0}
                return web.json_response({"code": "capacity_below_sold", **told}, status=409)
        if self.after_offer is not None:
            self.after_offer(event)
        return web.json_response(
            [
                {"ticket_type_id": number, "capacity": capacity, "sold": 0, "held": 0}
                for number, capacity in capacities.items()
            ]
        )

    async def _sales(self, request: web.Request) -> web.Response:
        _check_service(request)
        sold = sum(sold for sold, _ in self.taken.values())
        held = sum(held for _, held in self.taken.values())
        return web.json_response(
            {
                "event_id": int(request.match_info["id"]),
                "currency": "EUR",
                "capacity": 100,
                "sold": sold,
                "held": held,
                "revenue_minor": sold * 2550,
                "refunded_minor": 0,
                "admitted": 0,
                "cancelled": 0,
                "levels": [
                    {"ticket_type_id": number, "capacity": 100, "sold": sold, "held": held}
                    for number, (sold, held) in self.taken.items()
                ],
                "by_day": [{"day": "2027-01-02", "tickets": sold, "revenue_minor": sold * 2550}],
                "by_hour": [
                    {"hour": "2027-01-02T09:00:00Z", "tickets": sold, "revenue_minor": sold * 2550}
                ],
            }
        )


def _check_service(request: web.Request) -> None:
    tokens = ServiceTokens(SERVICE_SECRET, service="tickets")
    assert tokens.verify(request.headers.get("Authorization")) == "events"


@dataclass(frozen=True)
class Answer:
    """An answer with its body read; JSON is decoded."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        return str(self.body["code"])


@dataclass
class RunningEvents:
    """A running events service, and how to talk to it."""

    url: str
    app: FastAPI
    session: aiohttp.ClientSession
    tickets: FakeTickets

    @property
    def means(self) -> Means:
        return self.app.state.means

    @property
    def database(self) -> Database:
        return self.means.database

    def token(self, account_id: int, role: str) -> str:
        return self.tickets.issuer.token(account_id, role)

    @property
    def admin(self) -> str:
        return self.token(ADMIN, "admin")

    @property
    def creator(self) -> str:
        return self.token(CREATOR, "event_creator")

    @property
    def other_creator(self) -> str:
        return self.token(OTHER_CREATOR, "event_creator")

    @property
    def buyer(self) -> str:
        return self.token(BUYER, "user")

    async def ask(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **more: Any
    ) -> Answer:
        """Send a request below `/api/v1/events`."""
        headers = {"Accept-Language": "en", **more.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        async with self.session.request(
            method, f"{self.url}/api/v1/events{path}", json=body, headers=headers, **more
        ) as answer:
            content = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return Answer(
                answer.status, json.loads(content) if is_json else content, answer.headers
            )

    async def as_service(self, path: str, service: str = "tickets") -> Answer:
        """Ask an internal route, as another service does."""
        token = ServiceTokens(SERVICE_SECRET, service=service).issue("events")
        return await self.ask("GET", f"/internal{path}", token=token)

    async def create(self, token: str | None = None, **more: object) -> dict[str, Any]:
        """Create an event and return it."""
        answer = await self.ask("POST", "", event_body(**more), token=token or self.creator)
        assert answer.status == 201, answer.body
        return answer.body

    async def messages(self, event_id: int) -> list[tuple[str, dict[str, Any]]]:
        """Return subject and content of every message about an event, oldest first."""
        async with self.database.reading() as connection:
            rows = await connection.execute(
                select(outbox.c.subject, outbox.c.payload)
                .where(outbox.c.payload["event"]["event_id"].as_integer() == event_id)
                .order_by(outbox.c.id)
            )
            return [(row.subject, row.payload) for row in rows]


@asynccontextmanager
async def fake_tickets() -> AsyncGenerator[tuple[FakeTickets, str]]:
    """Serve the fakes, and yield them with their address."""
    fakes = FakeTickets(FakeIssuer())
    runner = web.AppRunner(fakes.app())
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield fakes, f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_once(
    database_dsn: DatabaseDsn, nats: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningEvents]:
    """An events service that answers, one for each module."""
    port = free_port()
    async with fake_tickets() as (fakes, address):
        settings = Settings(
            events_dsn=database_dsn("events"),
            nats_url=nats.url,
            storage_dir=tmp_path_factory.mktemp("storage"),
            service_secret=SERVICE_SECRET,
            auth_url=address,
            tickets_url=address,
        )
        app = build(settings, port)
        async with served(app, port) as url, aiohttp.ClientSession() as session:
            yield RunningEvents(url, app, session, fakes)


@pytest.fixture(autouse=True)
def nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show each change at once; what is shared for a second is tested in the kernel."""
    monkeypatch.setattr(shared_answers, "KEPT_MAX", 0)


@pytest.fixture
def running(running_once: RunningEvents) -> RunningEvents:
    """The module's service; what an earlier test told the fakes to do is forgotten."""
    running_once.tickets.reset()
    return running_once


@pytest.fixture
async def database(database_dsn: DatabaseDsn) -> AsyncIterator[Database]:
    """The service's database, without the service."""
    opened = Database(database_dsn("events"), application="test")
    await opened.open()
    yield opened
    await opened.close()
