"""An administrator sees what waits in a service over HTTP; nobody else does."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from guichet.kernel.app import Check, create_app, entry_of
from guichet.kernel.bus import Bus
from guichet.kernel.database import Database
from guichet.kernel.entry import Entry
from guichet.kernel.problems import Forbidden
from guichet.kernel.queues_api import queues_router
from guichet.kernel.tokens import Principal, Revocations, SigningKeys, TokenVerifier
from tests.fakes.issuer import FakeIssuer
from tests.kernel.asgi import Answer, call
from tests.kernel.test_inbox import noted_consumer
from tests.kernel.test_queues import Noted, bury, inbox_of

issuer = FakeIssuer()


def require_boss(principal: Principal) -> None:
    if principal.role != "boss":
        raise Forbidden


@asynccontextmanager
async def nothing_to_open(_app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
    yield {}


@pytest.fixture
def entry(database: Database, bus: Bus) -> Entry:
    app = create_app(
        service="things",
        title="Things",
        context=nothing_to_open,
        routers=[queues_router("/api/v1/things", require_boss)],
    )
    app.state.verifier = TokenVerifier(
        SigningKeys(issuer.jwks), Revocations(), issuer="guichet", audience="guichet"
    )
    app.state.platform = SimpleNamespace(
        database=database, bus=bus, inbox=inbox_of(database, noted_consumer(Noted, []))
    )
    return entry_of(app)


async def ask(entry: Entry, method: str, path: str, role: str | None = "boss") -> Answer:
    headers = {"accept_language": "en"}
    if role is not None:
        headers["authorization"] = f"Bearer {issuer.token(1, role)}"
    return await call(entry, method, f"/api/v1/things{path}", body=b"", leaves=False, **headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/queues"), ("GET", "/dead-letters"), ("POST", "/dead-letters/1/retry")],
)
async def test_others_are_refused(entry: Entry, method: str, path: str) -> None:
    assert (await ask(entry, method, path, None)).status == 401
    assert (await ask(entry, method, path, "admin")).status == 403


async def test_the_queues_are_shown(entry: Entry, database: Database) -> None:
    await bury(database, 1, "a")
    shown = (await ask(entry, "GET", "/queues")).json
    assert shown.pop("read_at")
    assert shown == {
        "service": "things",
        "outbox_waiting": 0,
        "outbox_oldest_seconds": 0.0,
        "inbox": None,
        "dead_letters": 1,
    }


async def test_letters_are_listed_without_their_content_and_retried(
    entry: Entry, database: Database
) -> None:
    good, bad = await bury(database, 41_414_141, "a"), await bury(database, -41_414_141, "b")
    listed = await ask(entry, "GET", "/dead-letters")
    assert listed.json["total"] == 2
    assert [each["id"] for each in listed.json["data"]] == [bad, good]
    assert b"41414141" not in listed.body
    assert (await ask(entry, "POST", f"/dead-letters/{good}/retry")).status == 204
    assert (await ask(entry, "POST", f"/dead-letters/{good}/retry")).status == 404
    again = await ask(entry, "POST", f"/dead-letters/{bad}/retry")
    assert (again.status, again.json["code"]) == (409, "dead_letter_failed_again")
    assert (await ask(entry, "POST", "/dead-letters/0/retry")).status == 422
