"""Tickets over HTTP: who reads, lists, cancels and prints whose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    Person,
    code_of,
)

EVERYBODY: dict[str, Person | None] = {
    "holder": ALICE,
    "stranger": BRUNO,
    "organiser": ORGANISER,
    "other organiser": OTHER_ORGANISER,
    "operator": OPERATOR,
    "administrator": ADMIN,
    "nobody": None,
}


async def statuses(front: Front, method: str, path: str) -> dict[str, int]:
    """Return how each kind of caller is answered."""
    return {
        name: (await front.ask(method, path, by=person)).status
        for name, person in EVERYBODY.items()
    }


async def test_who_reads_a_ticket(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event())
    assert await statuses(front, "GET", f"/{ticket['id']}") == {
        "holder": 200,
        "stranger": 404,
        "organiser": 200,
        "other organiser": 404,
        "operator": 404,
        "administrator": 200,
        "nobody": 401,
    }
    read = await front.ask("GET", f"/{ticket['id']}", by=ALICE)
    assert read.json == ticket
    known = await front.ask(
        "GET", f"/{ticket['id']}", by=ALICE, headers={"if_none_match": read.headers["etag"]}
    )
    assert known.status == 304


async def test_a_ticket_of_another_looks_like_one_that_is_not_there(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event())
    for method, rest in (
        ("GET", ""),
        ("GET", "/qr.svg"),
        ("GET", "/ticket.pdf"),
        ("POST", "/cancel"),
    ):
        of_alice = await front.ask(method, f"/{ticket['id']}{rest}", by=BRUNO)
        missing = await front.ask(method, f"/{ticket['id'] + 1000}{rest}", by=BRUNO)
        assert code_of(of_alice) == (404, "ticket_not_found")
        assert of_alice.json == missing.json


@pytest.mark.parametrize("rest", ["qr.svg", "ticket.pdf"])
async def test_what_admits_is_for_its_holder(front: Front, rest: str) -> None:
    ticket = await front.ticket(await front.shop.event())
    assert await statuses(front, "GET", f"/{ticket['id']}/{rest}") == {
        "holder": 200,
        "stranger": 404,
        "organiser": 404,
        "other organiser": 404,
        "operator": 404,
        "administrator": 200,
        "nobody": 401,
    }
    document = await front.ask("GET", f"/{ticket['id']}/{rest}", by=ALICE)
    kind = "image/svg+xml" if rest == "qr.svg" else "application/pdf"
    assert document.headers["content-type"] == kind
    assert document.headers["cache-control"] == "private, no-store"
    assert document.body.startswith(b"%PDF" if rest == "ticket.pdf" else b"<")


async def test_who_cancels_a_ticket(front: Front) -> None:
    event = await front.shop.event()
    bought = (await front.buy(event, 2)).json["tickets"]
    path = f"/{bought[0]['id']}/cancel"
    for person, status in (
        (BRUNO, 404),
        (ORGANISER, 403),
        (OTHER_ORGANISER, 404),
        (OPERATOR, 403),
        (None, 401),
    ):
        assert (await front.ask("POST", path, by=person)).status == status
    assert await front.shop.stock(event) == (2, 0)
    assert (await front.ask("POST", path, by=ALICE)).status == 200
    by_admin = await front.ask("POST", f"/{bought[1]['id']}/cancel", by=ADMIN)
    assert by_admin.status == 200
    assert await front.shop.stock(event) == (0, 0)
    reasons = [row["reason"] for row in await front.shop.rows("SELECT reason FROM refunds")]
    assert sorted(reasons) == ["administrator", "holder"]


async def test_an_operator_may_cancel_a_ticket_of_their_own(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event(), by=OPERATOR)
    assert (await front.ask("POST", f"/{ticket['id']}/cancel", by=OPERATOR)).status == 200


async def test_cancelling_takes_any_body_and_answers_the_new_state(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    for body in (None, {}, {"reason": "malade"}, [1], b"not JSON", b"\xff"):
        ticket = await front.ticket(event)
        cancelled = await front.ask("POST", f"/{ticket['id']}/cancel", body, by=ALICE)
        assert cancelled.status == 200
        assert cancelled.json["status"] == "cancelled"
        assert cancelled.json["cancelled_at"] is not None
        payment = cancelled.json["payment"]
        assert (payment["status"], payment["refunded_amount"]) == ("refunded", "25.00")
        assert payment["refunded_at"] is not None
        again = await front.ask("POST", f"/{ticket['id']}/cancel", body, by=ALICE)
        assert code_of(again) == (409, "ticket_cancelled")


async def test_one_cancelled_ticket_of_two_is_refunded_alone(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    first, second = (await front.buy(event, 2)).json["tickets"]
    await front.ask("POST", f"/{first['id']}/cancel", by=ALICE)
    kept = (await front.ask("GET", f"/{second['id']}", by=ALICE)).json
    assert (kept["status"], kept["payment"]["status"]) == ("confirmed", "completed")
    assert kept["payment"]["refunded_amount"] == "0.00"
    assert kept["payment"]["refunded_at"] is None


async def test_a_used_or_past_ticket_is_not_cancelled(front: Front) -> None:
    event = await front.shop.event()
    used, kept = (await front.buy(event, 2)).json["tickets"]
    assert (await front.ask("POST", f"/{used['id']}/validate", by=OPERATOR)).status == 200
    refused = await front.ask("POST", f"/{used['id']}/cancel", by=ALICE)
    assert code_of(refused) == (409, "already_used")
    began = {"version": 2, "starts_at": datetime.now(UTC) - timedelta(minutes=1)}
    await front.shop.catalogue.accept(front.shop.events.snapshots[event].model_copy(update=began))
    refused = await front.ask("POST", f"/{kept['id']}/cancel", by=ALICE)
    assert code_of(refused) == (409, "event_over")
    assert await front.shop.one("SELECT count(*) FROM refunds") == 0


async def test_ones_own_list(front: Front) -> None:
    event = await front.shop.event()
    path = f"/user/{ALICE.account_id}"
    empty = await front.ask("GET", path, by=ALICE)
    assert (empty.status, empty.json) == (
        200,
        {"data": [], "current_page": 1, "per_page": 20, "last_page": 1, "total": 0}
        | {"total_is_exact": True},
    )
    bought = (await front.buy(event, 3)).json["tickets"]
    await front.buy(event, by=BRUNO)
    assert await statuses(front, "GET", path) == {
        "holder": 200,
        "stranger": 403,
        "organiser": 403,
        "other organiser": 403,
        "operator": 403,
        "administrator": 200,
        "nobody": 401,
    }
    first = await front.ask("GET", path, by=ALICE, query="per_page=2")
    second = await front.ask("GET", path, by=ALICE, query="per_page=2&page=2")
    assert (first.json["last_page"], first.json["total"]) == (2, 3)
    newest_first = [ticket["id"] for ticket in (*first.json["data"], *second.json["data"])]
    assert newest_first == sorted((ticket["id"] for ticket in bought), reverse=True)
    assert second.json["data"] == [bought[0]]


@pytest.mark.parametrize("path", ["", "/admin/tickets"])
async def test_the_list_of_all_and_of_ones_own_events(front: Front, path: str) -> None:
    mine = await front.shop.event()
    others = await front.shop.event(creator_id=OTHER_ORGANISER.account_id)
    ticket, elsewhere = await front.ticket(mine), await front.ticket(others, by=BRUNO)
    assert await statuses(front, "GET", path) == {
        "holder": 403,
        "stranger": 403,
        "organiser": 200,
        "other organiser": 200,
        "operator": 403,
        "administrator": 200,
        "nobody": 401,
    }

    async def listed(by: Person, query: str = "") -> list[int]:
        answer = await front.ask("GET", path, by=by, query=query)
        assert answer.status == 200, answer.body
        return [item["id"] for item in answer.json["data"]]

    assert await listed(ADMIN) == [elsewhere["id"], ticket["id"]]
    assert await listed(ORGANISER) == [ticket["id"]]
    assert await listed(OTHER_ORGANISER) == [elsewhere["id"]]
    assert await listed(ORGANISER, f"event_id={others}") == []
    assert await listed(ADMIN, f"event_id={others}") == [elsewhere["id"]]
    assert await listed(ADMIN, "status=cancelled") == []
    for text in (ticket["ticket_number"], ticket["order_code"].lower(), "ACCOUNT1@example"):
        assert await listed(ADMIN, f"q={text}") == [ticket["id"]]
    assert await listed(ORGANISER, f"q={elsewhere['ticket_number']}") == []
    assert await listed(ADMIN, "q=%25") == []


async def test_what_no_list_takes(front: Front) -> None:
    for query in (
        "page=0",
        "per_page=101",
        "status=lost",
        "event_id=0",
        f"event_id={10**30}",
        "event_id=x",
        "q=a%00b",
        f"q={'x' * 201}",
    ):
        answer = await front.ask("GET", "", by=ADMIN, query=query)
        assert code_of(answer) == (422, "malformed"), query
        assert list(answer.json["errors"]) == [query.split("=", maxsplit=1)[0]]


async def test_an_id_that_no_column_holds_is_malformed(front: Front) -> None:
    paths: list[tuple[str, str]] = [
        ("GET", "/{}"),
        ("GET", "/{}/qr.svg"),
        ("GET", "/{}/ticket.pdf"),
        ("POST", "/{}/cancel"),
        ("POST", "/{}/validate"),
        ("GET", "/user/{}"),
        ("GET", "/holds/{}"),
        ("DELETE", "/holds/{}"),
        ("POST", "/holds/{}/extend"),
    ]
    for method, path in paths:
        for number in (10**30, -1, 0, "x"):
            answer = await front.ask(method, path.format(number), by=ADMIN)
            # What is no number is no ticket's address; there might be other pages there.
            is_no_page = (method, path) == ("GET", "/{}") and number in {-1, "x"}
            wanted = (404, "not_found") if is_no_page else (422, "malformed")
            assert code_of(answer) == wanted, (path, number)


async def test_admission_by_id(front: Front) -> None:
    ticket: dict[str, Any] = await front.ticket(await front.shop.event())
    path = f"/{ticket['id']}/validate"
    admitted = await front.ask("POST", path, by=OPERATOR)
    assert (admitted.status, admitted.json["admitted"]) == (200, True)
    assert code_of(await front.ask("POST", path, by=OPERATOR)) == (409, "already_used")
    missing = await front.ask("POST", "/999999/validate", by=OPERATOR)
    assert code_of(missing) == (404, "ticket_unknown")
    read = await front.ask("GET", f"/{ticket['id']}", by=ALICE)
    assert read.json["status"] == "used"
    assert read.json["used_at"] is not None
