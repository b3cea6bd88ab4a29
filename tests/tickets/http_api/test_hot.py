"""Buying, holding and the door over HTTP: what each answer says, and with which status."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.tickets.codes import scan_code, ticket_number
from tests.fakes.payments import Twist
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    DECLINED,
    GUEST,
    LACKS_FUNDS,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    VISA,
    WANTS_BUYER,
    Front,
    Person,
    code_of,
)

TICKET_FIELDS = {
    "id", "ticket_number", "event_id", "user_id", "order_code", "ticket_type_id", "ticket_type",
    "price", "fee", "total", "currency", "status", "purchase_date", "used_at", "cancelled_at",
    "payment", "event", "refund_status",
}  # fmt: skip
PRICES_FIELDS = {
    "items", "quantity", "subtotal", "discount", "fees", "total", "vat", "currency",
    "promo_code",
}  # fmt: skip
PAYMENT_FIELDS = {
    "transaction_id", "amount", "status", "payment_method", "paid_at", "refunded_at",
    "refunded_amount",
}  # fmt: skip
EVENT_FIELDS = {"id", "title", "date", "time_zone", "location"}
ORDER_FIELDS = PRICES_FIELDS | {
    "id", "code", "event_id", "status", "failure", "buyer_name", "buyer_email", "created_at",
    "payment", "next_action", "access_token", "needs_attention", "event",
    "refunded", "refunds",
}  # fmt: skip


async def test_one_call_reserves_pays_and_issues(front: Front) -> None:
    event = await front.shop.event(price_minor=9999)
    bought = await front.buy(event, 2)
    assert bought.status == 201
    assert set(bought.json) == {"order", "tickets"}
    order, tickets = bought.json["order"], bought.json["tickets"]
    assert set(order) == ORDER_FIELDS
    assert (order["status"], order["quantity"]) == ("confirmed", 2)
    assert (order["total"], order["currency"]) == ("199.98", "EUR")
    assert (order["buyer_name"], order["buyer_email"]) == ("Compte Essai", "account1@example.com")
    assert order["access_token"] is None, "an account needs no link"
    assert len({ticket["ticket_number"] for ticket in tickets}) == 2
    for ticket in tickets:
        assert set(ticket) == TICKET_FIELDS
        assert set(ticket["payment"]) == PAYMENT_FIELDS
        assert set(ticket["event"]) == EVENT_FIELDS
        assert ticket["ticket_number"] == ticket_number(ticket["id"])
        assert (ticket["event_id"], ticket["user_id"]) == (event, ALICE.account_id)
        assert ticket["order_code"] == order["code"]
        assert (ticket["ticket_type"], ticket["price"]) == ("Standard", "99.99")
        assert ticket["status"] == "confirmed"
        assert ticket["purchase_date"].endswith("Z")
        assert ticket["payment"]["amount"] == "99.99"
        assert ticket["payment"]["status"] == "completed"
        assert ticket["payment"]["payment_method"] == "visa •••• 4242"
        assert ticket["payment"]["transaction_id"].startswith("pi_")
        assert ticket["payment"]["refunded_amount"] == "0.00"


async def test_no_answer_tells_what_is_in_the_qr_code(front: Front) -> None:
    event = await front.shop.event()
    bought = await front.buy(event)
    ticket = bought.json["tickets"][0]
    secret = (await front.secret_of(ticket["id"])).encode()
    read = await front.ask("GET", f"/{ticket['id']}", by=ALICE)
    listed = await front.ask("GET", "", by=ADMIN)
    order = await front.ask("GET", f"/orders/{ticket['order_code']}", by=ALICE)
    for answer in (bought, read, listed, order):
        assert answer.status in {200, 201}
        assert secret not in answer.body


async def test_lines_instead_of_a_quantity(front: Front) -> None:
    event = await front.shop.event()
    items = [{"ticket_type_id": event, "quantity": 1}, {"ticket_type_id": event, "quantity": 2}]
    body = {"event_id": event, "items": items, "payment": VISA}
    bought = await front.ask("POST", "/purchase", body, by=ALICE)
    assert bought.status == 201
    assert len(bought.json["tickets"]) == 3
    assert bought.json["order"]["items"][0]["quantity"] == 3


async def test_a_free_event_wants_no_payment(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    bought = await front.buy(event, payment=None)
    assert bought.status == 201
    assert bought.json["tickets"][0]["payment"] is None
    assert bought.json["order"]["total"] == "0.00"


async def test_a_price_wants_a_payment(front: Front) -> None:
    event = await front.shop.event()
    payments: list[dict[str, Any] | None] = [None, {}]
    for payment in payments:
        assert code_of(await front.buy(event, payment=payment)) == (422, "payment_missing")
    assert await front.shop.stock(event) == (0, 0)


@pytest.mark.parametrize(
    ("payment", "code"), [(DECLINED, "payment_declined"), (LACKS_FUNDS, "insufficient_funds")]
)
async def test_a_declined_card_is_402(front: Front, payment: Any, code: str) -> None:
    event = await front.shop.event()
    answer = await front.buy(event, payment=payment)
    assert code_of(answer) == (402, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await front.shop.one("SELECT count(*) FROM tickets") == 0
    order = await front.ask("GET", f"/orders/{answer.json['order_code']}", by=ALICE)
    assert (order.json["order"]["status"], order.json["tickets"]) == ("failed", [])


async def test_three_d_secure_is_202_with_the_next_action(front: Front) -> None:
    event = await front.shop.event()
    answer = await front.buy(event, payment=WANTS_BUYER)
    assert (answer.status, answer.json["tickets"]) == (202, [])
    order = answer.json["order"]
    assert order["status"] == "awaiting_payment"
    assert set(order["next_action"]) == {"type", "url", "client_secret"}
    assert order["next_action"]["url"].startswith("http")


async def test_an_unknown_outcome_is_202_and_keeps_the_places(front: Front) -> None:
    event = await front.shop.event()
    front.shop.provider.script("charge", Twist.LOSE_AFTER)
    answer = await front.buy(event, 2)
    assert (answer.status, answer.json["order"]["status"]) == (202, "pending")
    assert answer.json["tickets"] == []
    assert await front.shop.stock(event) == (0, 2)


LATER, EARLIER = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"capacity": 1}, 409, "sold_out"),
        ({"per_order_max": 1}, 409, "per_order_limit"),
        ({"per_account_max": 1}, 409, "per_account_limit"),
        ({"status": "draft"}, 404, "event_not_found"),
        ({"status": "cancelled"}, 410, "event_cancelled"),
        ({"starts_at": EARLIER - timedelta(days=2)}, 409, "event_over"),
        ({"sale_opens_at": LATER}, 425, "not_on_sale_yet"),
        ({"sale_closes_at": EARLIER}, 410, "sale_closed"),
    ],
)
async def test_what_is_not_for_sale(
    front: Front, fields: dict[str, Any], status: int, code: str
) -> None:
    event = await front.shop.event(**fields)
    bought = await front.buy(event, 2, headers={"idempotency_key": "a key of mine"})
    assert code_of(bought) == (status, code)
    again = await front.buy(event, 2, headers={"idempotency_key": "a key of mine"})
    assert (again.status, again.json) == (bought.status, bought.json)
    body = {"event_id": event, "quantity": 2}
    held = await front.ask("POST", "/holds", body, by=ALICE)
    assert code_of(held) == (status, code)
    assert await front.shop.stock(event) == (0, 0)


async def test_nothing_of_that_name_is_for_sale(front: Front) -> None:
    event = await front.shop.event()
    assert code_of(await front.buy(999_999)) == (404, "event_not_found")
    items = [{"ticket_type_id": 999_999, "quantity": 1}]
    body = {"event_id": event, "items": items, "payment": VISA}
    other = await front.ask("POST", "/purchase", body, by=ALICE)
    assert code_of(other) == (404, "ticket_type_not_found")


async def test_a_hold_counts_down_by_the_servers_clock(front: Front) -> None:
    event = await front.shop.event()
    body = {"event_id": event, "items": [{"ticket_type_id": event, "quantity": 2}]}
    held = await front.ask("POST", "/holds", body, by=ALICE)
    assert held.status == 201
    assert set(held.json) == {"hold", "expires_at", "server_time"}
    hold = held.json["hold"]
    assert set(hold) == PRICES_FIELDS | {"id", "event_id", "status"}
    assert (hold["status"], hold["total"]) == ("active", "50.00")
    ends = datetime.fromisoformat(held.json["expires_at"])
    left = ends - datetime.fromisoformat(held.json["server_time"])
    assert 500 < left.total_seconds() <= 600
    assert await front.shop.stock(event) == (0, 2)
    purchase = {"hold_id": hold["id"], "payment": VISA}
    bought = await front.ask("POST", "/purchase", purchase, by=ALICE)
    assert (bought.status, len(bought.json["tickets"])) == (201, 2)
    again = await front.ask("POST", "/purchase", purchase, by=ALICE)
    assert code_of(again) == (410, "hold_gone")


async def test_too_many_holds_are_429_and_say_when_to_come_again(front: Front) -> None:
    event = await front.shop.event(capacity=100)
    body = {"event_id": event, "quantity": 1}
    for _ in range(5):
        assert (await front.ask("POST", "/holds", body, by=ALICE)).status == 201
    refused = await front.ask("POST", "/holds", body, by=ALICE)
    assert code_of(refused) == (429, "too_many_holds")
    assert int(refused.headers["retry-after"]) > 0


async def test_an_account_hold_is_nobody_elses(front: Front) -> None:
    event = await front.shop.event()
    held = await front.ask("POST", "/holds", {"event_id": event, "quantity": 1}, by=ALICE)
    purchase = {"hold_id": held.json["hold"]["id"], "payment": VISA}
    for other in (BRUNO, ADMIN):
        stolen = await front.ask("POST", "/purchase", purchase, by=other)
        assert code_of(stolen) == (410, "hold_gone")
    as_guest = await front.ask("POST", "/purchase", {**purchase, "guest": GUEST})
    assert code_of(as_guest) == (410, "hold_gone")


async def test_one_key_has_one_answer(front: Front) -> None:
    event = await front.shop.event()
    key = {"idempotency_key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    answers = await asyncio.gather(*(front.buy(event, 2, headers=key) for _ in range(5)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert await front.shop.stock(event) == (2, 0)
    for other in (
        await front.buy(event, 1, headers=key),
        await front.buy(event, 2, by=BRUNO, headers=key),
    ):
        assert code_of(other) == (409, "idempotency_key_reused")
        assert b"account1" not in other.body
        assert answers[0].json["order"]["code"].encode() not in other.body
    hold = await front.ask(
        "POST", "/holds", {"event_id": event, "quantity": 2}, by=ALICE, headers=key
    )
    assert code_of(hold) == (409, "idempotency_key_reused")


async def test_a_declined_payment_is_repeated_under_its_key(front: Front) -> None:
    event = await front.shop.event()
    key = {"idempotency_key": "declined"}
    first = await front.buy(event, payment=DECLINED, headers=key)
    second = await front.buy(event, payment=DECLINED, headers=key)
    assert (first.status, first.json) == (second.status, second.json)
    assert len(front.shop.provider.calls) == 2, "one charge, one closing"


async def test_an_event_cancelled_while_the_buyer_pays_is_410_and_gives_the_money_back(
    front: Front,
) -> None:
    event = await front.shop.event()
    snapshot = front.shop.events.snapshots[event]

    async def cancel_the_event(call: str) -> None:
        if call == "charge":
            changed = {"version": 2, "status": "cancelled"}
            await front.shop.catalogue.accept(snapshot.model_copy(update=changed))

    front.shop.provider.before = cancel_the_event
    answer = await front.buy(event)
    assert code_of(answer) == (410, "event_cancelled")
    assert await front.shop.one("SELECT state FROM orders") == "refunded"


async def test_the_door_admits_once_and_then_says_when_and_where(front: Front) -> None:
    event = await front.shop.event()
    ticket = await front.ticket(event)
    scanned = scan_code(ticket["id"], await front.secret_of(ticket["id"]))
    body = {"code": scanned, "event_id": event, "place": " Porte  Nord "}
    admitted = await front.ask("POST", "/validate", body, by=OPERATOR)
    assert admitted.status == 200
    assert set(admitted.json) == {
        "admitted", "ticket_id", "ticket_number", "order_code", "event_id", "event_title",
        "ticket_type", "holder_name", "status", "used_at", "used_where",
    }  # fmt: skip
    assert (admitted.json["admitted"], admitted.json["status"]) == (True, "used")
    assert admitted.json["holder_name"] == "Compte Essai"
    again = await front.ask("POST", "/validate", body, by=OPERATOR)
    assert code_of(again) == (409, "already_used")
    assert again.json["used_where"] == "Porte  Nord"
    assert again.json["used_at"][:19] == admitted.json["used_at"][:19]
    assert await front.shop.one("SELECT count(*) FROM admissions") == 1


@pytest.mark.parametrize(
    ("by", "status"),
    [
        (None, 401),
        (ALICE, 403),
        (BRUNO, 403),
        (OTHER_ORGANISER, 404),
        (ORGANISER, 200),
        (ADMIN, 200),
    ],
)
async def test_who_may_admit(front: Front, by: Person | None, status: int) -> None:
    event = await front.shop.event()
    ticket = await front.ticket(event)
    scanned = {"code": scan_code(ticket["id"], await front.secret_of(ticket["id"]))}
    assert (await front.ask("POST", "/validate", scanned, by=by)).status == status
    assert await front.shop.one("SELECT count(*) FROM admissions") == (status == 200)
    by_id = await front.ask("POST", f"/{ticket['id']}/validate", by=by)
    assert by_id.status == (409 if status == 200 else status)


async def test_each_wrong_ticket_is_told_apart(front: Front) -> None:
    event, elsewhere = await front.shop.event(), await front.shop.event(title="Ailleurs")
    ticket, other = await front.ticket(event), await front.ticket(elsewhere)
    secret = await front.secret_of(ticket["id"])

    async def scan(code: str, **more: Any) -> tuple[int, str]:
        return code_of(await front.ask("POST", "/validate", {"code": code, **more}, by=OPERATOR))

    assert await scan("https://example.com/not-a-ticket") == (404, "ticket_unknown")
    assert await scan(scan_code(ticket["id"], secret[::-1])) == (404, "ticket_unknown")
    assert await scan(scan_code(other["id"], secret)) == (404, "ticket_unknown")
    wrong_event = {"code": scan_code(ticket["id"], secret), "event_id": elsewhere}
    refused = await front.ask("POST", "/validate", wrong_event, by=OPERATOR)
    assert code_of(refused) == (409, "other_event")
    assert "Concert" in refused.json["message"]
    await front.ask("POST", f"/{ticket['id']}/cancel", by=ALICE)
    assert await scan(scan_code(ticket["id"], secret)) == (409, "ticket_cancelled")
    assert await front.shop.one("SELECT count(*) FROM admissions") == 0


async def test_a_printed_number_alone_does_not_open_the_door(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event())
    forged = {"code": ticket["ticket_number"]}
    refused = await front.ask("POST", "/validate", forged, by=OPERATOR)
    assert code_of(refused) == (422, "secret_missing")
    typed = await front.ask("POST", "/validate", {**forged, "typed": True}, by=OPERATOR)
    assert typed.status == 200


async def test_a_guest_needs_no_account(front: Front) -> None:
    event = await front.shop.event()
    guest = {**GUEST, "name": "  Invité \t Essai ", "email": "Ines@EXAMPLE.com"}
    bought = await front.buy(event, 2, by=None, guest=guest)
    assert bought.status == 201
    order = bought.json["order"]
    assert (order["buyer_name"], order["buyer_email"]) == ("Invité Essai", "Ines@example.com")
    assert len(order["access_token"]) == 24
    assert bought.json["tickets"][0]["user_id"] is None


async def test_an_unnamed_hold_is_bought_by_a_guest(front: Front) -> None:
    event = await front.shop.event()
    held = await front.ask("POST", "/holds", {"event_id": event, "quantity": 1})
    assert held.status == 201
    body = {"hold_id": held.json["hold"]["id"], "payment": VISA}
    assert code_of(await front.ask("POST", "/purchase", body)) == (401, "unauthenticated")
    bought = await front.ask("POST", "/purchase", {**body, "guest": GUEST})
    assert (bought.status, len(bought.json["tickets"])) == (201, 1)


async def test_an_invalid_token_is_not_taken_for_a_guest(front: Front) -> None:
    event = await front.shop.event()
    for token in ("Bearer nonsense", "Basic YTpi", f"Bearer {front.issuer.token(1, aud='other')}"):
        answer = await front.buy(event, by=None, guest=GUEST, headers={"authorization": token})
        assert code_of(answer) == (401, "unauthenticated")
    assert await front.shop.one("SELECT count(*) FROM orders") == 0
