"""The tables are what the migrations make, and what must happen at once does."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from guichet.kernel.database import Database
from guichet.users import consumers, use_cases
from guichet.users.repository import profile_rows, purchase_rows
from guichet.users.tables import metadata
from tests.locks import check_keeps_others_out
from tests.users.conftest import new_account_id, registered
from tests.users.test_history import confirmed

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


async def test_the_migrations_make_the_declared_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    async with database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    assert found == []


async def test_deleting_waits_for_a_history_that_is_being_written(database: Database) -> None:
    """Neither comes between the other's check and write, so nothing is left of the person."""
    account_id = new_account_id()
    order = confirmed(account_id)
    async with database.transaction() as transaction:
        await consumers.on_registered(transaction, registered(account_id))

    async def delete() -> None:
        async with database.transaction() as transaction:
            await use_cases.erase(transaction, account_id, NOON)

    async with database.transaction() as writing:
        assert await profile_rows.keeping_history(writing, [account_id]) == {account_id}
        deleting = asyncio.create_task(delete())
        done, _ = await asyncio.wait([deleting], timeout=0.3)
        assert not done
        await consumers.on_order_confirmed(writing, order)
    await deleting
    async with database.reading() as connection:
        found, _ = await purchase_rows.list_purchases(connection, account_id, limit=None, offset=0)
    assert found == []


async def test_a_deletion_under_way_keeps_a_history_from_being_written(
    database: Database,
) -> None:
    account_id = new_account_id()

    async def write() -> set[int]:
        async with database.transaction() as transaction:
            return await profile_rows.keeping_history(transaction, [account_id])

    async with database.transaction() as deleting:
        await use_cases.erase(deleting, account_id, NOON)
        writing = asyncio.create_task(write())
        done, _ = await asyncio.wait([writing], timeout=0.3)
        assert not done
    assert await writing == set()


async def test_a_profile_is_begun_once(database: Database) -> None:
    account_id = new_account_id()
    async with database.transaction() as transaction:
        await profile_rows.remember_account(transaction, account_id)
        given = {"name": "First", "language": "fr"}
        assert await profile_rows.begin_profile(transaction, account_id, given, NOON)
        again = {"name": "Second", "language": "en"}
        assert not await profile_rows.begin_profile(transaction, account_id, again, NOON)
        found = await profile_rows.profile(transaction, account_id)
    assert found is not None
    assert (found.name, found.language) == ("First", "fr")


async def test_of_two_changes_of_a_profile_one_waits_for_the_other(database: Database) -> None:
    account_id = new_account_id()
    async with database.transaction() as transaction:
        await consumers.on_registered(transaction, registered(account_id))
    await check_keeps_others_out(database, lambda t: profile_rows.profile_for_change(t, account_id))
