"""Over HTTP: speakers, sponsors and ticket types of an event."""

import pytest

from tests.events.conftest import RunningEvents

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_speakers_come_change_and_go(running: RunningEvents) -> None:
    made = await running.create()
    path = f"/{made['id']}/speakers"
    body = {
        "name": "Compagnie du Guichet",
        "bio": "Une troupe.\r\nDe démonstration.",
        "photo_url": "https://example.com/p.jpg",
        "company": "Le Guichet",
        "position": "Direction",
        "topic": "Ouverture",
        "speaking_time": "14:00",
    }
    added = await running.ask("POST", path, body, token=running.creator)
    assert added.status == 201
    number = added.body.pop("id")
    assert added.body == {**body, "bio": "Une troupe.\nDe démonstration."}
    changed = await running.ask(
        "PUT", f"{path}/{number}", {"speaking_time": "9h30", "topic": None}, token=running.creator
    )
    assert (changed.body["speaking_time"], changed.body["topic"]) == ("09:30", None)
    assert changed.body["name"] == body["name"]
    read = await running.ask("GET", f"/{made['id']}")
    assert read.body["speakers"] == [changed.body]
    other = await running.create()
    elsewhere = f"/{other['id']}/speakers/{number}"
    assert (await running.ask("DELETE", elsewhere, token=running.creator)).status == 404
    gone = await running.ask("DELETE", f"{path}/{number}", token=running.creator)
    assert (gone.status, gone.body["deleted"]) == (200, True)
    again = await running.ask("PUT", f"{path}/{number}", {"name": "x"}, token=running.creator)
    assert again.status == 404


async def test_sponsors_come_change_and_go(running: RunningEvents) -> None:
    made = await running.create(sponsors="Ancien partenaire")
    path = f"/{made['id']}/sponsors"
    body = {
        "name": "Partenaire de démonstration",
        "logo_url": "https://example.com/l.png",
        "website_url": "https://example.com",
        "tier": "platinum",
        "type": "main",
    }
    added = await running.ask("POST", path, body, token=running.creator)
    assert added.status == 201
    number = added.body.pop("id")
    assert added.body == body
    bad = await running.ask("PUT", f"{path}/{number}", {"tier": "tin"}, token=running.creator)
    assert bad.status == 422
    changed = await running.ask(
        "PUT", f"{path}/{number}", {"tier": "silver"}, token=running.creator
    )
    assert (changed.body["tier"], changed.body["type"]) == ("silver", "main")
    gone = await running.ask("DELETE", f"{path}/{number}", token=running.creator)
    assert gone.status == 200
    read = await running.ask("GET", f"/{made['id']}")
    assert [item["name"] for item in read.body["sponsors"]] == ["Ancien partenaire"]


async def test_ticket_types_come_change_and_go(running: RunningEvents) -> None:
    made = await running.create()
    path = f"/{made['id']}/ticket-types"
    body = {"name": "Balcon", "price": "12.00", "capacity": 20, "is_hidden": True}
    added = await running.ask("POST", path, body, token=running.creator)
    assert added.status == 201, added.body
    assert (added.body["price"], added.body["available"]) == ("12.00", 20)
    assert len((await running.ask("GET", path)).body["data"]) == 1
    assert len((await running.ask("GET", path, token=running.creator)).body["data"]) == 2
    number = added.body["id"]
    shown = await running.ask(
        "PATCH", f"{path}/{number}", {"is_hidden": False, "price": 10}, token=running.creator
    )
    assert (shown.body["price"], shown.body["capacity"]) == ("10.00", 20)
    read = await running.ask("GET", f"/{made['id']}")
    assert (read.body["price"], read.body["max_tickets"]) == ("10.00", 120)
    several = await running.ask("PUT", f"/{made['id']}", {"max_tickets": 50}, token=running.creator)
    assert (several.status, several.code) == (409, "several_ticket_types")
    double = await running.ask(
        "POST", path, {"name": "balcon", "price": 1, "capacity": 1}, token=running.creator
    )
    assert double.status == 422
    gone = await running.ask("DELETE", f"{path}/{number}", token=running.creator)
    assert gone.status == 200
    last = made["ticket_types"][0]["id"]
    kept = await running.ask("DELETE", f"{path}/{last}", token=running.creator)
    assert (kept.status, kept.code) == (409, "last_ticket_type")
    nowhere = await running.ask("PATCH", f"{path}/{number}", {"price": 1}, token=running.creator)
    assert nowhere.status == 404
