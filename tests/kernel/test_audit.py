"""The audit log: entered with the change, sealed in a chain, guarded by the database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from guichet.kernel import audit
from guichet.kernel.audit import Change, changed_fields, entry_hash, entry_of, record, seal_waiting
from guichet.kernel.audit_chain import broken_links
from guichet.kernel.audit_schema import BY_TIME, FIRST_SHAPE
from guichet.kernel.context import SYSTEM, Actor, acting, request_id
from guichet.kernel.database import Database, raw_connection

CHANGE = Change("things.thing.changed", "thing:1", {"size": 1}, {"size": 2})


@pytest.fixture
async def log(empty_dsn: str) -> AsyncIterator[Database]:
    """A database with an empty log, made as the migrations make it."""
    opened = Database(empty_dsn, application="audit-test")
    await opened.open()
    async with opened.engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS audit_entries"))
        await connection.execute(text("DROP FUNCTION IF EXISTS refuse_audit_change"))
        for statement in (*FIRST_SHAPE, *BY_TIME):
            await connection.execute(text(statement))
    yield opened
    await opened.close()


async def enter(database: Database, *changes: Change) -> None:
    async with database.transaction() as transaction:
        await record(transaction, *(changes or (CHANGE,)))


async def entries(database: Database) -> list[audit.Entry]:
    async with database.transaction() as transaction:
        connection = await raw_connection(transaction)
        rows = await connection.fetch("SELECT * FROM audit_entries ORDER BY entry_id")
    return [entry_of(row) for row in rows]


async def spoil(database: Database, statement: str) -> None:
    """Change the log as somebody who owns the database can."""
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        await connection.execute(text(statement))
        await connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))


async def broken(database: Database) -> list[str]:
    async with database.transaction() as transaction:
        return await broken_links(await raw_connection(transaction))


async def test_the_declared_table_is_what_migrations_make(log: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, audit.metadata)
        return [item for item in found if "audit_entries" in repr(item)]

    async with log.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_entry_says_who_did_what_and_under_which_request(log: Database) -> None:
    actor, request = acting.set(Actor(7, "admin")), request_id.set("request-17")
    try:
        await enter(
            log, CHANGE, Change("things.thing.removed", "thing:2", {"size": 3}, None, "old")
        )
    finally:
        acting.reset(actor)
        request_id.reset(request)
    await enter(log)
    first, second, third = await entries(log)
    assert (first.actor_id, first.actor_role, first.request_id) == (7, "admin", "request-17")
    assert (first.action, first.subject) == ("things.thing.changed", "thing:1")
    assert (first.before, first.after, first.reason) == ({"size": 1}, {"size": 2}, "")
    assert (second.before, second.after, second.reason) == ({"size": 3}, None, "old")
    assert (third.actor_id, third.actor_role, third.request_id) == (None, "system", "")


async def test_an_actor_that_is_named_counts(log: Database) -> None:
    await enter(log, Change("a.b.c", "x:1", None, None, actor=Actor(4, "user"), request="r-1"))
    entry = (await entries(log))[0]
    assert (entry.actor_id, entry.actor_role, entry.request_id) == (4, "user", "r-1")


async def test_what_is_rolled_back_leaves_no_entry(log: Database) -> None:
    with pytest.raises(RuntimeError):
        async with log.transaction() as transaction:
            await record(transaction, CHANGE)
            raise RuntimeError("the change came to nothing")
    assert await entries(log) == []


async def test_entries_are_chained_by_their_seals(log: Database) -> None:
    await enter(log, CHANGE, CHANGE)
    assert await seal_waiting(log) == 2
    await enter(log)
    assert await seal_waiting(log) == 1
    assert await seal_waiting(log) == 0
    sealed = await entries(log)
    previous = audit.FIRST_HASH
    for position, entry in enumerate(sealed, start=1):
        assert (entry.position, entry.previous_hash) == (position, previous)
        assert entry.hash == entry_hash(entry, position, previous)
        previous = entry.hash or ""
    assert await broken(log) == []


async def test_more_than_one_batch_is_sealed_at_once(
    log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SEALED_AT_ONCE_MAX", 2)
    await enter(log, *[CHANGE] * 5)
    assert await seal_waiting(log) == 5
    assert await broken(log) == []


async def test_what_commits_late_is_sealed_late_and_nothing_is_forgotten(log: Database) -> None:
    async with log.transaction() as transaction:
        await record(transaction, CHANGE)
        await enter(log)
        assert await seal_waiting(log) == 1
    assert await seal_waiting(log) == 1
    first, second = await entries(log)
    assert (first.position, second.position) == (2, 1)
    assert await broken(log) == []


async def test_replicas_that_seal_at_once_make_one_chain(log: Database) -> None:
    async def write_and_seal() -> None:
        for _ in range(10):
            await enter(log)
            await seal_waiting(log)

    await asyncio.gather(*(write_and_seal() for _ in range(4)))
    await seal_waiting(log)
    assert sorted(entry.position or 0 for entry in await entries(log)) == list(range(1, 41))
    assert await broken(log) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor_id = 1",
        "UPDATE audit_entries SET hash = NULL, position = NULL",
        "UPDATE audit_entries SET hash = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ],
)
async def test_the_database_refuses_changes(log: Database, statement: str) -> None:
    await enter(log)
    await seal_waiting(log)
    with pytest.raises(DBAPIError, match="only grows"):
        async with log.transaction() as transaction:
            await transaction.execute(text(statement))


async def test_a_seal_comes_alone(log: Database) -> None:
    await enter(log)
    with pytest.raises(DBAPIError, match="only grows"):
        async with log.transaction() as transaction:
            await transaction.execute(text("UPDATE audit_entries SET hash = 'x', actor_id = 1"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_entries SET actor_id = 9 WHERE entry_id = 2", "was changed"),
        ("UPDATE audit_entries SET after = '{\"size\": 3}' WHERE entry_id = 2", "was changed"),
        ("UPDATE audit_entries SET occurred_at = now() WHERE entry_id = 2", "was changed"),
        ("UPDATE audit_entries SET reason = 'x' WHERE entry_id = 3", "was changed"),
        ("DELETE FROM audit_entries WHERE entry_id = 2", "2 to 2 of the chain are missing"),
        ("DELETE FROM audit_entries WHERE entry_id = 1", "1 to 1 of the chain are missing"),
        ("UPDATE audit_entries SET previous_hash = 'x' WHERE entry_id = 3", "does not follow"),
        (
            "INSERT INTO audit_entries (occurred_at, actor_role, action, subject, request_id,"
            " reason) VALUES (now() - interval '1 day', 'system', 'a', 'b', '', '')",
            "never sealed",
        ),
    ],
)
async def test_what_was_spoiled_shows(log: Database, statement: str, said: str) -> None:
    await enter(log, CHANGE, CHANGE, CHANGE)
    await seal_waiting(log)
    assert await broken(log) == []
    await spoil(log, statement)
    wrong = await broken(log)
    assert len(wrong) == 1
    assert said in wrong[0]


def test_the_hash_is_that_of_the_canonical_content() -> None:
    entry = audit.Entry(
        entry_id=1,
        occurred_at=datetime(2027, 6, 15, 9, 0, 0, 123456, UTC),
        actor_id=None,
        actor_role=SYSTEM.role,
        action="a.b.c",
        subject="é:1",
        before={"b": 1, "a": None},
        after=None,
        request_id="",
        reason="",
        position=None,
        previous_hash=None,
        hash=None,
    )
    other = replace(entry, before={"a": None, "b": 1})
    assert entry_hash(entry, 1, "0") == entry_hash(other, 1, "0")
    assert entry_hash(entry, 1, "0") != entry_hash(entry, 2, "0")
    assert entry_hash(entry, 1, "0") == (
        # printf of the array, through sha256sum: what an auditor without this program computes.
        "1e19e420925b27ff952882976ff06284d84d6ebfc82f425d556533da57a3ebbd"
    )


def test_only_what_differs_is_entered() -> None:
    assert changed_fields({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})
    assert changed_fields({"a": 1}, {"a": 1}) == ({}, {})
    assert changed_fields({}, {"a": 1}) == ({"a": None}, {"a": 1})


async def test_a_value_the_database_cannot_hold_fails_with_the_change(log: Database) -> None:
    with pytest.raises(asyncpg.DataError):
        await enter(log, Change("a.b.c", "x\0y", None, None))
