"""A whole users service over real HTTP, with its own database; the services it calls are fakes."""

import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from fastapi import FastAPI

from guichet.contracts.messages.auth import AccountRegistered
from guichet.kernel.database import Database
from guichet.kernel.tokens import ServiceTokens
from guichet.local.ports import free_port
from guichet.local.servers import NatsServer
from guichet.users import consumers
from guichet.users.main import UsersSettings, build
from guichet.users.use_cases import Users
from tests.conftest import DatabaseDsn
from tests.fakes.issuer import FakeIssuer
from tests.serving import served

SERVICE_SECRET = "a secret that the services of these tests share"
REGISTERED_AT = datetime(2027, 1, 1, 12, tzinfo=UTC)

_account_ids = itertools.count(1000)


def new_account_id() -> int:
    """Return an id that no other test has used."""
    return next(_account_ids)


def registered(account_id: int, **more: Any) -> AccountRegistered:
    """Return the message of a new account."""
    content: dict[str, Any] = {
        "account_id": account_id,
        "email": f"account{account_id}@example.com",
        "name": "Compte Essai",
        "role": "user",
        "language": "fr",
        "occurred_at": REGISTERED_AT,
        **more,
    }
    return AccountRegistered.model_validate(content)


@dataclass
class FakeServices:
    """auth, events, tickets and notifications, as users calls them; `accounts` is what auth has."""

    tokens: ServiceTokens
    issuer: FakeIssuer
    accounts: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    changes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])

    def add(self, account_id: int, **more: Any) -> None:
        """Give auth an account."""
        self.accounts[account_id] = {
            "account_id": account_id,
            "email": f"account{account_id}@example.com",
            "name": "Compte Essai",
            "role": "user",
            "language": "fr",
            "is_active": True,
            "email_verified": True,
            **more,
        }

    def app(self) -> web.Application:
        """Return the routes, auth's and every service's export."""
        app = web.Application()
        account = "/api/v1/auth/internal/accounts/{id}"
        app.router.add_get("/api/v1/auth/.well-known/jwks.json", self._jwks)
        app.router.add_get(account, self._account)
        app.router.add_put(account, self._update)
        app.router.add_delete(account, self._delete)
        app.router.add_get("/api/v1/{service}/internal/accounts/{id}/export", self._export)
        return app

    def _refusal(self, request: web.Request, what: str) -> web.Response | None:
        self.tokens.verify(request.headers.get("Authorization"))
        if what not in self.refusals:
            return None
        status, code = self.refusals[what]
        return web.json_response({"status": status, "code": code}, status=status)

    async def _jwks(self, _request: web.Request) -> web.Response:
        return web.json_response(await self.issuer.jwks())

    async def _account(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request, "account"):
            return refusal
        account = self.accounts.get(int(request.match_info["id"]))
        return web.json_response(account or {"code": "not_found"}, status=200 if account else 404)

    async def _update(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["email"] is not None and (refusal := self._refusal(request, "email")):
            return refusal
        account_id = int(request.match_info["id"])
        self.changes.append({"account_id": account_id, **asked})
        return web.json_response(self.accounts[account_id])

    async def _delete(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request, "delete"):
            return refusal
        self.accounts.pop(int(request.match_info["id"]), None)
        return web.Response(status=204)

    async def _export(self, request: web.Request) -> web.Response:
        service = request.match_info["service"]
        if refusal := self._refusal(request, f"export {service}"):
            return refusal
        return web.json_response({"from": service, "id": int(request.match_info["id"])})


class AnyAudience(ServiceTokens):
    """Accepts a token for whichever service it was meant; the fakes stand in for four of them."""

    def verify(self, authorization: str | None) -> str:
        last = ""
        for service in ("auth", "events", "tickets", "notifications"):
            try:
                return ServiceTokens(SERVICE_SECRET, service=service).verify(authorization)
            except Exception as error:
                last = str(error)
        raise web.HTTPUnauthorized(text=last)


@dataclass(frozen=True)
class Answer:
    """An answer with its body read; JSON is decoded."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class RunningUsers:
    """A running users service, and how to talk to it."""

    url: str
    app: FastAPI
    session: aiohttp.ClientSession
    services: FakeServices

    @property
    def users(self) -> Users:
        return self.app.state.users

    @property
    def database(self) -> Database:
        return self.users.database

    def token(self, account_id: int, role: str = "user") -> str:
        return self.services.issuer.token(account_id, role)

    async def ask(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **more: Any
    ) -> Answer:
        """Send a request below `/api/v1/users`."""
        headers = {"Accept-Language": "en", **more.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        async with self.session.request(
            method, f"{self.url}/api/v1/users{path}", json=body, headers=headers, **more
        ) as answer:
            content = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return Answer(
                answer.status, json.loads(content) if is_json else content, answer.headers
            )

    async def as_service(self, path: str) -> Answer:
        """Ask an internal route, as tickets does."""
        token = ServiceTokens(SERVICE_SECRET, service="tickets").issue("users")
        return await self.ask("GET", f"/internal{path}", token=token)

    async def someone(self, **more: Any) -> tuple[int, str]:
        """Create a profile by its message; return the account's id and a token."""
        account_id = new_account_id()
        message = registered(account_id, **more)
        self.services.add(account_id, email=message.email, name=message.name, role=message.role)
        async with self.database.transaction() as transaction:
            await consumers.on_registered(transaction, message)
        return account_id, self.token(account_id, message.role)


@asynccontextmanager
async def fake_services() -> AsyncGenerator[tuple[FakeServices, str]]:
    """Serve the fakes, and yield them with their address."""
    fakes = FakeServices(AnyAudience(SERVICE_SECRET, service=""), FakeIssuer())
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
) -> AsyncIterator[RunningUsers]:
    """A users service that answers, one for each module."""
    port = free_port()
    async with fake_services() as (fakes, address):
        settings = UsersSettings(
            users_dsn=database_dsn("users"),
            nats_url=nats.url,
            storage_dir=tmp_path_factory.mktemp("storage"),
            service_secret=SERVICE_SECRET,
            auth_url=address,
            events_url=address,
            tickets_url=address,
            notifications_url=address,
        )
        app = build(settings, port)
        async with served(app, port) as url, aiohttp.ClientSession() as session:
            yield RunningUsers(url, app, session, fakes)


@pytest.fixture
def running(running_once: RunningUsers) -> RunningUsers:
    """The module's service; what an earlier test told the fakes to do is forgotten."""
    running_once.services.refusals.clear()
    running_once.services.changes.clear()
    return running_once


@pytest.fixture
async def database(database_dsn: DatabaseDsn) -> AsyncIterator[Database]:
    """The service's database, without the service."""
    opened = Database(database_dsn("users"), application="test")
    await opened.open()
    yield opened
    await opened.close()
