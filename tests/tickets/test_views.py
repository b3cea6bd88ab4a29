"""What clients see of orders, tickets and holds; and what they never see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest
from pydantic import BaseModel

from guichet.contracts.prices import unit_price
from guichet.tickets.domain import (
    Buyer,
    Hold,
    Line,
    Order,
    OrderState,
    Payment,
    Ticket,
    TicketStatus,
)
from guichet.tickets.refund_views import RefundState
from guichet.tickets.views import EventCard, hold_view, order_view, ticket_view

AT = datetime(2027, 6, 15, 9, tzinfo=UTC)
CARD = EventCard(1, "Concert", AT, "Europe/Paris", "Grenoble", "EUR", {5: "Standard"})
PAYMENT = Payment(
    method="pm_hidden",
    return_url="http://hidden",
    status="completed",
    captured_minor=5000,
    intent_id="pi_1",
    method_label="visa •••• 4242",
    paid_at=AT,
)
TICKET = Ticket(3, "HIDDEN", 7, 1, 5, 4, 2500, TicketStatus.CONFIRMED, AT)
ORDER = Order(
    order_id=7,
    event_id=1,
    buyer=Buyer(4, "Camille", "camille@example.com", "fr"),
    lines=(Line(5, 2, unit_price(2500)),),
    total_minor=5000,
    currency="EUR",
    state=OrderState.PAYING,
    created_at=AT,
    payment=PAYMENT,
)


def test_money_that_went_back_is_that_of_this_ticket_alone() -> None:
    payment = replace(PAYMENT, status="refunded", refunded_minor=2500, refunded_at=AT)
    kept = ticket_view(TICKET, payment, CARD).payment
    returned = ticket_view(
        TICKET, payment, CARD, refund_status="completed", refund_minor=2100
    ).payment
    assert kept is not None and returned is not None
    assert (kept.status, kept.refunded_amount, kept.refunded_at) == ("completed", 0, None)
    assert (returned.status, returned.refunded_amount) == ("refunded", 2100)
    assert returned.refunded_at == AT


@pytest.mark.parametrize(
    ("stored", "shown", "paid"),
    [
        (None, None, "completed"),
        ("pending", "pending", "completed"),
        ("failed", "failed", "completed"),
        ("settled", "completed", "refunded"),
        ("completed", "completed", "refunded"),
    ],
)
def test_a_ticket_is_refunded_only_once_its_money_has_gone_back(
    stored: str | None, shown: str | None, paid: str
) -> None:
    payment = replace(PAYMENT, status="refunded", refunded_minor=2500, refunded_at=AT)
    view = ticket_view(TICKET, payment, CARD, refund_status=stored)
    assert view.payment is not None
    assert (view.refund_status, view.payment.status) == (shown, paid)


def test_an_order_tells_what_went_back_of_it() -> None:
    payment = replace(PAYMENT, refunded_minor=1250)
    refund = RefundState(9, 1250, "pending", "goodwill", "Retard", AT, None)
    view = order_view(replace(ORDER, payment=payment), CARD, refunds=[refund])
    content = view.model_dump(mode="json")
    assert content["refunded"] == "12.50"
    [told] = content["refunds"]
    assert (told["id"], told["amount"], told["status"]) == (9, "12.50", "pending")


def test_secrets_and_tokens_stay_inside() -> None:
    content = ticket_view(TICKET, PAYMENT, CARD).model_dump_json()
    content += order_view(ORDER, CARD).model_dump_json()
    assert "HIDDEN" not in content.upper()
    assert "pm_" not in content


def test_amounts_and_times_are_written_for_clients() -> None:
    content = ticket_view(TICKET, PAYMENT, CARD).model_dump(mode="json")
    assert (content["price"], content["currency"]) == ("25.00", "EUR")
    assert content["event"]["date"] == "2027-06-15T09:00:00Z"


def test_a_ticket_type_without_a_name_is_shown_without_one() -> None:
    nameless = replace(CARD, type_names={})
    assert ticket_view(TICKET, None, nameless).ticket_type == ""
    assert ticket_view(TICKET, None, nameless).payment is None


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (OrderState.PAYING, "pending"),
        (OrderState.ISSUED, "confirmed"),
        (OrderState.FAILED, "failed"),
        (OrderState.REFUNDED, "refunded"),
        (OrderState.CANCELLED, "cancelled"),
    ],
)
def test_each_state_has_its_word(state: OrderState, shown: str) -> None:
    assert order_view(replace(ORDER, state=state), CARD).status == shown


def test_an_order_that_waits_for_its_buyer_says_what_is_wanted() -> None:
    action = {"type": "redirect_to_url", "url": "https://bank.example/1", "client_secret": "pi_1_s"}
    view = order_view(replace(ORDER, payment=replace(PAYMENT, next_action=action)), CARD, "token")
    assert view.status == "awaiting_payment"
    assert view.next_action is not None
    assert view.next_action.model_dump() == action
    assert (view.access_token, view.quantity) == ("token", 2)


def test_a_hold_counts_its_price_and_its_time() -> None:
    hold = Hold(9, 1, ORDER.buyer, ORDER.lines, "active", AT)
    content = hold_view(hold, CARD, AT).model_dump(mode="json")
    assert content["hold"]["total"] == "50.00"
    (item,) = content["hold"]["items"]
    assert (item["ticket_type"], item["quantity"]) == ("Standard", 2)
    assert (item["price"], item["total"]) == ("25.00", "50.00")
    assert content["expires_at"] == content["server_time"] == "2027-06-15T09:00:00Z"


def test_no_view_of_a_hot_answer_lacks_a_value() -> None:
    """They are made without Pydantic's looking whether all values are there."""
    hold = Hold(9, 1, ORDER.buyer, ORDER.lines, "active", AT)
    action = {"type": "redirect_to_url", "url": "http://bank", "client_secret": None}
    waiting = replace(ORDER, payment=replace(PAYMENT, next_action=action))
    for view in (
        order_view(ORDER, CARD),
        order_view(waiting, CARD),
        ticket_view(TICKET, PAYMENT, CARD),
        hold_view(hold, CARD, AT),
    ):
        for model in models_within(view):
            assert set(model.__dict__) == set(type(model).model_fields), type(model)


def models_within(value: object) -> Iterator[BaseModel]:
    """Yield a model and every model that it holds."""
    if isinstance(value, BaseModel):
        yield value
        value = list(value.__dict__.values())
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from models_within(item)
