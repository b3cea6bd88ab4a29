"""Reading the audit log over HTTP: filters, pages, and who may."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text

from guichet.kernel.app import Check, create_app, entry_of
from guichet.kernel.audit import Change, record, seal_waiting
from guichet.kernel.audit_reading import audit_router
from guichet.kernel.audit_schema import BY_TIME, FIRST_SHAPE
from guichet.kernel.context import Actor
from guichet.kernel.database import Database
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal, Revocations, SigningKeys, TokenVerifier
from tests.fakes.issuer import FakeIssuer
from tests.kernel.asgi import Answer, call

issuer = FakeIssuer()


def only_administrators(caller: Principal) -> None:
    if caller.role != "admin":
        raise Forbidden


def _database(request: Request) -> Database:
    return request.app.state.database


@pytest.fixture
async def app(empty_dsn: str) -> AsyncIterator[FastAPI]:
    """An application with the route, over a log of five entries."""
    opened = Database(empty_dsn, application="audit-test")
    await opened.open()
    async with opened.engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS audit_entries"))
        await connection.execute(text("DROP FUNCTION IF EXISTS refuse_audit_change"))
        for statement in (*FIRST_SHAPE, *BY_TIME):
            await connection.execute(text(statement))
    for number, action in enumerate(("made", "moved", "moved", "moved.twice", "removed")):
        actor = Actor(number, "admin") if number else None
        change = Change(f"a.thing.{action}", f"thing:{number % 2}", None, {"n": number}, "", actor)
        async with opened.transaction() as transaction:
            await record(transaction, change)
    found = create_app(
        service="things",
        title="Things",
        context=_nothing_to_open,
        routers=[
            audit_router("/api/v1/things", database_of=_database, authorize=only_administrators)
        ],
    )
    found.state.database = opened
    found.state.verifier = TokenVerifier(
        SigningKeys(issuer.jwks), Revocations(), issuer="guichet", audience="guichet"
    )
    yield found
    await opened.close()


@asynccontextmanager
async def _nothing_to_open(_app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
    yield {}


async def ask(app: FastAPI, query: str = "", role: str = "admin") -> Answer:
    authorization = f"Bearer {issuer.token(1, role)}"
    return await call(
        entry_of(app), "GET", "/api/v1/things/audit", query=query, authorization=authorization
    )


async def numbers(app: FastAPI, query: str) -> list[Any]:
    answer = await ask(app, query)
    assert answer.status == 200, answer.body
    return [entry["after"]["n"] for entry in answer.json["data"]]


async def test_the_latest_entries_come_first(app: FastAPI) -> None:
    assert await numbers(app, "") == [4, 3, 2, 1, 0]


async def test_an_entry_has_all_that_is_known(app: FastAPI) -> None:
    await seal_waiting(app.state.database)
    entry = (await ask(app)).json["data"][0]
    assert entry.pop("occurred_at").startswith("20")
    assert len(entry.pop("hash")) == 64
    assert entry == {
        "entry_id": 5,
        "actor_id": 4,
        "actor_role": "admin",
        "action": "a.thing.removed",
        "subject": "thing:0",
        "before": None,
        "after": {"n": 4},
        "request_id": "",
        "reason": "",
        "position": 5,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor_id=3", [3]),
        ("subject=thing:1", [3, 1]),
        ("action=a.thing.moved", [3, 2, 1]),
        ("action=a.thing.moved.twice", [3]),
        ("action=a.thing.mov", []),
        ("action=a", [4, 3, 2, 1, 0]),
        ("action=%25", []),
        ("from=2020-01-01T00:00:00Z", [4, 3, 2, 1, 0]),
        ("to=2020-01-01T00:00:00Z", []),
        ("from=2099-01-01T00:00:00%2B01:00", []),
        ("action=a.thing.moved&subject=thing:0", [2]),
    ],
)
async def test_filters(app: FastAPI, query: str, found: list[int]) -> None:
    assert await numbers(app, query) == found


async def test_pages_follow_each_other_by_cursor(app: FastAPI) -> None:
    first = (await ask(app, "limit=2")).json
    assert first["next_cursor"] == 4
    assert await numbers(app, "limit=2&cursor=4") == [2, 1]
    last = (await ask(app, "limit=2&cursor=2")).json
    assert [entry["after"]["n"] for entry in last["data"]] == [0]
    assert last["next_cursor"] is None
    assert (await ask(app, "limit=5")).json["next_cursor"] is None


async def test_pages_follow_each_other_by_time_too(app: FastAPI) -> None:
    """Entry 2 is the latest, and 1 and 3 were made at the same time."""
    async with app.state.database.transaction() as transaction:
        await transaction.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        for number, second in ((1, 20), (2, 50), (3, 20), (4, 30), (5, 10)):
            await transaction.execute(
                text("UPDATE audit_entries SET occurred_at = :at WHERE entry_id = :id"),
                {"at": datetime(2026, 5, 1, 12, 0, second, tzinfo=UTC), "id": number},
            )
    found, cursor = list[int](), ""
    while True:
        page = (await ask(app, f"from=2026-01-01T00:00:00Z&limit=2{cursor}")).json
        found += [entry["entry_id"] for entry in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [2, 4, 3, 1, 5]
    narrow = "from=2026-05-01T12:00:20Z&to=2026-05-01T12:00:30Z"
    assert await numbers(app, narrow) == [2, 0]
    assert await numbers(app, f"{narrow}&cursor=3") == [0]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "cursor=0", "actor_id=x", "from=2027-01-01T00:00:00", "to=x"]
)
async def test_a_malformed_query_is_refused(app: FastAPI, query: str) -> None:
    assert (await ask(app, query)).status == 422


async def test_only_who_may_reads_it(app: FastAPI) -> None:
    assert (await ask(app, role="event_creator")).status == 403
    answer = await call(entry_of(app), "GET", "/api/v1/things/audit")
    assert answer.status == 401
