"""Events and tickets together: who is asked when, what is told, and what survives a failure."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from guichet.contracts.messages.auth import AccountDeleted
from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import EventStock, StockChanged, StockLevel
from guichet.events.domain.records import EventEdit, Viewer
from guichet.events.repository import reading, writing
from guichet.events.tables import events, stock_levels
from guichet.events.use_cases import editing, upkeep
from guichet.kernel.bus import Received
from guichet.kernel.outbox import OutboxRelay
from guichet.kernel.publishing import Outgoing
from tests.events.conftest import CREATOR, RunningEvents, ahead

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN_VIEWER = Viewer(account_id=1, creates_events=True, manages_all=True)


async def put(running: RunningEvents, event_id: int, **body: object) -> Any:
    return await running.ask("PUT", f"/{event_id}", body, token=running.creator)


async def subjects(running: RunningEvents, event_id: int) -> list[str]:
    return [subject for subject, _ in await running.messages(event_id)]


async def test_each_change_is_told_with_a_growing_version(running: RunningEvents) -> None:
    made = await running.create(status="draft")
    number = made["id"]
    await put(running, number, title="Encore un brouillon")
    assert await subjects(running, number) == []
    await put(running, number, status="published")
    await put(running, number, title="Autre titre")
    await put(running, number, description="Ce que les messages ne portent pas")
    await put(running, number, date=ahead(40))
    await put(running, number, max_tickets=120)
    await put(running, number, status="cancelled", cancel_reason="Salle fermée")
    told = await running.messages(number)
    assert [subject for subject, _ in told] == [
        "events.event.published",
        "events.event.updated",
        "events.event.rescheduled",
        "events.event.updated",
        "events.event.cancelled",
    ]
    versions = [content["event"]["version"] for _, content in told]
    assert versions == sorted(set(versions))
    assert told[2][1]["previous_starts_at"] != told[2][1]["event"]["starts_at"]
    assert told[3][1]["event"]["ticket_types"][0]["capacity"] == 120
    assert (told[4][1]["reason"], told[4][1]["event"]["status"]) == ("Salle fermée", "cancelled")
    assert running.tickets.offers == []
    latest = EventSnapshot.model_validate((await running.as_service(f"/events/{number}")).body)
    assert latest == EventSnapshot.model_validate(told[4][1]["event"])


async def test_an_event_published_at_once_is_told(running: RunningEvents) -> None:
    made = await running.create()
    told = await running.messages(made["id"])
    assert [subject for subject, _ in told] == ["events.event.published"]
    found = EventSnapshot.model_validate(told[0][1]["event"])
    assert [kind.ticket_type_id for kind in found.ticket_types] == [made["ticket_types"][0]["id"]]


async def test_lowering_asks_first_and_tells_the_version_that_was_agreed(
    running: RunningEvents,
) -> None:
    made = await running.create()
    answer = await put(running, made["id"], max_tickets=60)
    assert (answer.status, answer.body["max_tickets"]) == (200, 60)
    offered = running.tickets.offers[-1]
    assert offered.ticket_types[0].capacity == 60
    told = (await running.messages(made["id"]))[-1][1]["event"]
    assert EventSnapshot.model_validate(told) == offered
    assert answer.body["version"] == offered.version > made["version"]


async def test_a_capacity_below_what_is_sold_is_refused(running: RunningEvents) -> None:
    made = await running.create()
    running.tickets.taken[made["ticket_types"][0]["id"]] = (61, 4)
    before = await running.messages(made["id"])
    answer = await put(running, made["id"], max_tickets=64)
    assert (answer.status, answer.code) == (409, "capacity_below_sold")
    assert (answer.body["sold"], answer.body["held"]) == (61, 4)
    assert "61" in answer.body["detail"]
    read = await running.ask("GET", f"/{made['id']}")
    assert (read.body["max_tickets"], read.body["version"]) == (100, made["version"])
    assert await running.messages(made["id"]) == before
    fitting = await put(running, made["id"], max_tickets=65)
    assert (fitting.status, fitting.body["max_tickets"]) == (200, 65)


async def test_removing_a_type_asks_first(running: RunningEvents) -> None:
    made = await running.create(
        ticket_types=[
            {"name": "A", "price": 1, "capacity": 5},
            {"name": "B", "price": 2, "capacity": 5},
        ]
    )
    number, path = made["ticket_types"][0]["id"], f"/{made['id']}/ticket-types"
    running.tickets.taken[number] = (1, 0)
    refused = await running.ask("DELETE", f"{path}/{number}", token=running.creator)
    assert (refused.status, refused.code) == (409, "capacity_below_sold")
    lower = await running.ask("PATCH", f"{path}/{number}", {"capacity": 1}, token=running.creator)
    assert (lower.status, lower.body["capacity"]) == (200, 1)
    running.tickets.taken.clear()
    gone = await running.ask("DELETE", f"{path}/{number}", token=running.creator)
    assert gone.status == 200
    assert [kind.name for kind in running.tickets.offers[-1].ticket_types] == ["B"]


async def test_an_offer_without_answer_is_taken_back(running: RunningEvents) -> None:
    """What tickets may have applied before its answer was lost is outdone by a newer version."""
    made = await running.create()
    running.tickets.offer_failures += [503, 503, 503]
    answer = await put(running, made["id"], max_tickets=10)
    assert (answer.status, answer.code) == (503, "dependency_unavailable")
    offered = running.tickets.offers[-1]
    subject, content = (await running.messages(made["id"]))[-1]
    told = EventSnapshot.model_validate(content["event"])
    assert subject == "events.event.updated"
    assert told.version > offered.version
    assert told.ticket_types[0].capacity == 100
    again = await put(running, made["id"], max_tickets=90)
    assert (again.status, again.body["max_tickets"]) == (200, 90)
    assert again.body["version"] > told.version


async def test_a_forgotten_edit_is_mended_by_the_upkeep(running: RunningEvents) -> None:
    made = await running.create()
    async with running.database.transaction() as transaction:
        drawn = await writing.begin_asking(transaction, made["id"])
    blocked = await put(running, made["id"], title="Trop tôt")
    assert (blocked.status, blocked.code) == (409, "edited_meanwhile")
    assert blocked.headers["Retry-After"] == "1"
    assert await upkeep.mend_forgotten(running.means) == 0
    await _age_asking(running, made["id"])
    assert await upkeep.mend_forgotten(running.means) == 1
    content = (await running.messages(made["id"]))[-1][1]
    assert content["event"]["version"] == drawn + 1
    assert (await put(running, made["id"], title="À temps")).status == 200


async def test_a_late_edit_does_not_win(running: RunningEvents) -> None:
    """An edit that hung while it asked comes back after another was stored: it must not be."""
    made = await running.create()

    async def overtake() -> None:
        await _age_asking(running, made["id"])
        edit = EventEdit(values={"description": "Le premier"})
        await editing.update_event(running.means, ADMIN_VIEWER, made["id"], edit)

    class Slow:
        sales = running.means.tickets.sales

        async def offer(self, event: EventSnapshot) -> list[StockLevel]:
            offered.append(event.version)
            await overtake()
            return []

    offered: list[int] = []
    slow = replace(running.means, tickets=Slow())
    with pytest.raises(Exception, match="edited_meanwhile"):
        await editing.update_event(slow, ADMIN_VIEWER, made["id"], EventEdit(capacity=10))
    read = await running.ask("GET", f"/{made['id']}")
    assert (read.body["description"], read.body["max_tickets"]) == ("Le premier", 100)
    # Messages do not carry a description, yet tickets must hear that the offer no longer counts.
    told = (await running.messages(made["id"]))[-1][1]["event"]
    assert told["version"] > offered[0]
    assert told["ticket_types"][0]["capacity"] == 100


async def _age_asking(running: RunningEvents, event_id: int) -> None:
    async with running.database.transaction() as transaction:
        await transaction.execute(
            update(events)
            .where(events.c.id == event_id)
            .values(asking_since=func.now() - timedelta(minutes=1))
        )


async def test_of_edits_of_one_version_one_wins(running: RunningEvents) -> None:
    made = await running.create()
    answers = await asyncio.gather(
        *(put(running, made["id"], title=f"N° {n}", version=made["version"]) for n in range(8))
    )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    lost = next(answer for answer in answers if answer.status == 409)
    assert lost.code == "edited_meanwhile"


async def test_parallel_edits_leave_one_history(running: RunningEvents) -> None:
    made = await running.create()
    answers = await asyncio.gather(
        *(put(running, made["id"], max_tickets=90 - n) for n in range(6)),
        *(put(running, made["id"], title=f"Titre {n}") for n in range(6)),
    )
    assert {answer.status for answer in answers} <= {200, 409}
    told = [content["event"] for _, content in await running.messages(made["id"])]
    versions = [event["version"] for event in told]
    assert len(set(versions)) == len(versions)
    newest = max(told, key=lambda event: event["version"])
    read = (await running.ask("GET", f"/{made['id']}")).body
    assert (newest["title"], newest["version"]) == (read["title"], read["version"])
    assert newest["ticket_types"][0]["capacity"] == read["max_tickets"]
    assert all(offer.version <= newest["version"] for offer in running.tickets.offers)


async def test_an_event_goes_back_to_draft_only_without_sales(running: RunningEvents) -> None:
    made = await running.create()
    kind = made["ticket_types"][0]["id"]
    for taken in ((1, 0), (0, 1)):
        running.tickets.taken[kind] = taken
        refused = await put(running, made["id"], status="draft")
        assert (refused.status, refused.code) == (409, "event_has_sales")
    assert running.tickets.offers == []
    running.tickets.taken.clear()
    done = await put(running, made["id"], status="draft")
    assert (done.status, done.body["status"]) == (200, "draft")
    assert running.tickets.offers[-1].status == "draft"
    assert (await subjects(running, made["id"]))[-1] == "events.event.updated"
    again = await put(running, made["id"], status="published")
    assert again.body["status"] == "published"


async def test_a_sale_during_the_withdrawal_wins(running: RunningEvents) -> None:
    made = await running.create()
    kind = made["ticket_types"][0]["id"]

    def sell(_event: EventSnapshot) -> None:
        running.tickets.taken[kind] = (1, 0)

    running.tickets.after_offer = sell
    refused = await put(running, made["id"], status="draft")
    assert (refused.status, refused.code) == (409, "event_has_sales")
    told = (await running.messages(made["id"]))[-1][1]["event"]
    assert told["status"] == "published"
    assert told["version"] > running.tickets.offers[-1].version


async def test_deleting_with_sold_tickets_is_refused(running: RunningEvents) -> None:
    made = await running.create()
    kind = made["ticket_types"][0]["id"]
    running.tickets.taken[kind] = (2, 0)
    refused = await running.ask("DELETE", f"/{made['id']}", token=running.creator)
    assert (refused.status, refused.code, refused.body["sold"]) == (409, "event_has_sales", 2)
    await put(running, made["id"], status="cancelled")
    refused = await running.ask("DELETE", f"/{made['id']}", token=running.creator)
    assert refused.status == 409
    running.tickets.taken.clear()
    assert (await running.ask("DELETE", f"/{made['id']}", token=running.creator)).status == 200


async def test_a_deleted_event_stops_selling(running: RunningEvents) -> None:
    made = await running.create()
    assert (await running.ask("DELETE", f"/{made['id']}", token=running.creator)).status == 200
    subject, content = (await running.messages(made["id"]))[-1]
    assert (subject, content["event"]["status"]) == ("events.event.cancelled", "cancelled")
    assert content["event"]["version"] > running.tickets.offers[-1].version
    assert (await running.as_service(f"/events/{made['id']}")).status == 404


async def test_a_draft_goes_without_asking_anybody(running: RunningEvents) -> None:
    made = await running.create(status="draft", speakers="A, B", sponsors="C")
    assert (await running.ask("DELETE", f"/{made['id']}", token=running.creator)).status == 200
    assert running.tickets.offers == []
    assert await running.messages(made["id"]) == []


@pytest.mark.parametrize("wanted", ["draft", "published", "completed"])
async def test_a_cancelled_event_stays_cancelled(running: RunningEvents, wanted: str) -> None:
    made = await running.create()
    assert (await put(running, made["id"], status="cancelled")).status == 200
    refused = await put(running, made["id"], status=wanted)
    assert (refused.status, refused.code) == (409, "illegal_status_change")
    assert (await put(running, made["id"], status="cancelled")).status == 200
    terms = await put(running, made["id"], max_tickets=5)
    assert (terms.status, terms.code) == (409, "event_is_over")
    assert (await subjects(running, made["id"])).count("events.event.cancelled") == 1


async def test_stock_is_shown_as_tickets_last_told(running: RunningEvents) -> None:
    made = await running.create()
    kind = made["ticket_types"][0]["id"]

    async def tell(version: int, sold: int, held: int) -> int:
        level = StockLevel(ticket_type_id=kind, capacity=100, sold=sold, held=held)
        stock = EventStock(event_id=made["id"], version=version, levels=[level])
        message = StockChanged(events=[stock])
        async with running.database.transaction() as transaction:
            await upkeep.note_stock(transaction, message)
        return (await running.ask("GET", f"/{made['id']}")).body["available_tickets"]

    assert await tell(5, 30, 3) == 67
    assert await tell(4, 90, 0) == 67
    assert await tell(5, 90, 0) == 67
    assert await tell(6, 100, 0) == 0
    listed = await running.ask("GET", "?q=printemps&per_page=100&sort=-created")
    assert {item["id"]: item["available_tickets"] for item in listed.body["data"]}[made["id"]] == 0


async def test_stock_comes_over_the_bus_once(running: RunningEvents) -> None:
    made = await running.create()
    level = StockLevel(ticket_type_id=made["ticket_types"][0]["id"], capacity=100, sold=1, held=0)
    stock = EventStock(event_id=made["id"], version=1, levels=[level])
    message = StockChanged(events=[stock])
    bus = running.app.state.platform.bus
    for _ in range(2):
        await bus.publish(
            [
                Outgoing(
                    message.subject,
                    message.model_dump_json().encode(),
                    message_id=f"tickets-test-{made['id']}",
                    headers={},
                )
            ]
        )
    async with asyncio.timeout(20):
        while True:
            read = await running.ask("GET", f"/{made['id']}")
            if read.body["available_tickets"] == 99:
                break
            await asyncio.sleep(0.05)
    assert read.body["ticket_types"][0]["available"] == 99


async def test_a_malformed_message_becomes_a_dead_letter(running: RunningEvents) -> None:
    inbox = running.app.state.platform.inbox
    received = Received("broken-1", StockChanged.subject, b'{"events": "x"}', {}, 1)
    verdict = await inbox.receive(received)
    assert verdict.retry_after_seconds is None


async def test_a_deleted_account_leaves_what_is_public(running: RunningEvents) -> None:
    token = running.token(777, "event_creator")
    shown = await running.create(token, speakers="Ensemble de démonstration")
    draft = await running.create(token, status="draft")
    message = AccountDeleted(account_id=777, tokens_until=0, occurred_at=datetime.now(UTC))
    async with running.database.transaction() as transaction:
        await upkeep.forget_account(transaction, message)
    read = await running.ask("GET", f"/{shown['id']}")
    assert (read.body["creator_id"], len(read.body["speakers"])) == (777, 1)
    assert (await running.ask("GET", f"/{draft['id']}", token=running.admin)).status == 404


async def test_ended_events_are_completed(running: RunningEvents) -> None:
    made = await running.create()
    later = await running.create()
    early = await put(running, made["id"], status="completed")
    assert (early.status, early.code) == (409, "event_not_over")
    past = datetime.now(UTC) - timedelta(hours=7)
    async with running.database.transaction() as transaction:
        await transaction.execute(
            update(events)
            .where(events.c.id == made["id"])
            .values(starts_at=past, over_at=past + timedelta(hours=6))
        )
    assert await upkeep.complete_ended(running.means) == 1
    assert await upkeep.complete_ended(running.means) == 0
    read = await running.ask("GET", f"/{made['id']}")
    assert read.body["status"] == "completed"
    assert (await running.ask("GET", f"/{later['id']}")).body["status"] == "published"
    subject, content = (await running.messages(made["id"]))[-1]
    assert (subject, content["event"]["status"]) == ("events.event.updated", "completed")
    refused = await put(running, made["id"], status="cancelled")
    assert refused.code == "illegal_status_change"


async def test_messages_leave(running: RunningEvents) -> None:
    made = await running.create()
    relay = OutboxRelay(running.database, running.app.state.platform.bus, service="events")
    while await relay.send_waiting():
        pass
    async with running.database.reading() as connection:
        event = await reading.event(connection, made["id"])
        assert event is not None
        assert event.creator_id == CREATOR
    assert (await subjects(running, made["id"])) == ["events.event.published"]


async def test_a_deleted_event_leaves_no_stock_level(running: RunningEvents) -> None:
    made = await running.create()
    kind = made["ticket_types"][0]["id"]
    async with running.database.transaction() as transaction:
        await writing.apply_stock_levels(
            transaction, [writing.ToldLevel(kind, made["id"], 1, 0, 0)]
        )
    await running.ask("DELETE", f"/{made['id']}", token=running.creator)
    async with running.database.reading() as connection:
        kept = select(func.count()).where(stock_levels.c.ticket_type_id == kind)
        assert (await connection.execute(kept)).scalar_one() == 0
