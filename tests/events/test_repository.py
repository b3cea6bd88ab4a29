"""The statements: what a list reads, how it is planned with many events, what may race."""

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, event, text

from guichet.events.domain.records import EventFilter
from guichet.events.domain.states import Status
from guichet.events.repository import images, reading, writing
from guichet.kernel.database import Database, Transaction
from tests.conftest import DatabaseDsn
from tests.events.test_domain import event as record
from tests.events.test_domain import kind
from tests.locks import check_is_taken_by_one, check_keeps_others_out

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = 20_000
PUBLISHED = EventFilter(statuses=frozenset({Status.PUBLISHED}))

FILL = text(
    """
    INSERT INTO events (version, version_drawn, title, description, status, creator_id, starts_at,
        over_at, time_zone, location, city, city_key, category, currency, price_minor,
        per_order_max, words, created_at, updated_at)
    SELECT 1, 1, 'Concert ' || n, repeat('Une soirée. ', 20),
        (ARRAY['published', 'published', 'published', 'draft', 'completed'])[1 + n % 5],
        n % 500, now() + make_interval(mins => (n * 7919) % 500000),
        now() + interval '1 year', 'Europe/Paris', 'Ici', 'Ville ' || n % 200,
        'ville ' || n % 200, (ARRAY['concert', 'dance', 'sport', 'theatre'])[1 + n % 4], 'EUR',
        (n * 31) % 9000, 10, array_to_tsvector(ARRAY['concert', 'mot' || n % 1000]), now(), now()
    FROM generate_series(1, :number) AS n
    """
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def full(database_dsn: DatabaseDsn) -> AsyncIterator[Database]:
    """A database with many events."""
    opened = Database(database_dsn("events"), application="test")
    await opened.open()
    async with opened.transaction() as transaction:
        await transaction.execute(FILL, {"number": EVENTS})
        await transaction.execute(
            text(
                "INSERT INTO ticket_types (event_id, position, name, price_minor, capacity, "
                "is_hidden) SELECT id, 0, 'Standard', price_minor, 100, false FROM events"
            )
        )
    async with opened.reading() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    yield opened
    await opened.close()


@contextmanager
def statements(connection: Transaction) -> Generator[list[tuple[str, Any]]]:
    """Note the statements sent over this connection, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_more: Any) -> None:
        seen.append((sql, values))

    sync: Connection = connection.sync_connection  # pyright: ignore[reportAssignmentType] - open
    event.listen(sync, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(sync, "before_cursor_execute", note)


async def plan_of(connection: Transaction, wanted: EventFilter) -> str:
    """Return how the server runs the first statement of a page."""
    with statements(connection) as seen:
        await reading.page(connection, wanted, limit=20, offset=0)
    sql, values = seen[0]
    rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {sql}", values)
    return "\n".join(row[0] for row in rows)


async def test_a_page_is_two_statements_and_the_count_one(full: Database) -> None:
    async with full.reading() as connection:
        with statements(connection) as seen:
            found = await reading.page(connection, PUBLISHED, limit=20, offset=0)
            total = await reading.count(connection, PUBLISHED)
    assert len(seen) == 3
    assert (len(found), total) == (20, EVENTS * 3 // 5)
    assert all(len(item.ticket_types) == 1 for item in found)
    assert [item.starts_at for item in found] == sorted(item.starts_at for item in found)


LISTS: list[tuple[dict[str, Any], str]] = [
    ({}, "events_published_by_date"),
    ({"sort": "-date"}, "events_published_by_date"),
    ({"sort": "price"}, "events_published_by_price"),
    ({"sort": "title"}, "events_published_by_title"),
    ({"sort": "-created", "statuses": frozenset(Status)}, "events_by_creation"),
    ({"statuses": frozenset(Status)}, "events_by_date"),
    ({"category": "dance"}, "events_published_by_"),
    ({"city_key": "ville 7"}, "events_published_by_city"),
    ({"words": ("mot77",)}, "events_by_words"),
    ({"creator_id": 7, "statuses": frozenset(Status)}, "events_by_creator"),
    ({"statuses": frozenset(), "own_drafts_of": 3}, "events_by_creator"),
    ({"own_drafts_of": 3}, "events_by_date"),
]


@pytest.mark.parametrize(("more", "index"), LISTS)
async def test_every_list_reads_through_an_index(
    full: Database, more: dict[str, Any], index: str
) -> None:
    values: dict[str, Any] = {"statuses": frozenset({Status.PUBLISHED}), **more}
    wanted = EventFilter(**values)
    async with full.reading() as connection:
        plan = await plan_of(connection, wanted)
    assert index in plan, plan
    assert "Seq Scan on events" not in plan, plan


async def test_ended_and_forgotten_events_are_found_by_index(full: Database) -> None:
    async with full.transaction() as transaction:
        with statements(transaction) as seen:
            assert await writing.ended_events(transaction, datetime.now(UTC), 50) == []
            assert await writing.forgotten_askings(transaction, 50) == []
        for (sql, values), index in zip(
            seen, ("events_published_by_end", "events_asking"), strict=True
        ):
            rows = await transaction.exec_driver_sql(f"EXPLAIN {sql}", values)
            assert index in "\n".join(row[0] for row in rows)


async def test_what_is_stored_is_what_is_read(full: Database) -> None:
    types = (kind(900_001, capacity=3), kind(900_002, is_hidden=True, per_order_max=2))
    async with full.transaction() as transaction:
        number = await writing.add_event(transaction, record(category="dance", city="Nîmes"))
        await writing.save_ticket_types(transaction, number, types)
        await writing.apply_stock_levels(transaction, [writing.ToldLevel(900_001, number, 3, 1, 1)])
        found = await reading.event(transaction, number)
    assert found is not None
    assert (found.city, found.city_key, found.category) == ("Nîmes", "nimes", "dance")
    assert found.ticket_types[1] == types[1]
    assert found.ticket_types[0].available == 1


async def test_a_ticket_type_of_another_event_is_not_taken_over(full: Database) -> None:
    async with full.transaction() as transaction:
        one = await writing.add_event(transaction, record())
        two = await writing.add_event(transaction, record())
        await writing.save_ticket_types(transaction, one, [kind(910_001)])
        await writing.save_ticket_types(transaction, two, [kind(910_001, price_minor=1)])
        kept = await reading.event(transaction, one)
    assert kept is not None
    assert kept.ticket_types == (kind(910_001),)


async def test_drawn_ids_are_new_and_in_order(full: Database) -> None:
    async with full.transaction() as transaction:
        drawn = await writing.draw_ticket_type_ids(transaction, 3)
        more = await writing.draw_ticket_type_ids(transaction, 2)
    assert drawn == sorted(set(drawn))
    assert min(more) > max(drawn)


async def test_a_picture_goes_with_its_event(full: Database) -> None:
    async with full.transaction() as transaction:
        number = await writing.add_event(transaction, record(image_url="https://example.com/a"))
        await images.save_image(transaction, number, "abc", [(400, "webp", b"1")])
        found = await images.image(transaction, number, 400, "webp")
        assert found is not None
        assert (found.content, found.image_hash, found.status) == (b"1", "abc", "published")
        stored = await reading.event(transaction, number)
        assert stored is not None
        assert (stored.image_hash, stored.image_url) == ("abc", None)
        await writing.delete_event(transaction, number)
        assert await images.image(transaction, number, 400, "webp") is None


async def test_demo_events_count_while_they_lie_ahead(full: Database) -> None:
    async with full.transaction() as transaction:
        ahead = datetime.now(UTC) + timedelta(days=1)
        await writing.add_event(transaction, record(title="Démo", creator_id=3, starts_at=ahead))
        assert await reading.demo_is_there(transaction, "Démo", 3)
        assert not await reading.demo_is_there(transaction, "Démo", 1)


async def test_of_two_edits_of_an_event_one_waits_for_the_other(full: Database) -> None:
    async with full.reading() as connection:
        event_id = await connection.scalar(text("SELECT min(id) FROM events"))
    await check_keeps_others_out(full, lambda t: reading.lock(t, event_id))


async def change(database: Database, statement: str) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(text(statement))


async def test_an_edit_that_never_came_back_is_undone_by_one(full: Database) -> None:
    await change(
        full,
        "UPDATE events SET asking_since = now() - interval '1 day'"
        " WHERE id = (SELECT min(id) FROM events)",
    )
    await check_is_taken_by_one(full, lambda t: writing.forgotten_askings(t, 10))


async def test_an_event_that_is_over_is_ended_by_one(full: Database) -> None:
    await change(
        full,
        "UPDATE events SET over_at = now() - interval '1 day', asking_since = NULL"
        " WHERE id = (SELECT min(id) FROM events WHERE status = 'published')",
    )
    await check_is_taken_by_one(full, lambda t: writing.ended_events(t, datetime.now(UTC), 10))
