"""Over HTTP: what clients send and get, who may do what, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.contracts.messages.events import EventSnapshot
from guichet.events.http_api.answers import EventAnswer
from guichet.kernel.paging import Page
from tests.events.conftest import CREATOR, RunningEvents, ahead, event_body

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_old_client_creates_changes_and_deletes(running: RunningEvents) -> None:
    summer = f"{datetime.now(UTC).year + 1}-06-15"
    made = await running.create(
        status="draft",
        date=f"{summer} 11:00",
        speakers="Première invitée, Second invité",
        sponsors=[{"name": "Partenaire", "tier": "Gold", "type": "main"}],
    )
    assert made["date"] == f"{summer}T09:00:00Z"
    assert (made["price"], made["currency"]) == ("25.50", "EUR")
    assert (made["max_tickets"], made["available_tickets"]) == (100, 100)
    assert [item["name"] for item in made["speakers"]] == ["Première invitée", "Second invité"]
    assert (made["sponsors"][0]["tier"], made["sponsors"][0]["type"]) == ("gold", "main")
    assert [item["name"] for item in made["ticket_types"]] == ["Standard"]
    assert made["creator_id"] == CREATOR
    assert (made["per_order_max"], made["per_account_max"]) == (10, 20)

    path = f"/{made['id']}"
    put = await running.ask("PUT", path, {"price": "30", "max_tickets": 80}, token=running.creator)
    assert put.status == 200
    assert (put.body["price"], put.body["max_tickets"]) == ("30.00", 80)
    assert put.body["title"] == made["title"]
    assert put.body["speakers"] == made["speakers"]
    patched = await running.ask("PATCH", path, {"status": "published"}, token=running.creator)
    assert (patched.status, patched.body["status"]) == (200, "published")
    deleted = await running.ask("DELETE", path, token=running.creator)
    assert (deleted.status, deleted.body["deleted"]) == (200, True)
    assert (await running.ask("GET", path, token=running.creator)).status == 404


async def test_an_answer_is_what_its_documentation_says(running: RunningEvents) -> None:
    made = await running.create(end_date=ahead(31), city="Lyon", venue="Salle des fêtes")
    assert set(made) == set(EventAnswer.model_fields)
    read = await running.ask("GET", f"/{made['id']}")
    assert read.body == made
    assert read.headers["ETag"]
    assert read.headers["Cache-Control"] == "public, max-age=1"
    own = await running.ask("GET", f"/{made['id']}", token=running.buyer)
    assert own.headers["Cache-Control"] == "private, no-cache"


async def test_a_draft_is_invisible_to_others(running: RunningEvents) -> None:
    made = await running.create(status="draft")
    path = f"/{made['id']}"
    for token in (None, running.buyer, running.other_creator, running.token(2, "operator")):
        for below in ("", "/calendar.ics", "/ticket-types"):
            assert (await running.ask("GET", path + below, token=token)).status == 404
    for token in (running.buyer, running.other_creator):
        for method in ("PUT", "PATCH", "DELETE"):
            answer = await running.ask(method, path, {"title": "x"}, token=token)
            assert (answer.status, answer.code) == (404, "event_not_found")
    assert (await running.ask("GET", path, token=running.creator)).status == 200
    assert (await running.ask("GET", path, token=running.admin)).status == 200


async def test_only_its_creator_and_administrators_change_an_event(running: RunningEvents) -> None:
    made = await running.create()
    path = f"/{made['id']}"
    requests: list[tuple[str, str, object]] = [
        ("PUT", "", {"title": "x"}),
        ("PATCH", "", {"status": "cancelled"}),
        ("DELETE", "", None),
        ("POST", "/speakers", {"name": "x"}),
        ("POST", "/sponsors", {"name": "x"}),
        ("POST", "/ticket-types", {"name": "x", "price": 1, "capacity": 1}),
        ("GET", "/stats", None),
        ("PUT", "/image", None),
    ]
    for method, below, body in requests:
        assert (await running.ask(method, path + below, body)).status == 401
        for token in (running.buyer, running.other_creator, running.token(2, "operator")):
            assert (await running.ask(method, path + below, body, token=token)).status == 403
    for token in (running.buyer, running.token(2, "operator")):
        assert (await running.ask("POST", "", {}, token=token)).status == 403
    # Who created it but is no creator any more has lost the right with the role.
    demoted = running.token(CREATOR, "user")
    assert (await running.ask("PUT", path, {"title": "x"}, token=demoted)).status == 403
    changed = await running.ask("PUT", path, {"title": "Par l'admin"}, token=running.admin)
    assert (changed.status, changed.body["creator_id"]) == (200, CREATOR)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("creator_id", 1),
        ("available_tickets", 5),
        ("price", -1),
        ("price", "1.999"),
        ("price", "1e999999999"),
        ("price", True),
        ("max_tickets", 0),
        ("max_tickets", -3),
        ("max_tickets", 1.5),
        ("max_tickets", 10**9),
        ("currency", "ZZZ"),
        ("date", "demain"),
        ("date", "2027-02-30T10:00"),
        ("date", 1_800_000_000),
        ("date", "9999-12-31T23:59:59-14:00"),
        ("end_date", "2020-01-01T10:00"),
        ("title", "   "),
        ("title", "x" * 201),
        ("title", None),
        ("title", "Carte 5555 5555 5555 4444"),
        ("description", "5555555555554444"),
        ("speakers", "Ada, 5555555555554444"),
        ("location", ""),
        ("time_zone", "Mars/Olympus"),
        ("category", "no-such-category"),
        ("category", "a\x00b"),
        ("status", "cancelled"),
        ("status", "completed"),
        ("image", "javascript:alert(1)"),
        ("image", "file:///etc/passwd"),
        ("per_order_max", 0),
        ("ticket_types", [{"name": "Sans prix", "capacity": 3}]),
        ("ticket_types", [{"name": "A", "price": 1, "capacity": 3}] * 2),
        ("sponsors", [{"name": "x", "tier": "diamond"}]),
        ("speakers", [{"name": "x", "speaking_time": "25:00"}]),
        ("sale_closes_at", "2020-01-01T10:00"),
    ],
)
async def test_a_malformed_value_is_refused(
    running: RunningEvents, field: str, value: object
) -> None:
    body = event_body(sale_opens_at=ahead(1))
    answer = await running.ask("POST", "", {**body, field: value}, token=running.creator)
    assert (answer.status, answer.body["status"]) == (422, 422), answer.body
    assert any(name.startswith(field) for name in answer.body["errors"]) or field in {
        "ticket_types"
    }
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_a_picture_s_number_is_not_taken_for_a_card(running: RunningEvents) -> None:
    address = "https://example.com/photo-5555555555554444.jpg"
    made = await running.create(image=address)
    assert made["image"] == address


async def test_what_is_missing_is_named(running: RunningEvents) -> None:
    empty = await running.ask("POST", "", {}, token=running.creator)
    assert empty.status == 422
    assert set(empty.body["errors"]) == {"title", "date", "location"}
    body = event_body()
    del body["price"]
    assert (await running.ask("POST", "", body, token=running.creator)).status == 422
    del body["max_tickets"]
    nothing = await running.ask("POST", "", body, token=running.creator)
    assert (nothing.status, list(nothing.body["errors"])) == (422, ["ticket_types"])
    draft = await running.ask("POST", "", {**body, "status": "draft"}, token=running.creator)
    assert (draft.status, draft.body["price"], draft.body["max_tickets"]) == (201, "0.00", 0)
    french = await running.ask(
        "POST", "", body, token=running.creator, headers={"Accept-Language": "fr"}
    )
    assert "avant de publier" in french.body["errors"]["ticket_types"][0]
    unreadable = await running.ask("POST", "", token=running.creator, data=b"{not json")
    assert unreadable.status in {400, 422}


async def test_harmless_extras_are_ignored(running: RunningEvents) -> None:
    made = await running.create(id=77, created_at="2020-01-01", colour="red", role="admin")
    assert made["id"] != 77
    again = await running.ask("PUT", f"/{made['id']}", _sendable(made), token=running.creator)
    assert again.status == 200, again.body
    assert _sendable(again.body) == _sendable(made) | {"version": made["version"] + 1}


def _sendable(event: dict[str, Any]) -> dict[str, Any]:
    refused = {"creator_id", "available_tickets", "updated_at"}
    return {name: value for name, value in event.items() if name not in refused}


async def test_a_published_event_lies_ahead(running: RunningEvents) -> None:
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    answer = await running.ask("POST", "", event_body(date=past), token=running.creator)
    assert (answer.status, list(answer.body["errors"])) == (422, ["date"])
    draft = await running.create(date=past, status="draft")
    publish = {"status": "published"}
    refused = await running.ask("PUT", f"/{draft['id']}", publish, token=running.creator)
    assert refused.status == 422
    made = await running.create()
    moved = await running.ask("PUT", f"/{made['id']}", {"date": past}, token=running.creator)
    assert moved.status == 422


async def test_the_page_has_its_shape_and_the_soonest_first(running: RunningEvents) -> None:
    token = running.token(901, "event_creator")
    ids = [
        (await running.create(token, title=f"Ordre {days}", date=ahead(days), city="Ordreville"))[
            "id"
        ]
        for days in (50, 40, 60)
    ]
    first = await running.ask("GET", "?city=ordreville&per_page=2")
    assert set(first.body) == {*Page.model_fields}
    assert [item["id"] for item in first.body["data"]] == [ids[1], ids[0]]
    assert (first.body["total"], first.body["last_page"]) == (3, 2)
    second = await running.ask("GET", "/public?city=ORDREVILLE&per_page=2&page=2")
    assert [item["id"] for item in second.body["data"]] == [ids[2]]
    assert second.body["total"] == 3
    latest = await running.ask("GET", "?city=Ordreville&sort=-date")
    assert [item["id"] for item in latest.body["data"]] == [ids[2], ids[0], ids[1]]
    beyond = await running.ask("GET", "?city=Ordreville&page=9")
    assert (beyond.body["data"], beyond.body["total"]) == ([], 3)
    assert (await running.ask("GET", "?per_page=1000")).status == 422


async def test_lists_show_to_each_what_is_theirs(running: RunningEvents) -> None:
    token = running.token(902, "event_creator")
    draft = await running.create(token, status="draft", city="Listeville")
    shown = await running.create(token, city="Listeville")
    gone = await running.create(token, city="Listeville")
    await running.ask("PUT", f"/{gone['id']}", {"status": "cancelled"}, token=token)

    async def ids(query: str, by: str | None, where: str = "") -> set[int]:
        answer = await running.ask("GET", f"{where}?city=listeville{query}", token=by)
        assert answer.status == 200, answer.body
        return {item["id"] for item in answer.body["data"]}

    every = {draft["id"], shown["id"], gone["id"]}
    for by in (None, running.buyer, running.other_creator):
        assert await ids("", by) == {shown["id"]}
        assert await ids("&status=draft", by) == set()
        assert await ids("&status=cancelled", by) == {gone["id"]}
    assert await ids("", token) == {draft["id"], shown["id"]}
    assert await ids("&status=draft", token) == {draft["id"]}
    assert await ids("&mine=true", token) == every
    assert await ids("&mine=true", running.other_creator) == set()
    assert await ids("", running.admin) == every
    assert await ids("", running.admin, "/public") == {shown["id"]}
    assert (await running.ask("GET", "?mine=true", token=running.buyer)).status == 403


async def test_search_disregards_accents_and_case(running: RunningEvents) -> None:
    made = await running.create(
        title="Été à l'Œuvre", city="Besançon", venue="Théâtre Ledoux", category="theatre"
    )
    for query in ("ete", "ÉTÉ oeuvre", "besancon", "theatre led", "l'oeuv", "BESANÇ"):
        answer = await running.ask("GET", "", params={"q": query})
        assert [item["id"] for item in answer.body["data"]] == [made["id"]], query
    for query in ("hiver oeuvre", "!!!", "' | '", "uvre", ":*"):
        answer = await running.ask("GET", "", params={"q": query})
        assert answer.status == 200
        assert made["id"] not in [item["id"] for item in answer.body["data"]], query


async def test_filters_narrow_a_list(running: RunningEvents) -> None:
    year = datetime.now(UTC).year + 1
    cheap = await running.create(
        city="Filtres", price=5, date=f"{year}-05-01T10:00", category="sport"
    )
    dear = await running.create(
        city="Filtres", price=50, date=f"{year}-05-02 23:30", category="dance"
    )

    async def ids(**query: str) -> list[int]:
        answer = await running.ask("GET", "", params={"city": "filtres", **query})
        assert answer.status == 200, answer.body
        return [item["id"] for item in answer.body["data"]]

    assert await ids(category="sport") == [cheap["id"]]
    assert await ids(price_max="5.00") == [cheap["id"]]
    assert await ids(price_max="4.99") == []
    assert await ids(**{"from": f"{year}-05-02"}) == [dear["id"]]
    assert await ids(to=f"{year}-05-01") == [cheap["id"]]
    assert await ids(**{"from": f"{year}-05-01", "to": f"{year}-05-02"}) == [
        cheap["id"],
        dear["id"],
    ]
    assert await ids(**{"from": f"{year}-05-02T21:30:00Z"}) == [dear["id"]]
    assert await ids(sort="-price") == [dear["id"], cheap["id"]]
    for wrong in ("?from=soon", "?price_max=-1", "?status=secret", "?sort=id", "?category=a%00b"):
        assert (await running.ask("GET", wrong)).status == 422, wrong


async def test_categories_have_names_in_both_languages(running: RunningEvents) -> None:
    answer = await running.ask("GET", "/categories")
    assert answer.status == 200
    assert len(answer.body["data"]) >= 10
    by_key = {item["key"]: item for item in answer.body["data"]}
    assert by_key["theatre"] == {"key": "theatre", "name_fr": "Théâtre", "name_en": "Theatre"}


async def test_scripts_and_control_characters_are_inert(running: RunningEvents) -> None:
    made = await running.create(
        title="<script>alert(1)</script>\r\nX-Injected: yes\x00",
        description="a\r\nb\x00c\x1b[31m",
        city="Ligne\nVille",
    )
    assert made["title"] == "<script>alert(1)</script> X-Injected: yes"
    assert made["description"] == "a\nbc[31m"
    assert made["city"] == "Ligne Ville"
    read = await running.ask("GET", f"/{made['id']}")
    assert read.headers["Content-Type"] == "application/json"
    calendar = await running.ask("GET", f"/{made['id']}/calendar.ics")
    lines = calendar.body.decode().split("\r\n")
    assert calendar.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert not [line for line in lines if line.startswith("X-Injected")]


async def test_stats_are_for_who_runs_the_event(running: RunningEvents) -> None:
    made = await running.create()
    running.tickets.taken[made["ticket_types"][0]["id"]] = (7, 2)
    answer = await running.ask("GET", f"/{made['id']}/stats", token=running.creator)
    assert answer.status == 200
    assert (answer.body["sold"], answer.body["held"], answer.body["left"]) == (7, 2, 91)
    assert (answer.body["revenue"], answer.body["refunded"]) == ("178.50", "0.00")
    assert answer.body["ticket_types"][0]["left"] == 91
    assert answer.body["by_day"] == [{"day": "2027-01-02", "tickets": 7, "revenue": "178.50"}]
    assert answer.body["by_hour"] == [
        {"hour": "2027-01-02T09:00:00Z", "tickets": 7, "revenue": "178.50"}
    ]
    assert (await running.ask("GET", f"/{made['id']}/stats", token=running.admin)).status == 200


async def test_internal_routes_are_for_services(running: RunningEvents) -> None:
    made = await running.create(status="draft")
    path = f"/events/{made['id']}"
    for token in (None, running.admin, running.creator):
        assert (await running.ask("GET", f"/internal{path}", token=token)).status == 401
    answer = await running.as_service(path)
    assert answer.status == 200
    found = EventSnapshot.model_validate(answer.body)
    assert (found.event_id, found.version, found.status) == (made["id"], 1, "draft")
    assert found.ticket_types[0].price_minor == 2550
    assert (await running.as_service("/events/999999999")).status == 404
    calendar = await running.as_service(f"{path}/calendar.ics", "notifications")
    assert calendar.body.startswith(b"BEGIN:VCALENDAR\r\n")
    export = await running.as_service(f"/accounts/{CREATOR}/export", "users")
    assert made["id"] in [item["id"] for item in export.body["events"]]
    assert (await running.as_service("/accounts/424242/export", "users")).body == {"events": []}


@pytest.mark.parametrize("path", ["/0", "/99999999999999999999", "/abc", "/-1"])
async def test_a_strange_id_is_no_error_of_ours(running: RunningEvents, path: str) -> None:
    for below in ("", "/image", "/calendar.ics", "/stats"):
        answer = await running.ask("GET", path + below, token=running.admin)
        assert answer.status in {404, 422}
