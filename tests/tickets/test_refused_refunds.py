"""Refunds of payments that a bank contests: never paid twice, never left hanging."""

from typing import Any

import pytest

from guichet.kernel.clock import now
from guichet.tickets.domain import Order
from guichet.tickets.giving_back import Right
from guichet.tickets.order_attention import resolve_attention
from guichet.tickets.refund_problems import RefundNotReturned, StillUnderWay
from guichet.tickets.refunds import REFUSALS_BEFORE_ATTENTION
from tests.tickets.conftest import ADMINISTRATOR, Shop, wanted
from tests.tickets.money_checks import balances, contradictions, documents_minor

ORGANISER = Right("organiser", is_bound=False, account_id=3)


async def disputed(shop: Shop, amount_minor: int = 5000) -> Order:
    """Return an order of two tickets, 50.00 in all, of which a bank contests so much."""
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))).order
    await dispute(shop, order, "needs_response", amount_minor)
    return order


async def dispute(shop: Shop, order: Order, status: str, amount_minor: int = 5000) -> None:
    assert order.payment is not None and order.payment.intent_id is not None
    shop.provider.books.dispute_with("du_1", order.payment.intent_id, amount_minor, status)
    await shop.changes.look_at_dispute("du_1")


async def carry_out(shop: Shop, times: int = 1) -> None:
    for _ in range(times):
        await shop.rows("UPDATE refunds SET run_at = now() WHERE status = 'pending' RETURNING 1")
        await shop.refunds.carry_out_due()


async def refunds(shop: Shop) -> list[Any]:
    return await shop.rows("SELECT * FROM refunds ORDER BY refund_id")


async def shown(shop: Shop) -> str | None:
    found: str | None = await shop.one("SELECT attention_reason FROM orders WHERE needs_attention")
    return found


def paid_back(shop: Shop, order: Order) -> int:
    return shop.provider.refunded_minor(f"order-{order.order_id}")


async def test_a_contested_payment_is_not_given_back_besides(shop: Shop) -> None:
    order = await disputed(shop)
    await shop.cancelling.give_back(order.order_id, None, ADMINISTRATOR)
    await carry_out(shop, 2 * REFUSALS_BEFORE_ATTENTION)
    [refund] = await refunds(shop)
    assert (refund["status"], refund["attention_reason"]) == ("pending", "disputed")
    assert paid_back(shop, order) == 0
    assert await shown(shop) == "disputed"
    assert await contradictions(shop) == []
    await shop.rows("UPDATE orders SET needs_attention = false RETURNING 1")
    assert await contradictions(shop) != [], "nobody would look at it"


async def test_a_dispute_that_is_won_lets_the_refund_go_on_at_once(shop: Shop) -> None:
    order = await disputed(shop)
    await shop.cancelling.give_back(order.order_id, None, ADMINISTRATOR)
    shop.refunds.wake.clear()
    await dispute(shop, order, "won")
    assert shop.refunds.wake.is_set()
    await shop.refunds.carry_out_due()
    assert paid_back(shop, order) == 5000
    assert await shown(shop) is None
    assert await contradictions(shop) == []


@pytest.mark.parametrize("is_lost_first", [False, True])
async def test_a_lost_dispute_stands_for_the_refund(shop: Shop, *, is_lost_first: bool) -> None:
    order = await disputed(shop)
    if is_lost_first:
        await dispute(shop, order, "lost")
    await shop.cancelling.give_back(order.order_id, None, ADMINISTRATOR)
    await carry_out(shop)
    await dispute(shop, order, "lost")
    [refund] = await refunds(shop)
    assert (refund["status"], refund["failure_reason"]) == ("settled", "charge_disputed")
    assert paid_back(shop, order) == 0
    accounts = await balances(shop)
    assert "returned_refunds" not in accounts
    assert (accounts["other_means"], accounts["disputes"]) == (-5000, 5000)
    assert await shown(shop) == "dispute_lost"
    assert await contradictions(shop) == []
    assert await documents_minor(shop) == 0
    await resolve_attention(shop.database, order.order_id, "vu")
    await carry_out(shop)
    assert await shop.one("SELECT count(*) FROM refunds") == 1


async def test_a_lost_dispute_stands_for_no_more_than_it_took(shop: Shop) -> None:
    order = await disputed(shop, 3000)
    tickets = (await shop.selling.read(order.order_id)).tickets
    for ticket in tickets:
        await shop.cancelling.give_back(order.order_id, [ticket.ticket_id], ADMINISTRATOR)
    await dispute(shop, order, "lost", 3000)
    assert [refund["status"] for refund in await refunds(shop)] == ["settled", "pending"]
    await carry_out(shop)
    await shop.returned_refunds.settle(order.order_id, 2, ORGANISER, "Virement")
    assert [refund["status"] for refund in await refunds(shop)] == ["settled", "settled"]
    assert await contradictions(shop) == []


async def test_an_event_with_a_lost_dispute_is_given_back_to_the_end(shop: Shop) -> None:
    order = await disputed(shop)
    other = (await shop.selling.buy(wanted(order.event_id, 1))).order
    seen = await shop.event_refunds.preview(order.event_id)
    await shop.event_refunds.start(order.event_id, seen.total_minor, ORGANISER, "Tempête")
    await shop.event_refunds.get_on()
    await carry_out(shop)
    await shop.event_refunds.get_on()
    [run] = await shop.event_refunds.progress(order.event_id)
    assert (run.finished_at, run.attention, run.attention_reason) == (None, 1, "disputed")
    await dispute(shop, order, "lost")
    await shop.event_refunds.get_on()
    [run] = await shop.event_refunds.progress(order.event_id)
    assert run.finished_at is not None
    assert (run.refunds_done, run.refunds_total, run.attention) == (2, 2, 0)
    assert (paid_back(shop, order), paid_back(shop, other)) == (0, 2500)
    assert await contradictions(shop) == []


async def test_what_keeps_being_refused_is_settled_by_a_person(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))).order
    await shop.rows("UPDATE payments SET intent_id = NULL RETURNING 1")
    await shop.cancelling.give_back(order.order_id, None, ADMINISTRATOR)
    settle = shop.returned_refunds.settle
    with pytest.raises(RefundNotReturned):
        await settle(order.order_id, 1, ORGANISER, "Virement")
    await carry_out(shop, REFUSALS_BEFORE_ATTENTION)
    assert await shown(shop) == "refund_refused"
    with pytest.raises(StillUnderWay):
        await resolve_attention(shop.database, order.order_id, "vu")
    await settle(order.order_id, 1, ORGANISER, "Virement")
    [refund] = await refunds(shop)
    assert (refund["status"], refund["settled_by"]) == ("settled", 3)
    assert refund["settled_at"] <= now()
    assert await shown(shop) is None
    assert await contradictions(shop) == []
    await carry_out(shop)
    assert paid_back(shop, order) == 0
    with pytest.raises(RefundNotReturned):
        await settle(order.order_id, 1, ORGANISER, "encore")


async def test_a_refund_that_is_just_asked_for_is_not_settled_beside_it(shop: Shop) -> None:
    """The provider may say yes in this very moment: the buyer would be paid twice."""
    order = await disputed(shop)
    await shop.cancelling.give_back(order.order_id, None, ADMINISTRATOR)
    await carry_out(shop)
    in_flight = "UPDATE refunds SET leased_until = now() + interval '30 seconds' RETURNING 1"
    await shop.rows(in_flight)
    with pytest.raises(RefundNotReturned):
        await shop.returned_refunds.settle(order.order_id, 1, ORGANISER, "Virement")
    await dispute(shop, order, "lost")
    assert [refund["status"] for refund in await refunds(shop)] == ["pending"]
    await shop.rows("UPDATE refunds SET leased_until = NULL RETURNING 1")
    await carry_out(shop)
    assert [refund["status"] for refund in await refunds(shop)] == ["settled"]
    assert await shown(shop) == "dispute_lost"
