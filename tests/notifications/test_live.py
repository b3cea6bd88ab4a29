"""The listener wakes whom it should, and every stream once it closes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from guichet.kernel.database import Database
from guichet.notifications import live
from guichet.notifications.live import Listener
from guichet.notifications.repository import notices
from guichet.notifications.repository.notices import NewNotice
from tests.conftest import DatabaseDsn


@pytest.fixture
async def listener(database: Database, database_dsn: DatabaseDsn) -> AsyncIterator[Listener]:
    assert database
    opened = Listener(database_dsn("notifications"))
    work = asyncio.Event()
    opened.wake_for_work(work)
    task = asyncio.create_task(opened.run())
    await asyncio.wait_for(work.wait(), 10)
    yield opened
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def add_notice(database: Database, account_id: int) -> None:
    line = NewNotice(f"test:{account_id}", account_id, "welcome", {"path": "/"})
    async with database.transaction() as transaction:
        await notices.add(transaction, [line])


async def test_a_new_line_wakes_its_owner_alone(listener: Listener, database: Database) -> None:
    with (
        listener.watching(1) as mine,
        listener.watching(1) as also_mine,
        listener.watching(2) as other,
    ):
        await add_notice(database, 1)
        await asyncio.wait_for(mine.wait(), 5)
        await asyncio.wait_for(also_mine.wait(), 5)
        assert not other.is_set()


async def test_a_rolled_back_line_wakes_nobody(listener: Listener, database: Database) -> None:
    with listener.watching(1) as mine:
        with contextlib.suppress(ZeroDivisionError):
            async with database.transaction() as transaction:
                await notices.add(transaction, [NewNotice("x", 1, "welcome", {})])
                raise ZeroDivisionError
        await add_notice(database, 2)
        await asyncio.sleep(0.2)
        assert not mine.is_set()


async def test_who_stops_watching_is_forgotten(listener: Listener, database: Database) -> None:
    with listener.watching(1) as before:
        assert not before.is_set()
    with listener.watching(2) as other:
        await add_notice(database, 1)
        await add_notice(database, 2)
        # Notices arrive in their order: with the second one, the first has been here too.
        await asyncio.wait_for(other.wait(), 5)
    with listener.watching(1) as mine:
        assert not mine.is_set()
    assert not before.is_set()


async def test_a_lost_connection_raises_so_that_the_worker_listens_again(
    database: Database, database_dsn: DatabaseDsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.05)
    opened = Listener(database_dsn("notifications"))
    work = asyncio.Event()
    opened.wake_for_work(work)
    task = asyncio.create_task(opened.run())
    await asyncio.wait_for(work.wait(), 10)
    async with database.transaction() as transaction:
        await transaction.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'guichet-listener'"
        )
    with pytest.raises(Exception, match=r"closed|terminat"):
        await asyncio.wait_for(task, 10)


async def test_after_closing_every_stream_is_awake(listener: Listener) -> None:
    with listener.watching(1) as mine:
        listener.close_streams()
        assert mine.is_set()
    with listener.watching(2) as late:
        assert late.is_set()
    assert listener.is_closing
