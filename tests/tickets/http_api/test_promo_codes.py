"""Promo codes over HTTP: kept by the event's organiser, tried by anybody, never for long."""

from typing import Any

import pytest

from guichet.contracts.messages.events import TicketTypeOffer
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    VISA,
    Front,
    Person,
    code_of,
)


async def made(front: Front, event: int, **terms: Any) -> Any:
    body = {"code": "Amis-15", "percent": "15", **terms}
    answer = await front.ask("POST", f"/events/{event}/promo-codes", body, by=ORGANISER)
    assert answer.status == 201, answer.body
    return answer.json


async def test_an_organiser_makes_lists_changes_and_deletes_codes(front: Front) -> None:
    event = await front.shop.event(price_minor=2000)
    path = f"/events/{event}/promo-codes"
    promo = await made(front, event, max_uses=10)
    assert (promo["percent"], promo["amount"], promo["uses"]) == ("15", "0.00", 0)
    bought = await front.buy(event, 2, promo_code="AMIS-15")
    assert bought.status == 201, bought.body
    order = bought.json["order"]
    assert (order["subtotal"], order["discount"], order["total"]) == ("40.00", "6.00", "34.00")
    assert order["promo_code"] == "Amis-15"
    (listed,) = (await front.ask("GET", path, by=ADMIN)).json
    assert listed["uses"] == 1
    changed = await front.ask("PATCH", f"{path}/{promo['id']}", {"amount": "3.50"}, by=ORGANISER)
    assert (changed.json["percent"], changed.json["amount"]) == ("0", "3.50")
    assert changed.json["max_uses"] == 10, "what is not named stays"
    deleted = await front.ask("DELETE", f"{path}/{promo['id']}", by=ORGANISER)
    assert deleted.status == 200
    assert (await front.ask("GET", path, by=ORGANISER)).json == []
    refused = await front.buy(event, promo_code="AMIS-15")
    assert code_of(refused) == (404, "promo_code_unknown")


@pytest.mark.parametrize("by", [None, ALICE, OPERATOR, OTHER_ORGANISER])
async def test_nobody_else_keeps_them(front: Front, by: Person | None) -> None:
    event = await front.shop.event()
    promo = await made(front, event)
    path = f"/events/{event}/promo-codes"
    for method, where, body in (
        ("GET", path, None),
        ("POST", path, {"code": "MINE", "percent": "99"}),
        ("PATCH", f"{path}/{promo['id']}", {"percent": "99"}),
        ("DELETE", f"{path}/{promo['id']}", None),
    ):
        answer = await front.ask(method, where, body, by=by)
        assert answer.status == (401 if by is None else 403), (method, answer.body)


@pytest.mark.parametrize(
    "terms",
    [
        {"percent": "0"},
        {"percent": "15", "amount": "1.00"},
        {"percent": "101"},
        {"percent": "-1"},
        {"max_uses": 0},
        {"code": "x"},
        {"code": "a b"},
        {"ticket_type_ids": []},
        {"valid_from": "2027-02-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"},
        {"valid_until": "2027-01-01T00:00:00"},
        {"unheard_of": 1},
    ],
)
async def test_terms_that_make_no_sense_are_malformed(front: Front, terms: dict[str, Any]) -> None:
    event = await front.shop.event()
    body = {"code": "Amis-15", "percent": "15", **terms}
    answer = await front.ask("POST", f"/events/{event}/promo-codes", body, by=ORGANISER)
    assert code_of(answer) == (422, "malformed")


async def test_who_knows_a_code_sees_what_it_opens(front: Front) -> None:
    types = [
        TicketTypeOffer(ticket_type_id=91, name="Fosse", price_minor=2000, capacity=5),
        TicketTypeOffer(
            ticket_type_id=92, name="Loge", price_minor=9000, capacity=5, is_hidden=True
        ),
    ]
    event = await front.shop.event(ticket_types=types)
    await made(front, event, ticket_type_ids=[92], reveals_hidden=True)
    path = f"/events/{event}/promo-code"
    opened = await front.ask("POST", path, {"code": "amis-15"})
    assert opened.status == 200
    assert opened.json["ticket_types"] == [
        {
            "ticket_type_id": 92,
            "name": "Loge",
            "list_price": "90.00",
            "discount": "13.50",
            "price": "76.50",
            "fee": "0.00",
            "total": "76.50",
            "left": 5,
        }
    ]
    assert code_of(await front.ask("POST", path, {"code": "AMIS-16"})) == (
        404,
        "promo_code_unknown",
    )
    items = [{"ticket_type_id": 92, "quantity": 1}]
    hidden = await front.ask("POST", "/quote", {"event_id": event, "items": items})
    assert code_of(hidden) == (404, "ticket_type_not_found")
    quoted = await front.ask(
        "POST", "/quote", {"event_id": event, "items": items, "promo_code": "amis-15"}
    )
    assert (quoted.json["total"], quoted.json["promo_code"]) == ("76.50", "Amis-15")


async def test_the_code_belongs_to_the_hold(front: Front) -> None:
    event = await front.shop.event(price_minor=2000)
    await made(front, event)
    body = {"event_id": event, "quantity": 1, "promo_code": "amis-15"}
    held = (await front.ask("POST", "/holds", body, by=ALICE)).json["hold"]
    assert (held["total"], held["promo_code"]) == ("17.00", "Amis-15")
    buying = {"hold_id": held["id"], "payment": VISA}
    both = await front.ask("POST", "/purchase", {**buying, "promo_code": "amis-15"}, by=ALICE)
    assert code_of(both) == (422, "malformed")
    bought = await front.ask("POST", "/purchase", buying, by=ALICE)
    assert bought.json["order"]["total"] == "17.00"


async def test_codes_cannot_be_found_by_trying(front: Front) -> None:
    event = await front.shop.event()
    answers = [
        await front.ask("POST", f"/events/{event}/promo-code", {"code": f"GUESS{n}"})
        for n in range(25)
    ]
    assert [a.status for a in answers] == [404] * 20 + [429] * 5
    assert answers[-1].json["code"] == "too_many_wrong_codes"
