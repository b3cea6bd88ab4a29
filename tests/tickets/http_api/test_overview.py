"""The overview and the list of payments over HTTP, each to its roles."""

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    DECLINED,
    OPERATOR,
    ORGANISER,
    Front,
)


@pytest.mark.usefixtures("at_noon")
async def test_the_overview_says_it_in_words_of_orders(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    await front.ticket(event)
    await front.buy(event, payment=DECLINED)
    answer = await front.ask("GET", "/overview", by=ORGANISER)
    shown = answer.json
    assert shown["today"] == [{"currency": "EUR", "tickets": 1, "revenue": "25.00"}]
    assert shown["last_7_days"] == shown["last_30_days"] == shown["today"]
    assert shown["days"][0]["revenue"] == "25.00"
    assert shown["orders"] == {
        "pending": 0,
        "confirmed": 1,
        "failed": 1,
        "refunded": 0,
        "cancelled": 0,
    }
    assert (shown["refunds_pending"], shown["needs_attention"]) == ([], 0)
    assert answer.headers["cache-control"] == "no-store"


async def test_the_overview_is_for_who_runs_events(front: Front) -> None:
    for by, status in [(None, 401), (ALICE, 403), (OPERATOR, 403), (ORGANISER, 200), (ADMIN, 200)]:
        assert (await front.ask("GET", "/overview", by=by)).status == status, by
    odd = await front.ask("GET", "/overview", by=ADMIN, query="time_zone=Mars/Base")
    assert odd.status == 422


async def test_payments_are_for_administrators(front: Front) -> None:
    for by, status in [(None, 401), (ALICE, 403), (OPERATOR, 403), (ORGANISER, 403), (ADMIN, 200)]:
        assert (await front.ask("GET", "/payments", by=by)).status == status, by


async def test_payments_are_found_by_all_that_names_them(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    paid = (await front.buy(event)).json["order"]
    await front.buy(event, by=BRUNO, payment=DECLINED)
    every = (await front.ask("GET", "/payments", by=ADMIN)).json
    assert (every["total"], [each["status"] for each in every["data"]]) == (
        2,
        ["failed", "completed"],
    )
    shown = every["data"][1]
    assert (shown["order_code"], shown["amount"], shown["captured"]) == (
        paid["code"],
        "25.00",
        "25.00",
    )
    assert (shown["event_title"], shown["refunded"]) == ("Concert", "0.00")
    for query, total in [
        ("status=completed", 1),
        ("status=pending", 0),
        (f"q={paid['code']}", 1),
        (f"q={shown['transaction_id']}", 1),
        ("q=account2@example", 1),
        ("q=nobody", 0),
        ("status=failed&q=essai", 1),
    ]:
        found = (await front.ask("GET", "/payments", by=ADMIN, query=query)).json
        assert (query, found["total"], len(found["data"])) == (query, total, total)


@pytest.mark.parametrize("query", ["status=x", "q=" + "x" * 201, "page=0"])
async def test_what_is_no_question_is_refused(front: Front, query: str) -> None:
    assert (await front.ask("GET", "/payments", by=ADMIN, query=query)).status == 422
