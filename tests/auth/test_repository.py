"""Statements that more than one request may send at once, and the shape of the tables."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from guichet.auth.domain import Limit
from guichet.auth.repository import accounts, one_time_tokens, signing_keys, throttles
from guichet.auth.tables import metadata
from guichet.kernel.database import Database
from tests.conftest import DatabaseDsn
from tests.locks import check_is_taken_by_one, check_keeps_others_out

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOON = datetime(2027, 6, 15, 12, tzinfo=UTC)
LIMITS = {b"a": Limit("a", 5, 60), b"b": Limit("b", 5, 600)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(database_dsn: DatabaseDsn) -> AsyncGenerator[Database]:
    opened = Database(database_dsn("auth"), application="test")
    yield opened
    await opened.close()


async def test_the_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_parallel_counts_are_all_counted(database: Database) -> None:
    async def count() -> list[int]:
        async with database.transaction() as transaction:
            tallies = await throttles.count_up(transaction, LIMITS, NOON)
        return sorted(tally.count for tally in tallies)

    results = await asyncio.gather(*(count() for _ in range(30)))
    assert sorted(result[0] for result in results) == list(range(1, 31))


async def test_a_window_that_is_over_begins_anew(database: Database) -> None:
    limits = {b"window": Limit("w", 5, 60), b"longer": Limit("l", 5, 600)}
    for seconds, expected in ((0, (1, 1)), (59, (2, 2)), (60, (1, 3))):
        moment = NOON + timedelta(seconds=seconds)
        async with database.transaction() as transaction:
            found = await throttles.count_up(transaction, limits, moment)
        counts = {tally.key: tally.count for tally in found}
        assert (counts[b"window"], counts[b"longer"]) == expected
    async with database.transaction() as transaction:
        await throttles.count_down(transaction, [b"longer", b"unknown"])
        await throttles.forget(transaction, b"window")
        left = await throttles.present_tallies(transaction, limits, NOON)
    assert {tally.key: tally.count for tally in left} == {b"longer": 2}
    async with database.transaction() as transaction:
        await throttles.purge_throttles(transaction, NOON + timedelta(days=1))
        assert await throttles.present_tallies(transaction, limits, NOON) == []


async def test_an_address_belongs_to_one_account(database: Database) -> None:
    async with database.transaction() as transaction:
        one = await accounts.insert_account(transaction, name="A", email="one@example.com")
        two = await accounts.insert_account(transaction, name="B", email="two@example.com")
        assert one is not None
        assert two is not None
        again = await accounts.insert_account(transaction, name="C", email="one@example.com")
        assert again is None
        assert await accounts.move_to_email(transaction, two.id, "one@example.com", NOON) is None
        # The refused change has not spoilt the transaction.
        moved = await accounts.move_to_email(transaction, two.id, "three@example.com", NOON)
    assert moved is not None
    assert moved.email == "three@example.com"
    assert moved.is_verified


async def test_each_reset_request_is_taken_by_one_worker(database: Database) -> None:
    async with database.transaction() as transaction:
        for number in range(30):
            await one_time_tokens.insert_reset_request(transaction, f"{number}@x.test", NOON)

    async def take() -> list[str]:
        async with database.transaction() as transaction:
            return await one_time_tokens.take_reset_requests(transaction, 10)

    batches = await asyncio.gather(*(take() for _ in range(5)))
    taken = [email for batch in batches for email in batch]
    while more := await take():
        taken += more
    assert sorted(taken) == sorted(f"{number}@x.test" for number in range(30))


async def test_reset_requests_that_are_being_taken_are_passed_over(database: Database) -> None:
    async with database.transaction() as transaction:
        await one_time_tokens.insert_reset_request(transaction, "waiting@x.test", NOON)
    await check_is_taken_by_one(database, lambda t: one_time_tokens.take_reset_requests(t, 9))


async def test_a_link_is_spent_once(database: Database) -> None:
    async with database.transaction() as transaction:
        owner = await accounts.insert_account(transaction, name="A", email="link@example.com")
        assert owner is not None
        until = NOON + timedelta(hours=1)
        link = one_time_tokens.OneTimeToken(owner.id, "reset", owner.email, until, used_at=None)
        await one_time_tokens.insert_one_time_token(transaction, b"a link", link, NOON)
        assert not await one_time_tokens.spend_one_time_token(transaction, b"a link", until)
        assert await one_time_tokens.spend_one_time_token(transaction, b"a link", NOON)
        assert not await one_time_tokens.spend_one_time_token(transaction, b"a link", NOON)


async def test_an_account_is_changed_by_one(database: Database) -> None:
    async with database.transaction() as transaction:
        owner = await accounts.insert_account(transaction, name="A", email="lock@example.com")
    assert owner is not None
    await check_keeps_others_out(database, lambda t: accounts.lock_account(t, owner.id))


async def test_the_administrators_stay_while_one_is_removed(database: Database) -> None:
    async with database.transaction() as transaction:
        chief = await accounts.insert_account(transaction, name="A", email="chief@example.com")
        assert chief is not None
        await accounts.update_account(transaction, chief.id, NOON, role="admin")
    await check_keeps_others_out(database, accounts.lock_active_administrators)


async def test_signing_keys_are_changed_by_one(database: Database) -> None:
    await check_keeps_others_out(database, signing_keys.lock_rotation)
