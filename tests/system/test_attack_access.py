"""Rights that nobody has given, asked for through the gateway. See docs/attacks.md."""

import aiohttp

from tests.system.running import System

INTERNAL = (
    ("GET", "auth", "/auth/internal/accounts/1"),
    ("DELETE", "auth", "/auth/internal/accounts/1"),
    ("GET", "auth", "/auth/internal/accounts/1/export"),
    ("GET", "events", "/events/internal/events/1"),
    ("PUT", "tickets", "/tickets/internal/events/1/offer"),
    ("GET", "tickets", "/tickets/internal/events/1/sales"),
    ("GET", "tickets", "/tickets/internal/accounts/1/export"),
    ("GET", "notifications", "/notifications/internal/accounts/1/export"),
)


async def test_nothing_that_is_slipped_in_has_an_effect(system: System) -> None:
    person, creator = await system.register(), await system.demo("event_creator")
    before = await system.expect(200, "GET", "/users/me", who=person)
    slipped = {"role": "admin", "id": 1, "user_id": 1, "is_active": False, "email_verified": True}
    for field, value in slipped.items():
        await system.call("PUT", "/users/profile", {field: value}, who=person)
    after = await system.expect(200, "GET", "/users/me", who=person)
    for field in ("id", "role", "is_active", "email"):
        assert after[field] == before[field], field
    event = await system.event(max_tickets=5)
    for field in ("creator_id", "available_tickets", "id", "sold"):
        changes = {field: 1, "title": "Slipped in"}
        await system.call("PATCH", f"/events/{event['id']}", changes, who=creator)
    after = await system.expect(200, "GET", f"/events/{event['id']}", who=creator)
    assert (after["creator_id"], after["available_tickets"]) == (creator.id, 5)
    assert after["id"] == event["id"]
    # A purchase with a price, a status or another's account in it: test_refusals.py.


async def test_headers_from_outside_make_nobody_somebody(system: System) -> None:
    person = await system.register()
    forged = {
        "X-User-Id": "1",
        "X-User-Role": "admin",
        "X-Account-Id": "1",
        "X-Forwarded-User": "admin@example.com",
        "X-Original-URL": "/api/v1/auth/internal/accounts/1",
        "X-Guichet-Actor": "1:admin",
        "Forwarded": "for=127.0.0.1",
    }
    assert (await system.call("GET", "/users", headers=forged)).status == 401
    assert (await system.call("GET", "/auth/accounts", who=person, headers=forged)).status == 403


async def test_routes_between_services_want_the_service_token(system: System) -> None:
    admin = await system.demo("admin")
    person = {"Authorization": f"Bearer {admin.token}"}
    async with aiohttp.ClientSession() as session:
        for method, service, path in INTERNAL:
            for spelling in (
                path,
                path.replace("/internal", "//internal"),
                path.replace("i", "%69", 1),
            ):
                answer = await system.call(method, spelling, who=admin)
                assert answer.status in {404, 405}, (method, spelling, answer.status)
            direct = f"http://127.0.0.1:{system.port(service)}/api/v1{path}"
            for headers in ({}, person, {"Authorization": "Bearer x.y.z"}):
                async with session.request(method, direct, headers=headers) as found:
                    assert found.status == 401, (method, path, found.status)


async def test_an_operator_is_at_the_door_and_nowhere_else(system: System) -> None:
    operator, buyer, event = (
        await system.demo("operator"),
        await system.register(),
        await system.event(),
    )
    order = (await system.bought(buyer, event)).body["order"]["code"]
    key = {"Idempotency-Key": "an operator's key"}
    for method, path, body in (
        ("POST", f"/tickets/orders/{order}/refund", {"reason": "x"}),
        ("POST", f"/tickets/orders/{order}/goodwill", {"amount": "1.00", "reason": "x"}),
        (
            "POST",
            f"/tickets/events/{event['id']}/refunds",
            {"reason": "x", "confirm_total": "20.00"},
        ),
        ("GET", f"/users/by-email/{buyer.email}", None),
        ("DELETE", f"/users/{buyer.id}", None),
        ("PATCH", f"/events/{event['id']}", {"title": "x"}),
        ("DELETE", f"/events/{event['id']}", None),
        ("GET", "/auth/accounts", None),
        ("GET", "/tickets/payments", None),
        ("GET", "/tickets/audit", None),
        ("GET", "/users/audit", None),
    ):
        answer = await system.call(method, path, body, who=operator, headers=key)
        assert answer.status in {403, 404}, (method, path, answer.content)
    # What the door needs to greet somebody, and no way to reach or trace them.
    seen = await system.expect(200, "GET", f"/users/{buyer.id}", who=operator)
    assert set(seen) == {"id", "name", "profile_picture", "bio"}


async def test_an_organiser_has_no_part_in_anothers_event(system: System) -> None:
    event, other, admin = await system.event(), await system.register(), await system.demo("admin")
    path = f"/auth/accounts/{other.id}"
    await system.expect(200, "PATCH", path, {"role": "event_creator"}, who=admin)
    organiser = await system.sign_in(other.email)
    number = event["id"]
    for method, path, body in (
        ("GET", f"/tickets/events/{number}/attendees", None),
        ("GET", f"/tickets/events/{number}/attendees.csv", None),
        ("GET", f"/tickets/events/{number}/report", None),
        ("GET", f"/tickets/events/{number}/orders.csv", None),
        ("GET", f"/tickets/events/{number}/figures", None),
        ("GET", f"/tickets/events/{number}/promo-codes", None),
        ("POST", f"/tickets/events/{number}/promo-codes", {"code": "MINE", "percent": 100}),
        ("POST", f"/tickets/events/{number}/refunds", {"reason": "x", "confirm_total": "0.00"}),
        ("GET", f"/tickets/events/{number}/messages", None),
        ("POST", f"/events/{number}/duplicate", {}),
        ("POST", f"/events/{number}/ticket-types", {"name": "x", "price": "1.00", "capacity": 1}),
        ("POST", f"/events/{number}/speakers", {"name": "x"}),
    ):
        answer = await system.call(method, path, body, who=organiser)
        assert answer.status in {403, 404}, (method, path, answer.content)
