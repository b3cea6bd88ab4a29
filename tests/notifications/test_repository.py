"""The tables are what the migrations make, and old things are forgotten."""

import asyncio
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select, text

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.paging import PageAsked
from guichet.notifications.domain import Channel, Status, TemplateKey
from guichet.notifications.rendering import Draft
from guichet.notifications.repository import attendances, deliveries, notices, people, templates
from guichet.notifications.repository.notices import NewNotice
from guichet.notifications.tables import attempts, metadata
from guichet.notifications.tables import attendances as attendances_table
from guichet.notifications.tables import deliveries as deliveries_table
from guichet.notifications.use_cases import orders
from guichet.notifications.use_cases.deliveries import KEPT_DAYS, purge, queue_state
from tests.notifications.occasions import NOW, buyer, confirmed, sold_event
from tests.notifications.office import Office, stored


async def test_the_migrations_make_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
        return [each for each in found if "alembic_version" not in str(each)]

    async with database.reading() as transaction:
        assert await transaction.run_sync(differences) == []


async def test_what_ended_half_a_year_ago_is_forgotten(office: Office) -> None:
    for event_id in (1, 2):
        order = confirmed(buyer(1), sold_event(event_id))
        await office.tell(orders.order_confirmed, order)
    old, young = await stored(office.database)
    long_ago = now() - timedelta(days=KEPT_DAYS + 1)
    async with office.database.transaction() as transaction:
        await transaction.execute(
            text("UPDATE deliveries SET status = 'sent', ended_at = :at WHERE id = :id"),
            {"at": long_ago, "id": old.id},
        )
        await transaction.execute(
            text(
                "INSERT INTO delivery_attempts (delivery_id, outcome, at) VALUES (:id, 'sent', :at)"
            ),
            {"at": long_ago, "id": old.id},
        )
        await transaction.execute(
            text("UPDATE event_cards SET starts_at = :at WHERE event_id = 1"), {"at": long_ago}
        )
        await transaction.execute(
            text("UPDATE notices SET created_at = :at WHERE details #>> '{event,event_id}' = '1'"),
            {"at": long_ago},
        )
    await purge(office.database)
    assert [row.id for row in await stored(office.database)] == [young.id]
    assert await office.inbox(1) == ["order_confirmed"]
    async with office.database.reading() as transaction:
        left = await transaction.scalars(select(attendances_table.c.event_id))
        assert list(left) == [2]
        assert await transaction.scalar(select(func.count()).select_from(attempts)) == 0


async def test_the_queue_is_told_with_its_oldest(office: Office) -> None:
    empty = await queue_state(office.database, NOW)
    assert (empty.waiting, empty.oldest_waiting_at) == (0, None)
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    (row,) = await stored(office.database)
    state = await queue_state(office.database, NOW)
    assert (state.waiting, state.oldest_waiting_at) == (1, row.created_at)


async def test_a_search_takes_no_wildcards(office: Office) -> None:
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    assert await _addresses(office, "ACCOUNT1@") == ["account1@example.com"]
    assert await _addresses(office, "%") == []
    assert await _addresses(office, "account_@") == []


async def test_a_whole_address_finds_what_was_sent_there_alone(office: Office) -> None:
    for number, address in enumerate(("Ange@example.com", "mi.ange@example.com"), 1):
        person = buyer(number).model_copy(update={"email": address})
        await office.tell(orders.order_confirmed, confirmed(person, sold_event(number)))
    assert await _addresses(office, "ange@Example.com") == ["Ange@example.com"]
    assert len(await _addresses(office, "ange@example.co")) == 2
    assert await _addresses(office, "ange@example.org") == []


async def _addresses(office: Office, query: str) -> list[str]:
    async with office.database.listing() as transaction:
        found, total = await deliveries.page(
            transaction,
            status=Status.WAITING,
            channel=None,
            template=None,
            query=query,
            asked=PageAsked(1, 10),
        )
    assert total.rows == len(found)
    return [row.address for row in found]


async def test_unknown_people_and_events_are_none(database: Database) -> None:
    async with database.reading() as transaction:
        assert await people.person(transaction, 1) is None
        assert await attendances.card(transaction, 1) is None
        assert await attendances.attendance(transaction, "none") is None
        assert await templates.latest(transaction, TemplateKey.WELCOME, "fr") is None
        assert await notices.newest_id(transaction, 1) == 0


async def test_what_is_told_twice_is_queued_once(database: Database) -> None:
    def told(number: int) -> deliveries.NewDelivery:
        return deliveries.NewDelivery(
            dedup_key="welcome:account 1:email",
            message_id=f"<{number}@example.com>",
            channel=Channel.EMAIL,
            template=TemplateKey.WELCOME,
            language="fr",
            account_id=1,
            address="camille@example.com",
            name="Camille",
            context={},
            next_attempt_at=NOW,
        )

    async with database.transaction() as transaction:
        assert await deliveries.add(transaction, [told(1)]) == 1
        await transaction.execute(text("UPDATE deliveries SET status = 'sent', ended_at = now()"))
        assert await deliveries.add(transaction, [told(2)]) == 0
    assert [row.status for row in await stored(database)] == ["sent"]


async def test_the_same_line_stands_in_an_inbox_once(database: Database) -> None:
    line = NewNotice("key", 1, "welcome", {"path": "/"})
    for _ in range(2):
        async with database.transaction() as transaction:
            await notices.add(transaction, [line])
    async with database.reading() as transaction:
        assert await notices.unread(transaction, 1) == 1


async def test_the_holders_of_a_whole_stadium_get_a_line(database: Database) -> None:
    """The database has no room for a lock on each of their inboxes."""
    lines = [NewNotice(f"moved:{each}", each, "event_rescheduled", {}) for each in range(20_000)]
    async with database.transaction() as transaction:
        await notices.add(transaction, lines)
    async with database.reading() as transaction:
        assert await notices.unread(transaction, 19_999) == 1


@pytest.mark.parametrize("first_many", [True, False])
async def test_lines_for_many_and_for_one_wait_for_each_other(
    database: Database, monkeypatch: pytest.MonkeyPatch, first_many: bool
) -> None:
    monkeypatch.setattr(notices, "LOCKS_MAX", 2)
    many = [NewNotice(f"many:{each}", each, "event_rescheduled", {}) for each in range(3)]
    one = [NewNotice("one", 1, "welcome", {})]

    async def add(lines: list[NewNotice]) -> None:
        async with database.transaction() as transaction:
            await notices.add(transaction, lines)

    async with database.transaction() as transaction:
        await notices.add(transaction, many if first_many else one)
        adding = asyncio.create_task(add(one if first_many else many))
        done, _ = await asyncio.wait([adding], timeout=0.3)
        assert not done
    await adding
    async with database.reading() as transaction:
        assert await notices.unread(transaction, 1) == 2


async def test_the_newest_version_of_each_template_is_listed(database: Database) -> None:
    key = TemplateKey.WELCOME
    async with database.transaction() as transaction:
        for version in (1, 2):
            draft = Draft(f"subject {version}", "m", "t")
            await templates.add_version(transaction, key, "fr", version, draft, 1)
        await templates.add_version(transaction, key, "en", 1, None, 1)
        listed = await templates.all_latest(transaction)
    assert {(key, language): row.version for (key, language), row in listed.items()} == {
        (key, "fr"): 2,
        (key, "en"): 1,
    }
    assert listed[key, "en"].is_default


async def test_only_known_states_and_channels_can_be_stored(office: Office) -> None:
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    async with office.database.reading() as transaction:
        constraints = set(
            await transaction.scalars(
                text("SELECT conname FROM pg_constraint WHERE conrelid = 'deliveries'::regclass")
            )
        )
    assert {"deliveries_channel", "deliveries_status"} <= constraints
    assert {str(column.name) for column in deliveries_table.primary_key} == {"id"}
