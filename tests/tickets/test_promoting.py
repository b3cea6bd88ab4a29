"""Promo codes in the sale: limits hold whoever comes at once, and uses come back by themselves."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from guichet.contracts.prices import NO_DISCOUNT, Discount
from guichet.kernel.clock import now
from guichet.kernel.tokens import Principal
from guichet.tickets import problems, promo_problems
from guichet.tickets.domain import Hold, OrderState
from guichet.tickets.guesses import WRONG_CODES_MAX
from guichet.tickets.promo_codes import PromoCode
from guichet.tickets.selling import Bought, Wanted
from tests.tickets.conftest import HOLDER, Shop, buyer, snapshot_of, wanted

CREATOR = Principal(3, "event_creator", "s", "orga@example.com", "Orga", "fr", True, 0.0, 2**40)


def accept(promo: PromoCode) -> None:
    """Find nothing wrong with a code's terms."""


async def code(shop: Shop, event: int, **terms: Any) -> PromoCode:
    """Make a code of 15 per cent for an event."""
    content: dict[str, Any] = {
        "promo_id": 0,
        "event_id": event,
        "code": "AMIS",
        "discount": Discount(basis_points=1500),
        "max_uses": None,
        "valid_from": None,
        "valid_until": None,
        "ticket_type_ids": None,
        "reveals_hidden": False,
        "created_at": now(),
        **terms,
    }
    return await shop.promoting.create(PromoCode(**content), CREATOR)


async def uses(shop: Shop, event: int) -> int:
    return (await shop.promoting.codes_of(event, CREATOR))[0].uses


async def test_fifty_of_two_hundred_at_once_get_a_code_of_fifty_uses(shop: Shop) -> None:
    event = await shop.event(capacity=500, price_minor=2000)
    await code(shop, event, max_uses=50)
    half = [shop.selling.buy(wanted(event, by=buyer(n), promo_code="amis")) for n in range(100)] + [
        shop.selling.hold(wanted(event, by=buyer(n), promo_code="AMIS")) for n in range(100, 200)
    ]
    answers = await asyncio.gather(*half, return_exceptions=True)
    granted = [a for a in answers if isinstance(a, (Bought, Hold))]
    refused = [a for a in answers if isinstance(a, promo_problems.PromoCodeUsedUp)]
    assert (len(granted), len(refused)) == (50, 150)
    assert await uses(shop, event) == 50


async def test_a_code_is_charged_stored_and_shown_to_the_cent(shop: Shop) -> None:
    event = await shop.event(price_minor=1999, fee=FeeOffer(fixed_minor=50))
    await code(shop, event)
    bought = await shop.selling.buy(wanted(event, 3, promo_code=" aMis "))
    (line,) = bought.order.lines
    assert (line.unit.discount_minor, line.unit.price_minor) == (300, 1699)
    assert bought.order.total_minor == 3 * 1749
    assert bought.order.promo_code == "AMIS"
    quoted = await shop.quoting.quote(
        event, quantity=3, lines=(), promo_code="AMIS", client_address="192.0.2.1"
    )
    assert quoted.lines == bought.order.lines


async def test_a_code_of_a_hundred_per_cent_makes_free(shop: Shop) -> None:
    event = await shop.event(price_minor=1999, fee=FeeOffer(fixed_minor=50))
    await code(shop, event, discount=Discount(basis_points=10_000))
    bought = await shop.selling.buy(wanted(event, 2, payment_method=None, promo_code="AMIS"))
    assert (bought.order.state, bought.order.total_minor) == (OrderState.ISSUED, 0)
    assert len(bought.tickets) == 2
    assert shop.provider.calls == []


async def test_a_use_comes_back_when_its_hold_or_order_ends(shop: Shop) -> None:
    event = await shop.event(price_minor=2000)
    await code(shop, event, max_uses=1)
    hold = await shop.selling.hold(wanted(event, promo_code="AMIS"))
    with pytest.raises(promo_problems.PromoCodeUsedUp):
        await shop.selling.buy(wanted(event, promo_code="AMIS"))
    await shop.holding.release(hold.hold_id, 1)
    with pytest.raises(problems.PaymentDeclined):
        await shop.selling.buy(
            wanted(event, promo_code="AMIS", payment_method="pm_card_visa_chargeDeclined")
        )
    again = await shop.selling.hold(wanted(event, promo_code="AMIS"))
    bought = await shop.selling.buy(Wanted(buyer(), None, None, (), again.hold_id, "pm_card_visa"))
    assert (bought.order.promo_code, bought.order.total_minor) == ("AMIS", 1700)
    assert await uses(shop, event) == 1
    await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    assert await uses(shop, event) == 0
    await shop.selling.buy(wanted(event, promo_code="AMIS"))


async def test_the_same_key_with_another_code_is_another_request(shop: Shop) -> None:
    event = await shop.event(price_minor=2000)
    await code(shop, event)
    first = await shop.selling.buy(wanted(event, promo_code="AMIS", key="key-1"))
    again = await shop.selling.buy(wanted(event, promo_code="amis", key="key-1"))
    assert again.order.order_id == first.order.order_id
    with pytest.raises(problems.KeyReused):
        await shop.selling.buy(wanted(event, key="key-1"))


async def test_wrong_codes_are_counted_wherever_they_are_tried(shop: Shop) -> None:
    event = await shop.event()
    for _ in range(WRONG_CODES_MAX // 2):
        with pytest.raises(promo_problems.PromoCodeUnknown):
            await shop.selling.hold(wanted(event, promo_code="X", client_address="192.0.2.7"))
        with pytest.raises(promo_problems.PromoCodeUnknown):
            await shop.promoting.open(event, "X", "192.0.2.7")
    for trying in (
        shop.selling.buy(wanted(event, promo_code="X", client_address="192.0.2.7")),
        shop.quoting.quote(event, quantity=1, lines=(), promo_code="X", client_address="192.0.2.7"),
        shop.promoting.open(event, "X", "192.0.2.7"),
    ):
        with pytest.raises(promo_problems.TooManyWrongCodes):
            await trying


async def test_a_code_opens_hidden_tickets(shop: Shop) -> None:
    types = [
        TicketTypeOffer(ticket_type_id=81, name="Fosse", price_minor=2000, capacity=5),
        TicketTypeOffer(
            ticket_type_id=82, name="Loge", price_minor=9000, capacity=5, is_hidden=True
        ),
    ]
    event = await shop.event(ticket_types=types)
    with pytest.raises(problems.TicketTypeNotFound):
        await shop.selling.buy(replace(wanted(82), event_id=event))
    await code(
        shop, event, discount=NO_DISCOUNT, ticket_type_ids=frozenset({82}), reveals_hidden=True
    )
    opened = await shop.promoting.open(event, "amis", "192.0.2.1")
    assert [stock.name for stock in opened.revealed] == ["Loge"]
    asked = replace(wanted(82), event_id=event, promo_code="amis")
    assert (await shop.selling.buy(asked)).order.total_minor == 9000


async def test_terms_change_for_later_uses_and_no_limit_falls_below_them(shop: Shop) -> None:
    event = await shop.event(price_minor=2000)
    made = await code(shop, event)
    for number in range(2):
        await shop.selling.hold(wanted(event, by=buyer(number), promo_code="AMIS"))
    with pytest.raises(promo_problems.PromoLimitBelowUses):
        await shop.promoting.change(event, made.promo_id, {"max_uses": 1}, CREATOR, check=accept)
    changes = {"max_uses": 2, "discount": Discount(amount_minor=500)}
    await shop.promoting.change(event, made.promo_id, changes, CREATOR, check=accept)
    with pytest.raises(promo_problems.PromoCodeUsedUp):
        await shop.selling.hold(wanted(event, by=buyer(3), promo_code="AMIS"))
    changes = {"max_uses": None, "valid_until": now() + timedelta(hours=1)}
    await shop.promoting.change(event, made.promo_id, changes, CREATOR, check=accept)
    later = await shop.selling.hold(wanted(event, by=buyer(3), promo_code="AMIS"))
    assert later.lines[0].unit.price_minor == 1500
    await shop.promoting.delete(event, made.promo_id, CREATOR)
    with pytest.raises(promo_problems.PromoCodeUnknown):
        await shop.selling.buy(wanted(event, promo_code="AMIS"))
    kept = Wanted(buyer(3), None, None, (), later.hold_id, "pm_card_visa")
    assert (await shop.selling.buy(kept)).order.total_minor == 1500
    actions = await shop.rows(
        "SELECT action FROM audit_entries WHERE action LIKE 'tickets.promo%' ORDER BY 1"
    )
    assert [row["action"].rpartition(".")[2] for row in actions] == [
        "changed",
        "changed",
        "created",
        "deleted",
    ]


async def test_two_codes_of_one_event_differ(shop: Shop) -> None:
    event, other = await shop.event(), await shop.event()
    await code(shop, event)
    with pytest.raises(promo_problems.PromoCodeExists):
        await code(shop, event, code="amis")
    await code(shop, other, code="amis")
    with pytest.raises(problems.TicketTypeNotFound):
        await code(shop, event, code="B", ticket_type_ids=frozenset({other}))


@pytest.mark.parametrize("status", ["published", "draft"])
async def test_a_code_may_be_made_before_any_message_of_its_event(shop: Shop, status: str) -> None:
    event = 910_001 if status == "draft" else 910_002
    shop.events.snapshots[event] = snapshot_of(event, 10, 2000, status=status)
    await code(shop, event)
    assert [each.code for each in await shop.promoting.codes_of(event, CREATOR)] == ["AMIS"]
    with pytest.raises(problems.EventNotFound):
        await code(shop, 910_003)
