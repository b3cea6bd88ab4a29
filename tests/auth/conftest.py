"""A whole auth service over real HTTP, with its own database, in this process."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from fastapi import FastAPI
from sqlalchemy import Engine, event, select

from guichet.auth import passwords
from guichet.auth.context import Context
from guichet.auth.main import build
from guichet.auth.repository import accounts
from guichet.auth.settings import Settings
from guichet.kernel import clock
from guichet.kernel.context import request_id
from guichet.kernel.outbox import Message
from guichet.kernel.tables import outbox
from guichet.kernel.tokens import ServiceTokens
from guichet.local.ports import free_port
from guichet.local.servers import NatsServer
from tests.conftest import DatabaseDsn
from tests.serving import served

SERVICE_SECRET = "a secret that the services of these tests share"
PASSPHRASE = "a passphrase that these tests encrypt keys with"
PASSWORD = "un mot de passe à part"


@dataclass(frozen=True)
class Answer:
    """An answer with its body read."""

    status: int
    body: Any
    headers: Mapping[str, str]
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def code(self) -> str:
        return str(self.body["code"])


@dataclass
class Auth:
    """A running auth, and how to talk to it."""

    url: str
    app: FastAPI
    session: aiohttp.ClientSession

    @property
    def context(self) -> Context:
        return self.app.state.context

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str | None = None,
    ) -> Answer:
        """Send a request below `/api/v1/auth`; `address` is where the gateway saw it come from."""
        sent = {"Accept-Language": "en", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if address is not None:
            sent["X-Real-IP"] = address
        async with self.session.request(
            method, f"{self.url}/api/v1/auth{path}", json=body, headers=sent
        ) as answer:
            text = await answer.text()
            cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
            content = json.loads(text) if text else None
            return Answer(answer.status, content, answer.headers, cookies)

    async def as_service(self, method: str, path: str, body: object = None) -> Answer:
        """Ask an internal route, as the users service does."""
        token = ServiceTokens(SERVICE_SECRET, service="users").issue("auth")
        return await self.ask(method, f"/internal{path}", body, token=token)

    async def register(self, email: str, **more: object) -> dict[str, Any]:
        """Register somebody and return the whole answer."""
        password = {"password": PASSWORD, "password_confirmation": PASSWORD}
        body = {"name": "Compte Essai", "email": email, **password, **more}
        answer = await self.ask("POST", "/register", body)
        assert answer.status == 201, answer.body
        return answer.body

    async def messages(self, kind: type[Message], account_id: int) -> list[dict[str, Any]]:
        """Return what the outbox holds of one kind about an account, the oldest first."""
        async with self.context.database.reading() as connection:
            rows = await connection.execute(
                select(outbox.c.payload)
                .where(
                    outbox.c.subject == kind.subject,
                    outbox.c.payload["account_id"].as_integer() == account_id,
                )
                .order_by(outbox.c.id)
            )
            return [row.payload for row in rows]

    async def administrator(self, email: str) -> dict[str, Any]:
        """Register somebody, make them an administrator in the database, and sign them in."""
        account_id = (await self.register(email))["user"]["id"]
        async with self.context.database.transaction() as transaction:
            await accounts.update_account(transaction, account_id, clock.now(), role="admin")
        return (await self.login(email)).body

    async def login(self, email: str, password: str = PASSWORD, **more: object) -> Answer:
        return await self.ask("POST", "/login", {"email": email, "password": password, **more})


@dataclass
class Work:
    """What costs time while a request is served; where it is the same, so is the time.

    `statements` are those sent to the database, by the id of the request; `hashes` the parameters
    of each stored hash that a password was hashed for, to the end, and found to be another.
    """

    statements: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    hashes: list[Parameters] = field(default_factory=list[Parameters])


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Note the work that is done in this process until the test ends."""
    noted = Work()
    verify = PasswordHasher.verify

    def note_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        noted.statements.setdefault(request_id.get(), []).append(statement)

    def note_hash(hasher: PasswordHasher, stored: str, password: str) -> bool:
        try:
            return verify(hasher, stored, password)
        except VerifyMismatchError:
            noted.hashes.append(extract_parameters(stored))
            raise

    monkeypatch.setattr(PasswordHasher, "verify", note_hash)
    event.listen(Engine, "before_cursor_execute", note_statement)
    yield noted
    event.remove(Engine, "before_cursor_execute", note_statement)


@pytest.fixture(scope="module")
def auth_settings(
    database_dsn: DatabaseDsn, nats: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return Settings(
        auth_dsn=database_dsn("auth"),
        nats_url=nats.url,
        storage_dir=tmp_path_factory.mktemp("auth"),
        service_secret=SERVICE_SECRET,
        auth_key_passphrase=PASSPHRASE,
    )


@asynccontextmanager
async def running_auth(settings: Settings) -> AsyncGenerator[Auth]:
    """Run one instance of auth."""
    port = free_port()
    app = build(settings, port)
    # Each instance keeps no cookies: a test sends those that it means.
    async with (
        served(app, port) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield Auth(url, app, session)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def auth(auth_settings: Settings) -> AsyncGenerator[Auth]:
    """Auth with passwords that are hashed cheaply, for tests that are about something else."""
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as cheap:
            cheap.setattr(passwords, "MEMORY_KIB", 64)
            cheap.setattr(passwords, "PASSES", 1)
            running = await stack.enter_async_context(running_auth(auth_settings))
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def strong_auth(auth_settings: Settings) -> AsyncGenerator[Auth]:
    """Auth exactly as it is served."""
    async with running_auth(auth_settings) as running:
        yield running
