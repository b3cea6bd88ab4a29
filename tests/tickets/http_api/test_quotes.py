"""What a basket costs is what is held and charged later, to the cent."""

from typing import Any

import pytest

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from tests.tickets.http_api.conftest import ALICE, BRUNO, VISA, Front, code_of

SHOWN = ("items", "quantity", "subtotal", "discount", "fees", "total", "vat", "currency")


async def test_a_quote_a_hold_and_an_order_say_the_same_to_the_cent(front: Front) -> None:
    types = [
        TicketTypeOffer(
            ticket_type_id=71, name="Fosse", price_minor=4210, capacity=9, vat_basis_points=550
        ),
        TicketTypeOffer(
            ticket_type_id=72, name="Balcon", price_minor=0, capacity=9, vat_basis_points=550
        ),
    ]
    fee = FeeOffer(fixed_minor=99, basis_points=250)
    event = await front.shop.event(ticket_types=types, fee=fee)
    body = {
        "event_id": event,
        "items": [{"ticket_type_id": 71, "quantity": 2}, {"ticket_type_id": 72, "quantity": 1}],
    }
    quoted = await front.ask("POST", "/quote", body)
    assert quoted.status == 200
    assert await front.shop.rows("SELECT 1 FROM orders UNION SELECT 1 FROM holds") == []
    held = (await front.ask("POST", "/holds", body, by=ALICE)).json["hold"]
    bought = await front.ask("POST", "/purchase", {**body, "payment": VISA}, by=BRUNO)
    order, tickets = bought.json["order"], bought.json["tickets"]
    for field in SHOWN:
        assert quoted.json[field] == held[field] == order[field], field
    assert order["items"] == [
        {
            "ticket_type_id": 71,
            "ticket_type": "Fosse",
            "quantity": 2,
            "list_price": "42.10",
            "discount": "0.00",
            "price": "42.10",
            "fee": "2.04",
            "total": "88.28",
        },
        {
            "ticket_type_id": 72,
            "ticket_type": "Balcon",
            "quantity": 1,
            "list_price": "0.00",
            "discount": "0.00",
            "price": "0.00",
            "fee": "0.00",
            "total": "0.00",
        },
    ]
    assert (order["subtotal"], order["fees"], order["total"]) == ("84.20", "4.08", "88.28")
    assert order["vat"] == [
        {"rate": "5.5", "base": "79.82", "amount": "4.38"},
        {"rate": "20", "base": "3.40", "amount": "0.68"},
    ]
    assert [(t["price"], t["fee"], t["total"]) for t in tickets] == [
        ("42.10", "2.04", "44.14"),
        ("42.10", "2.04", "44.14"),
        ("0.00", "0.00", "0.00"),
    ]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"quantity": 1, "items": [{"ticket_type_id": 1, "quantity": 1}]}, (422, "malformed")),
        ({"items": [{"ticket_type_id": 999, "quantity": 1}]}, (404, "ticket_type_not_found")),
        ({"event_id": 999, "quantity": 1}, (404, "event_not_found")),
        ({"quantity": 1, "price": "1.00"}, (422, "malformed")),
    ],
)
async def test_what_cannot_be_priced_is_refused(
    front: Front, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    event = await front.shop.event()
    answer = await front.ask("POST", "/quote", {"event_id": event, **body})
    assert code_of(answer) == refusal
