"""Goodwill gives part of a payment back and leaves the tickets alone."""

import asyncio

import pytest

from guichet.tickets import problems
from guichet.tickets.giving_back import Right
from guichet.tickets.refund_problems import GoodwillTooMuch, NotPaid
from guichet.tickets.repository.refund_keys import RefundKey
from tests.tickets.conftest import HOLDER, Shop, wanted

ADMIN = Right("administrator", is_bound=False, account_id=90)


def key(name: str, fingerprint: str = "same") -> RefundKey:
    return RefundKey(name, "account:90", fingerprint)


async def test_goodwill_goes_back_and_the_tickets_stay_valid(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    order = (await shop.selling.buy(wanted(event, 2))).order
    granted = await shop.goodwill.grant(order.order_id, 700, "Retard", ADMIN, key("a"))
    assert (granted.refund_minor, granted.status) == (700, "completed")
    assert shop.provider.refunded_minor(f"order-{order.order_id}") == 700
    assert await shop.stock(event) == (2, 0)
    row = (await shop.rows("SELECT kind, reason, note, requested_by FROM refunds"))[0]
    assert tuple(row) == ("goodwill", "goodwill", "Retard", 90)
    (told,) = await shop.rows(
        "SELECT payload ->> 'amount_minor' AS amount, payload ->> 'note' AS note FROM outbox"
        " WHERE subject = 'tickets.refund.granted'"
    )
    assert tuple(told) == ("700", "Retard")
    again = await shop.goodwill.grant(order.order_id, 700, "Retard", ADMIN, key("a"))
    assert again.refund_id == granted.refund_id
    with pytest.raises(problems.KeyReused):
        await shop.goodwill.grant(order.order_id, 800, "Retard", ADMIN, key("a", "other"))


async def test_goodwill_never_exceeds_what_is_left_even_at_once(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))).order
    answers = await asyncio.gather(
        *(shop.goodwill.grant(order.order_id, 900, "x", ADMIN, key(f"k{n}")) for n in range(10)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, GoodwillTooMuch)]
    assert len(refused) == 5
    assert refused[0].params["left"] == "5.00"
    assert shop.provider.refunded_minor(f"order-{order.order_id}") == 4500
    await shop.goodwill.grant(order.order_id, 500, "x", ADMIN, key("rest"))
    assert await shop.one("SELECT status FROM payments") == "refunded"


async def test_what_goodwill_gave_is_not_given_again_with_the_tickets(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))
    order_id = bought.order.order_id
    await shop.goodwill.grant(order_id, 3000, "x", ADMIN, key("a"))
    given = await shop.cancelling.give_back(order_id, None, HOLDER)
    assert [back.amount_minor for back in given.tickets] == [1000, 1000]
    assert [back.given_before_minor for back in given.tickets] == [1500, 1500]
    assert shop.provider.refunded_minor(f"order-{order_id}") == 5000


async def test_goodwill_needs_a_paid_order(shop: Shop) -> None:
    free = (await shop.selling.buy(wanted(await shop.event(price_minor=0)))).order
    with pytest.raises(NotPaid):
        await shop.goodwill.grant(free.order_id, 1, "x", ADMIN, key("a"))
    assert await shop.one("SELECT count(*) FROM refund_keys") == 0


async def test_the_database_refuses_more_than_was_captured(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500)))).order
    insert = (
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at) VALUES ($1, $2, 'x', now())"
    )
    with pytest.raises(Exception, match="are asked back"):
        await shop.one(insert, order.order_id, 2501)
    await shop.one(insert, order.order_id, 2500)
    with pytest.raises(Exception, match="are asked back"):
        await shop.one(insert, order.order_id, 1)
