"""The requests of the replaced system's clients, in their order, through each of the doors."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.system.running import Answer, Door, Person, System, eventually, fresh_email

CARD = {"card_number": "4111111111111111", "expiry": "12/25", "cvv": "123"}
NEXT_YEAR = datetime.now(UTC).year + 1
NEW_EVENT = {
    "title": f"Conférence Tech {NEXT_YEAR}",
    "description": "Une conférence sur les technologies de demain.",
    "date": f"{NEXT_YEAR}-06-15 09:00:00",
    "location": "Palais des Congrès, Paris",
    "max_tickets": 500,
    "price": 99.99,
    "status": "published",
    "speakers": "Ada Exemple, Alan Exemple",
    "sponsors": "Société Exemple",
    "image": "https://example.com/image.jpg",
}


@pytest.mark.parametrize("door", ["gateway", "load_balancer", "direct"])
async def test_every_request_still_works(system: System, door: Door) -> None:
    client = OldClient(system, door)
    user = await client.plays_auth()
    admin, creator = await system.demo("admin"), await system.demo("event_creator")
    await client.plays_users(user, admin)
    event = await client.plays_events(creator)
    await client.plays_line_up(creator, event)
    await client.plays_tickets(user, admin, event)


class OldClient:
    """Sends what the old clients send, and asks for the success status of each request."""

    def __init__(self, system: System, door: Door) -> None:
        self._system = system
        self._door: Door = door

    async def _sends(
        self, status: int, method: str, path: str, body: Any = None, who: Person | None = None
    ) -> Any:
        return await self._system.expect(status, method, path, body, who=who, door=self._door)

    async def _buys(self, event: dict[str, Any], user: Person) -> Any:
        """Buy without a key; what was not begun with, so much being under way, is sent again."""
        purchase = {"event_id": event["id"], "quantity": 2, "payment": CARD}

        async def begun() -> Answer | None:
            answer = await self._system.call(
                "POST", "/tickets/purchase", purchase, who=user, door=self._door
            )
            return None if answer.status == 503 else answer

        answer = await eventually(begun)
        assert answer.status == 201, answer.content
        return answer.body

    async def plays_auth(self) -> Person:
        registration = {
            "name": "Camille Exemple",
            "email": fresh_email(),
            "password": "un mot de passe à part",
            "password_confirmation": "un mot de passe à part",
        }
        registered = await self._sends(201, "POST", "/auth/register", registration)
        assert registered["user"]["role"] == "user"
        assert registered["token_type"] == "Bearer"
        assert {"token", "expires_in", "refresh_token"} <= set(registered)
        login = {"email": registration["email"], "password": registration["password"]}
        first = await self._signs_in(login)
        await self._sends(200, "GET", "/auth/user", who=first)
        await self._sends(200, "POST", "/auth/logout", who=first)
        assert (await self._system.call("GET", "/auth/user", who=first)).status == 401
        return await self._signs_in(login)

    async def _signs_in(self, login: dict[str, str]) -> Person:
        found = await self._sends(200, "POST", "/auth/login", login)
        return Person(found["user"]["id"], login["email"], found["token"])

    async def plays_users(self, user: Person, admin: Person) -> None:
        spare = await self._system.register()
        people = await self._sends(200, "GET", "/users", who=admin)
        assert {"data", "current_page", "per_page", "last_page", "total"} <= set(people)
        await self._sends(200, "GET", f"/users/{user.id}", who=user)
        changes = {"name": "Camille Autre", "phone_number": "+33 6 12 34 56 78", "city": "Lyon"}
        changed = await self._sends(200, "PUT", f"/users/{user.id}", changes, user)
        assert (changed["name"], changed["city"]) == ("Camille Autre", "Lyon")
        await self._sends(200, "DELETE", f"/users/{spare.id}", who=admin)
        profile = {"name": "Camille Encore", "email": user.email, "bio": "Aime la musique."}
        changed = await self._sends(200, "PUT", "/users/profile", profile, user)
        assert (changed["name"], changed["bio"]) == ("Camille Encore", "Aime la musique.")

    async def plays_events(self, creator: Person) -> dict[str, Any]:
        known = await self._system.event()
        listed = await self._sends(200, "GET", "/events")
        assert listed["total"] >= 1
        await self._sends(200, "GET", "/events", who=creator)
        await self._sends(200, "GET", "/events/public")
        await self._sends(200, "GET", f"/events/{known['id']}")
        event = await self._sends(201, "POST", "/events", NEW_EVENT, creator)
        assert event["date"] == f"{NEXT_YEAR}-06-15T07:00:00Z", "read as Europe/Paris, in summer"
        assert [speaker["name"] for speaker in event["speakers"]] == ["Ada Exemple", "Alan Exemple"]
        assert [sponsor["name"] for sponsor in event["sponsors"]] == ["Société Exemple"]
        assert (event["price"], event["max_tickets"]) == ("99.99", 500)
        path = f"/events/{event['id']}"
        changed = await self._sends(200, "PUT", path, {**NEW_EVENT, "max_tickets": 400}, creator)
        assert changed["max_tickets"] == 400
        changed = await self._sends(200, "PATCH", path, {"location": "Le Zénith, Paris"}, creator)
        assert changed["location"] == "Le Zénith, Paris"
        await self._sends(200, "DELETE", f"/events/{known['id']}", who=creator)
        return dict(changed)

    async def plays_line_up(self, creator: Person, event: dict[str, Any]) -> None:
        path = f"/events/{event['id']}"
        speaker = {
            "name": "Grace Exemple",
            "bio": "Informaticienne.",
            "photo_url": "https://example.com/photo.jpg",
            "company": "Société Exemple",
            "position": "Directrice",
            "topic": "Les compilateurs",
            "speaking_time": "14:00",
        }
        added = await self._sends(201, "POST", f"{path}/speakers", speaker, creator)
        assert added["speaking_time"] == "14:00"
        one = f"{path}/speakers/{added['id']}"
        changed = await self._sends(200, "PUT", one, {**speaker, "topic": "COBOL"}, creator)
        assert changed["topic"] == "COBOL"
        await self._sends(200, "DELETE", one, who=creator)
        sponsor = {
            "name": "Mécène Exemple",
            "logo_url": "https://example.com/logo.png",
            "website_url": "https://example.com",
            "tier": "gold",
            "type": "main",
        }
        added = await self._sends(201, "POST", f"{path}/sponsors", sponsor, creator)
        one = f"{path}/sponsors/{added['id']}"
        changed = await self._sends(200, "PUT", one, {**sponsor, "tier": "platinum"}, creator)
        assert (changed["tier"], changed["type"]) == ("platinum", "main")
        await self._sends(200, "DELETE", one, who=creator)

    async def plays_tickets(self, user: Person, admin: Person, event: dict[str, Any]) -> None:
        bought = await self._buys(event, user)
        assert bought["order"]["total"] == "199.98"
        first, second = bought["tickets"]
        assert first["ticket_number"].startswith("TKT-")
        mine = await self._sends(200, "GET", f"/tickets/user/{user.id}", who=user)
        assert {ticket["id"] for ticket in mine["data"]} == {first["id"], second["id"]}
        await self._sends(200, "GET", "/tickets", who=admin)
        listed = await self._sends(200, "GET", "/tickets/admin/tickets", who=admin)
        assert listed["total"] >= 2
        await self._sends(200, "GET", f"/tickets/{first['id']}", who=user)
        cancelled = await self._sends(200, "POST", f"/tickets/{first['id']}/cancel", {}, user)
        assert cancelled["status"] == "cancelled"
        operator = await self._system.demo("operator")
        admitted = await self._sends(200, "POST", f"/tickets/{second['id']}/validate", {}, operator)
        assert admitted["admitted"] is True
