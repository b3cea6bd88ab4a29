"""The database refuses what no refund may become."""

import asyncpg
import pytest

from tests.tickets.conftest import Shop, wanted


@pytest.mark.parametrize(
    "change",
    [
        "is_retried = true",
        "status = 'completed'",
        "status = 'failed', completed_at = now()",
        "status = 'settled', failed_at = now()",
        "status = 'failed', failed_at = now()",
    ],
)
async def test_a_refund_is_carried_out_before_it_comes_back(shop: Shop, change: str) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 1))).order
    await shop.refunds.request_whole(order)
    with pytest.raises(asyncpg.CheckViolationError):
        await shop.rows(f"UPDATE refunds SET {change} RETURNING 1")  # noqa: S608 - of this list


async def test_one_refund_takes_the_place_of_another(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 1))).order
    add = (
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at, retry_of)"
        " VALUES ($1, 100, 'x', now(), $2) RETURNING 1"
    )
    await shop.rows(add, order.order_id, None)
    await shop.rows(add, order.order_id, 1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await shop.rows(add, order.order_id, 1)
