"""The orders that staff look through, over HTTP: who sees which, and how they are found."""

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    DECLINED,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    WANTS_BUYER,
    Front,
)


async def test_orders_are_listed_to_who_runs_their_events(front: Front) -> None:
    await front.buy(await front.shop.event())
    for by, status in [(None, 401), (ALICE, 403), (OPERATOR, 403)]:
        assert (await front.ask("GET", "/orders", by=by)).status == status, by
    for by, total in [(ORGANISER, 1), (OTHER_ORGANISER, 0), (ADMIN, 1)]:
        answer = await front.ask("GET", "/orders", by=by)
        assert (answer.status, answer.json["total"], len(answer.json["data"])) == (
            200,
            total,
            total,
        )
        assert answer.headers["cache-control"] == "no-store"


async def test_an_order_in_the_list_says_what_it_is(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    bought = (await front.buy(event, 3)).json
    path = f"/orders/{bought['order']['code']}/refund"
    asked = {"ticket_ids": [bought["tickets"][0]["id"]]}
    await front.ask("POST", path, asked, by=ALICE, headers={"idempotency_key": "k-1"})
    [shown] = (await front.ask("GET", "/orders", by=ORGANISER)).json["data"]
    order = bought["order"]
    assert shown == {
        "id": order["id"],
        "code": order["code"],
        "event": {"id": event, "title": "Concert", "date": order["event"]["date"]},
        "buyer_name": order["buyer_name"],
        "buyer_email": order["buyer_email"],
        "status": "confirmed",
        "total": "75.00",
        "refunded": "25.00",
        "currency": "EUR",
        "quantity": 3,
        "created_at": order["created_at"],
        "needs_attention": False,
        "attention_reason": None,
        "attention": None,
    }


async def test_orders_are_found_by_all_that_names_them(front: Front) -> None:
    event, other = await front.shop.event(price_minor=2500), await front.shop.event()
    first = (await front.buy(event)).json["order"]
    await front.buy(event, by=BRUNO, payment=DECLINED)
    waits = (await front.buy(other, by=BRUNO, payment=WANTS_BUYER)).json["order"]
    await front.shop.rows(
        "UPDATE orders SET needs_attention = true, attention_reason = 'disputed'"
        " WHERE order_id = $1",
        first["id"],
    )
    every = (await front.ask("GET", "/orders", by=ADMIN)).json["data"]
    assert [each["status"] for each in every] == ["awaiting_payment", "failed", "confirmed"]
    assert every[0]["id"] == waits["id"]
    for query, total in [
        (f"event_id={event}", 2),
        (f"event_id={other}&status=awaiting_payment", 1),
        ("status=pending", 0),
        ("status=confirmed", 1),
        ("status=refunded", 0),
        (f"q={first['code']}", 1),
        ("q=account2@example", 2),
        ("q=%25", 0),
        ("needs_attention=true", 1),
        ("needs_attention=false", 2),
        ("needs_attention=true&status=failed", 0),
    ]:
        found = (await front.ask("GET", "/orders", by=ADMIN, query=query)).json
        assert (query, found["total"], len(found["data"])) == (query, total, total)
    query = "needs_attention=true"
    [flagged] = (await front.ask("GET", "/orders", by=ADMIN, query=query)).json["data"]
    assert flagged["attention_reason"] == "disputed"
    assert "bank disputes" in flagged["attention"]
    french = {"accept_language": "fr"}
    [flagged] = (await front.ask("GET", "/orders", by=ADMIN, query=query, headers=french)).json[
        "data"
    ]
    assert "conteste" in flagged["attention"]


async def test_orders_come_page_by_page_newest_first(front: Front) -> None:
    event = await front.shop.event()
    codes = [(await front.buy(event)).json["order"]["code"] for _ in range(3)]
    pages = [
        (await front.ask("GET", "/orders", by=ADMIN, query=f"per_page=2&page={page}")).json
        for page in (1, 2)
    ]
    assert [each["code"] for page in pages for each in page["data"]] == codes[::-1]
    assert (pages[0]["total"], pages[0]["last_page"]) == (3, 2)


@pytest.mark.parametrize("query", ["status=x", "q=" + "x" * 201, "event_id=0", "page=0"])
async def test_what_is_no_question_is_refused(front: Front, query: str) -> None:
    assert (await front.ask("GET", "/orders", by=ADMIN, query=query)).status == 422
