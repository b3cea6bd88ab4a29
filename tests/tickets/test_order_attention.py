"""A person takes an order off the list once it is dealt with, never while it is still tried."""

import pytest

from guichet.tickets.order_attention import resolve_attention
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.refund_problems import NothingToResolve, StillUnderWay
from tests.tickets.conftest import Shop, wanted


async def flagged(shop: Shop, reason: str | None) -> int:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))).order
    await shop.rows(
        "UPDATE orders SET needs_attention = true, attention_reason = $2 WHERE order_id = $1",
        order.order_id,
        reason,
    )
    return order.order_id


@pytest.mark.parametrize("reason", ["refunded_outside", None])
async def test_what_is_dealt_with_is_taken_off_the_list_and_entered(
    shop: Shop, reason: str | None
) -> None:
    order_id = await flagged(shop, reason)
    assert await resolve_attention(shop.database, order_id, "Vu avec l'acheteur") == reason
    [row] = await shop.rows("SELECT * FROM orders")
    assert (row["needs_attention"], row["attention_reason"]) == (False, None)
    [entry] = await shop.rows(
        "SELECT subject, reason FROM audit_entries WHERE action = $1",
        "tickets.order.attention_resolved",
    )
    assert tuple(entry) == (f"order:{order_id}", "Vu avec l'acheteur")
    with pytest.raises(NothingToResolve):
        await resolve_attention(shop.database, order_id, "again")


async def test_an_unknown_order_is_not_found(shop: Shop) -> None:
    with pytest.raises(OrderNotFound):
        await resolve_attention(shop.database, 4711, "x")


async def test_what_is_still_tried_stays_on_the_list(shop: Shop) -> None:
    order_id = await flagged(shop, "refund_refused")
    order = (await shop.selling.read(order_id)).order
    await shop.refunds.request_whole(order)
    await shop.rows("UPDATE refunds SET needs_attention = true")
    with pytest.raises(StillUnderWay):
        await resolve_attention(shop.database, order_id, "x")
    assert await shop.one("SELECT needs_attention FROM orders")
    await shop.rows("UPDATE refunds SET needs_attention = false")
    await shop.rows("UPDATE orders SET step = 'take_payment'")
    with pytest.raises(StillUnderWay):
        await resolve_attention(shop.database, order_id, "x")
