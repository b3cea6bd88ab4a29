"""What must be refused, asked for through the gateway."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.system.running import System, eventually, fresh_email, in_days

OTHER_CARD = "5555 5555 5555 4444"
NEXT_YEAR = datetime.now(UTC).year + 1


async def test_nobody_makes_himself_administrator(system: System) -> None:
    body = {
        "name": "Camille Exemple",
        "email": fresh_email(),
        "password": "un mot de passe à part",
        "password_confirmation": "un mot de passe à part",
    }
    for role in ("admin", "event_creator", "operator"):
        answer = await system.call("POST", "/auth/register", {**body, "role": role})
        assert answer.status == 422
        assert answer.code == "malformed"
    user = await system.register()
    path = f"/auth/accounts/{user.id}"
    assert (await system.call("PATCH", path, {"role": "admin"}, who=user)).status == 403
    forged = {"X-User-Role": "admin", "X-User-Id": "1"}
    assert (await system.call("GET", "/users", who=user, headers=forged)).status == 403
    assert (await system.call("GET", "/users", headers=forged)).status == 401


async def test_each_role_stays_within_its_own(system: System) -> None:
    event = await system.event()
    buyer, stranger = await system.register(), await system.register()
    ticket = (await system.bought(buyer, event)).body["tickets"][0]
    operator, user = await system.demo("operator"), await system.demo("user")
    new = {"title": "X", "description": "x", "date": in_days(9), "location": "x"}
    refused: list[tuple[Any, int, str, str, Any]] = [
        (None, 401, "GET", "/auth/user", None),
        (None, 401, "GET", "/tickets", None),
        (None, 401, "POST", "/events", new),
        (stranger, 403, "GET", "/users", None),
        (stranger, 403, "POST", "/events", new),
        (stranger, 403, "GET", "/tickets", None),
        (stranger, 403, "GET", "/tickets/admin/tickets", None),
        (stranger, 403, "GET", "/auth/accounts", None),
        (stranger, 403, "GET", "/notifications/deliveries", None),
        (stranger, 403, "POST", f"/tickets/{ticket['id']}/validate", {}),
        (operator, 403, "POST", "/events", new),
        (operator, 403, "GET", "/tickets", None),
        (operator, 403, "POST", f"/tickets/{ticket['id']}/cancel", {}),
        (user, 403, "DELETE", f"/users/{buyer.id}", None),
    ]
    for who, status, method, path, body in refused:
        answer = await system.call(method, path, body, who=who)
        assert answer.status == status, (method, path, answer.content)


async def test_what_belongs_to_others_is_out_of_reach(system: System) -> None:
    event = await system.event()
    owner, stranger = await system.register(), await system.register()
    bought = (await system.bought(owner, event)).body
    ticket, code = bought["tickets"][0], bought["order"]["code"]
    for method, path in (
        ("GET", f"/users/{owner.id}"),
        ("PUT", f"/users/{owner.id}"),
        ("DELETE", f"/users/{owner.id}"),
        ("GET", f"/tickets/user/{owner.id}"),
        ("GET", f"/tickets/{ticket['id']}"),
        ("GET", f"/tickets/{ticket['id']}/qr.svg"),
        ("GET", f"/tickets/{ticket['id']}/ticket.pdf"),
        ("POST", f"/tickets/{ticket['id']}/cancel"),
        ("GET", f"/tickets/orders/{code}"),
    ):
        answer = await system.call(method, path, {"name": "x"}, who=stranger)
        assert answer.status in {403, 404}, (method, path, answer.content)
    other = await system.register()
    admin = await system.demo("admin")
    path = f"/auth/accounts/{other.id}"
    await system.expect(200, "PATCH", path, {"role": "event_creator"}, who=admin)
    organiser = await system.sign_in(other.email)
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await system.call(method, f"/events/{event['id']}", {"title": "x"}, who=organiser)
        assert answer.status in {403, 404}
    answer = await system.call("GET", f"/events/{event['id']}/stats", who=organiser)
    assert answer.status in {403, 404}
    answer = await system.call("POST", f"/tickets/{ticket['id']}/validate", {}, who=organiser)
    assert answer.status in {403, 404, 409}
    assert (await system.expect(200, "GET", f"/tickets/{ticket['id']}", who=owner))[
        "status"
    ] == "confirmed"


async def test_a_ticket_admits_once_and_is_cancelled_once(system: System) -> None:
    event, buyer = await system.event(), await system.register()
    operator = await system.demo("operator")
    used, given_back = (await system.bought(buyer, event, 2)).body["tickets"]
    path = f"/tickets/{used['id']}"
    await system.expect(200, "POST", f"{path}/validate", {}, who=operator)
    again = await system.call("POST", f"{path}/validate", {}, who=operator)
    assert (again.status, again.code) == (409, "already_used")
    assert again.body["used_at"]
    assert (await system.call("POST", f"{path}/cancel", {}, who=buyer)).status == 409
    path = f"/tickets/{given_back['id']}"
    await system.expect(200, "POST", f"{path}/cancel", who=buyer)
    again = await system.call("POST", f"{path}/cancel", {"reason": "encore"}, who=buyer)
    assert (again.status, again.code) == (409, "ticket_cancelled")
    refused = await system.call("POST", f"{path}/validate", {}, who=operator)
    assert (refused.status, refused.code) == (409, "ticket_cancelled")


@pytest.mark.parametrize(
    ("card", "code"),
    [("4000 0000 0000 0002", "payment_declined"), ("4000000000009995", "insufficient_funds")],
)
async def test_a_declined_card_buys_nothing(system: System, card: str, code: str) -> None:
    event, buyer = await system.event(max_tickets=1), await system.register()
    declined = await system.bought(buyer, event, card=card)
    assert (declined.status, declined.code) == (402, code)
    assert declined.body["message"] == declined.body["detail"]
    assert (await system.expect(200, "GET", f"/tickets/user/{buyer.id}", who=buyer))["data"] == []
    assert (await system.bought(buyer, event)).status == 201, "the place is free again"


async def test_other_cards_are_refused_and_leave_no_trace(system: System) -> None:
    event, buyer = await system.event(), await system.register()
    refused = await system.buy(buyer, event, card=OTHER_CARD)
    assert (refused.status, refused.code) == (422, "card_not_accepted")
    digits = OTHER_CARD.replace(" ", "")
    elsewhere = [
        ("POST", "/auth/login", {"email": digits, "password": digits}),
        ("PUT", "/users/profile", {"name": f"Camille {digits}"}),
        ("GET", f"/events?q={digits}", None),
        ("POST", "/tickets/validate", {"code": digits}),
    ]
    for method, path, body in elsewhere:
        await system.call(method, path, body, who=buyer)
    for log in (system.storage / "logs").iterdir():
        text = log.read_text("utf-8", errors="replace")
        assert digits not in text, log.name
        assert OTHER_CARD not in text, log.name


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 1.5},
        {"quantity": 10**9},
        {"quantity": None},
        {"price": "0.01"},
        {"currency": "USD"},
        {"total": 1},
        {"status": "issued"},
        {"user_id": 1},
        {"event_id": "une"},
        {"payment": {"card_number": "4242424242424242", "expiry": "13/99", "cvv": "1"}},
    ],
)
async def test_a_malformed_purchase_is_told_what_is_wrong(
    system: System, wrong: dict[str, Any]
) -> None:
    body = {"event_id": 1, "quantity": 1, "payment": {"method": "pm_card_visa"}, **wrong}
    answer = await system.call("POST", "/tickets/purchase", body, who=await system.demo("user"))
    assert answer.status == 422, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_an_event_with_sold_tickets_is_not_deleted(system: System) -> None:
    event, buyer = await system.event(), await system.register()
    assert (await system.bought(buyer, event)).status == 201
    creator = await system.demo("event_creator")
    answer = await system.call("DELETE", f"/events/{event['id']}", who=creator)
    assert answer.status == 409
    await system.expect(200, "GET", f"/events/{event['id']}")


async def test_a_capacity_below_what_is_sold_is_refused(system: System) -> None:
    event, buyer = await system.event(max_tickets=10), await system.register()
    assert (await system.bought(buyer, event, 4)).status == 201
    creator, path = await system.demo("event_creator"), f"/events/{event['id']}"
    answer = await system.call("PATCH", path, {"max_tickets": 3}, who=creator)
    assert (answer.status, answer.code) == (409, "capacity_below_sold")
    await system.expect(200, "PATCH", path, {"max_tickets": 4}, who=creator)

    async def nothing_left() -> bool:
        answer = await system.buy(buyer, event)
        return (answer.status, answer.code) == (409, "sold_out")

    await eventually(nothing_left)


async def test_a_draft_is_invisible(system: System) -> None:
    draft = await system.event(status="draft")
    path, creator = f"/events/{draft['id']}", await system.demo("event_creator")
    stranger = await system.register()
    for who in (None, stranger):
        assert (await system.call("GET", path, who=who)).status == 404
        listed = await system.expect(200, "GET", "/events?per_page=100", who=who)
        assert draft["id"] not in [event["id"] for event in listed["data"]]
    public = await system.expect(200, "GET", "/events/public?per_page=100", who=creator)
    assert draft["id"] not in [event["id"] for event in public["data"]]
    bought = await system.buy(stranger, draft)
    assert (bought.status, bought.code) == (404, "event_not_found")
    await system.expect(200, "GET", path, who=creator)
    await system.expect(200, "PATCH", path, {"status": "published"}, who=creator)
    await system.expect(200, "GET", path)


async def test_times_without_offset_are_read_in_the_events_zone(system: System) -> None:
    winter = await system.event(date=f"{NEXT_YEAR}-01-15 20:00")
    assert winter["date"] == f"{NEXT_YEAR}-01-15T19:00:00Z"
    assert winter["time_zone"] == "Europe/Paris"
    summer = await system.event(date=f"{NEXT_YEAR}-07-15T20:00:00")
    assert summer["date"] == f"{NEXT_YEAR}-07-15T18:00:00Z"
    there = await system.event(date=f"{NEXT_YEAR}-01-15T20:00", time_zone="America/Montreal")
    assert there["date"] == f"{NEXT_YEAR}-01-16T01:00:00Z"
    exact = await system.event(date=f"{NEXT_YEAR}-01-15T20:00:00+05:00")
    assert exact["date"] == f"{NEXT_YEAR}-01-15T15:00:00Z"


async def test_one_key_is_one_purchase(system: System) -> None:
    event, buyer, other = await system.event(), await system.register(), await system.register()
    first = await system.bought(buyer, event, key="the same key")
    again = await system.bought(buyer, event, key="the same key")
    assert first.status == again.status == 201
    assert first.body["order"]["code"] == again.body["order"]["code"]
    assert (
        len((await system.expect(200, "GET", f"/tickets/user/{buyer.id}", who=buyer))["data"]) == 1
    )
    changed = await system.buy(buyer, event, 2, key="the same key")
    assert (changed.status, changed.code) == (409, "idempotency_key_reused")
    stolen = await system.buy(other, event, key="the same key")
    assert stolen.status in {201, 409}
    assert first.body["order"]["code"].encode() not in stolen.content
