"""The door over HTTP: counters, search and a supervisor's correction, each to its roles."""

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    Person,
    code_of,
)


async def test_the_counters_follow_the_door(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    bought = (await front.buy(event, 3)).json["tickets"]
    path = f"/{bought[0]['id']}/validate"
    assert (await front.ask("POST", path, by=OPERATOR)).status == 200
    shown = await front.ask("GET", f"/events/{event}/door", by=OPERATOR)
    assert shown.status == 200
    assert (shown.json["sold"], shown.json["admitted"], shown.json["expected"]) == (3, 1, 2)
    assert shown.json["ticket_types"] == [
        {"ticket_type_id": event, "name": "Standard", "sold": 3, "admitted": 1}
    ]
    assert shown.json["last_admitted_at"] is not None
    assert shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/door", "/door/search"])
async def test_the_door_is_for_who_admits(front: Front, path: str) -> None:
    event = await front.shop.event()
    for by, status in [
        (None, 401),
        (ALICE, 403),
        (OTHER_ORGANISER, 403),
        (ORGANISER, 200),
        (OPERATOR, 200),
        (ADMIN, 200),
    ]:
        answer = await front.ask("GET", f"/events/{event}{path}", by=by, query="q=compte")
        assert answer.status == status, by
    unknown = await front.ask("GET", f"/events/999999{path}", by=OPERATOR, query="q=compte")
    assert code_of(unknown) == (404, "event_not_found")


async def test_a_ticket_is_found_by_name_then_admitted(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    ticket = await front.ticket(event)
    answer = await front.ask("GET", f"/events/{event}/door/search", by=OPERATOR, query="q=essai")
    (found,) = answer.json["data"]
    assert found["ticket_number"] == ticket["ticket_number"]
    assert (found["buyer_name"], found["status"]) == ("Compte Essai", "confirmed")
    assert "@" not in answer.body.decode()
    assert (await front.ask("POST", f"/{found['ticket_id']}/validate", by=OPERATOR)).status == 200
    again = await front.ask(
        "GET", f"/events/{event}/door/search", by=OPERATOR, query=f"q={ticket['ticket_number']}"
    )
    assert again.json["data"][0]["used_at"] is not None
    assert again.json["more"] is False


@pytest.mark.parametrize("query", ["", "q=", "q=a", "q=" + "a" * 101, "q=ab%00"])
async def test_a_search_needs_some_letters(front: Front, query: str) -> None:
    event = await front.shop.event()
    answer = await front.ask("GET", f"/events/{event}/door/search", by=OPERATOR, query=query)
    assert answer.status == 422


@pytest.mark.parametrize(("by", "status"), [(ORGANISER, 200), (ADMIN, 200), (OPERATOR, 403)])
async def test_a_supervisor_takes_an_admission_back(front: Front, by: Person, status: int) -> None:
    ticket = await front.ticket(await front.shop.event(price_minor=0))
    await front.ask("POST", f"/{ticket['id']}/validate", by=OPERATOR)
    path = f"/{ticket['id']}/undo-admission"
    answer = await front.ask("POST", path, {"reason": "Mauvaise personne"}, by=by)
    assert answer.status == status
    if status == 200:
        assert (answer.json["status"], answer.json["used_at"]) == ("confirmed", None)
        again = await front.ask("POST", path, {"reason": "Encore"}, by=by)
        assert code_of(again) == (409, "not_admitted")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 201}])
async def test_a_reason_is_wanted(front: Front, body: object) -> None:
    assert (await front.ask("POST", "/1/undo-admission", body, by=ADMIN)).status == 422
