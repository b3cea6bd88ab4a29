"""State, dates, prices and capacities of an event enter the audit log as they change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from guichet.contracts.messages.auth import AccountDeleted
from guichet.events.use_cases import upkeep
from guichet.kernel import clock
from tests.events.conftest import CREATOR, RunningEvents, ahead

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def log_of(running: RunningEvents, subject: str) -> list[dict[str, Any]]:
    """Return what the log says of something, the oldest entry first."""
    answer = await running.ask("GET", f"/audit?subject={subject}", token=running.admin)
    assert answer.status == 200, answer.body
    return list(reversed(answer.body["data"]))


async def actions(running: RunningEvents, event_id: int) -> list[str]:
    return [entry["action"] for entry in await log_of(running, f"event:{event_id}")]


async def patch(running: RunningEvents, event_id: int, **body: object) -> dict[str, Any]:
    answer = await running.ask("PATCH", f"/{event_id}", body, token=running.creator)
    assert answer.status == 200, answer.body
    return answer.body


async def test_the_life_of_an_event(running: RunningEvents) -> None:
    event_id = (await running.create(status="draft"))["id"]
    await patch(running, event_id, status="published")
    await patch(running, event_id, title="Un autre titre", description="Sans conséquence")
    await patch(running, event_id, status="draft")
    await patch(running, event_id, status="published")
    await patch(running, event_id, status="cancelled")
    entries = await log_of(running, f"event:{event_id}")
    created = entries[0]["after"]
    assert (created["status"], created["creator_id"]) == ("draft", CREATOR)
    assert created["fee"]["fixed_minor"] == 0
    assert [(e["action"], e["before"], e["after"]) for e in entries] == [
        ("events.event.created", None, created),
        ("events.event.published", {"status": "draft"}, {"status": "published"}),
        ("events.event.withdrawn", {"status": "published"}, {"status": "draft"}),
        ("events.event.published", {"status": "draft"}, {"status": "published"}),
        ("events.event.cancelled", {"status": "published"}, {"status": "cancelled"}),
    ]
    assert {(e["actor_id"], e["actor_role"]) for e in entries} == {(CREATOR, "event_creator")}
    assert all(e["request_id"] for e in entries)


async def test_an_event_published_at_once_began_as_a_draft(running: RunningEvents) -> None:
    event_id = (await running.create())["id"]
    assert await actions(running, event_id) == ["events.event.created", "events.event.published"]


async def test_another_date_is_entered(running: RunningEvents) -> None:
    event_id = (await running.create())["id"]
    await patch(running, event_id, date=ahead(60))
    entry = (await log_of(running, f"event:{event_id}"))[-1]
    assert entry["action"] == "events.event.rescheduled"
    assert entry["before"]["starts_at"] != entry["after"]["starts_at"]


async def test_another_fee_and_other_refund_rules_are_entered(running: RunningEvents) -> None:
    event_id = (await running.create())["id"]
    await patch(running, event_id, fee={"per_ticket": "1.50"})
    await patch(running, event_id, refund_rules={"until_hours": 48})
    fee, rules = (await log_of(running, f"event:{event_id}"))[-2:]
    assert fee["action"] == rules["action"] == "events.event.terms_changed"
    assert fee["before"]["fee"]["fixed_minor"] == 0
    assert fee["after"] == {"fee": {**fee["before"]["fee"], "fixed_minor": 150}}
    assert rules["after"]["refund_rules"]["until_hours"] == 48
    assert "fee" not in rules["after"]


async def test_prices_and_capacities_are_entered(running: RunningEvents) -> None:
    event = await running.create(price=10, max_tickets=50)
    number = event["ticket_types"][0]["id"]
    await patch(running, event["id"], max_tickets=40)
    await patch(running, event["id"], price=12.5, max_tickets=40)
    entries = await log_of(running, f"ticket_type:{number}")
    assert [e["action"] for e in entries] == [
        "events.ticket_type.added",
        "events.ticket_type.changed",
        "events.ticket_type.changed",
    ]
    assert [(e["after"]["price_minor"], e["after"]["capacity"]) for e in entries] == [
        (1000, 50),
        (1000, 40),
        (1250, 40),
    ]
    assert entries[0]["before"] is None
    assert entries[1]["before"] == entries[0]["after"]


async def test_a_refused_edit_is_not_entered(running: RunningEvents) -> None:
    event = await running.create(max_tickets=50)
    number = event["ticket_types"][0]["id"]
    running.tickets.taken = {number: (20, 0)}
    refused = await running.ask(
        "PATCH", f"/{event['id']}", {"max_tickets": 5}, token=running.creator
    )
    assert refused.status == 409
    assert len(await log_of(running, f"ticket_type:{number}")) == 1


async def test_deletions_are_entered(running: RunningEvents) -> None:
    draft = (await running.create(status="draft"))["id"]
    await running.ask("DELETE", f"/{draft}", token=running.admin)
    entry = (await log_of(running, f"event:{draft}"))[-1]
    assert (entry["action"], entry["before"]) == ("events.event.deleted", {"status": "draft"})
    assert (entry["actor_role"], entry["after"]) == ("admin", None)
    published = (await running.create())["id"]
    await running.ask("DELETE", f"/{published}", token=running.creator)
    entry = (await log_of(running, f"event:{published}"))[-1]
    assert (entry["action"], entry["before"]) == ("events.event.deleted", {"status": "published"})


async def test_what_ends_by_itself_is_the_systems(running: RunningEvents) -> None:
    event_id = (await running.create())["id"]
    ended = datetime.now(UTC) - timedelta(days=1)
    async with running.database.transaction() as transaction:
        await transaction.execute(
            text("UPDATE events SET starts_at = :at, ends_at = NULL, over_at = :at WHERE id = :id"),
            {"at": ended, "id": event_id},
        )
    await upkeep.keep_up(running.means)
    entry = (await log_of(running, f"event:{event_id}"))[-1]
    assert (entry["action"], entry["actor_role"]) == ("events.event.completed", "system")


async def test_drafts_that_go_with_their_creator_are_entered(running: RunningEvents) -> None:
    token = running.token(77, "event_creator")
    draft = (await running.create(token, status="draft"))["id"]
    async with running.database.transaction() as transaction:
        await upkeep.forget_account(
            transaction, AccountDeleted(account_id=77, tokens_until=0.0, occurred_at=clock.now())
        )
    assert await actions(running, draft) == ["events.event.created", "events.event.deleted"]


async def test_only_an_administrator_reads_the_log(running: RunningEvents) -> None:
    assert (await running.ask("GET", "/audit", token=running.creator)).status == 403
    assert (await running.ask("GET", "/audit")).status == 401
