"""What keeps two replicas from the same money, and two changes of it from each other."""

import asyncio
from datetime import timedelta
from functools import partial

import asyncpg
import pytest

from guichet.kernel.clock import now
from guichet.tickets.domain import Order
from guichet.tickets.payments.books import SeenDispute
from guichet.tickets.payments.port import WebhookEvent
from guichet.tickets.repository import documents as document_rows
from guichet.tickets.repository import ledger as ledger_rows
from guichet.tickets.repository import order_attention as attention_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import provider as provider_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import refused_refunds as refused_rows
from guichet.tickets.repository import webhooks as webhook_rows
from guichet.tickets.repository.provider import KnownDispute
from guichet.tickets.repository.stock import Connection
from tests.tickets.conftest import Shop, wanted
from tests.tickets.locks import check_is_taken_by_one, check_keeps_others_out


@pytest.fixture
async def order(shop: Shop) -> Order:
    return (await shop.selling.buy(wanted(await shop.event(price_minor=2500)))).order


async def test_days_are_closed_by_one(shop: Shop) -> None:
    await check_keeps_others_out(shop, ledger_rows.lock_days)


async def test_what_an_order_waits_for_is_settled_by_one(shop: Shop, order: Order) -> None:
    await check_keeps_others_out(
        shop, partial(attention_rows.lock_attention, order_id=order.order_id)
    )


async def test_a_refund_that_was_refused_is_settled_by_one(shop: Shop, order: Order) -> None:
    await shop.refunds.request_whole(order)
    await check_keeps_others_out(
        shop, partial(refused_rows.lock_pending_refunds, order_id=order.order_id)
    )


async def test_a_sale_is_documented_by_one(shop: Shop, order: Order) -> None:
    await check_keeps_others_out(
        shop, partial(document_rows.undocumented_sales, order_ids=[order.order_id])
    )


async def test_refunds_of_one_payment_are_asked_for_one_after_the_other(
    shop: Shop, order: Order
) -> None:
    """Each alone is within what was captured; together they are not."""

    async def ask(connection: Connection) -> None:
        await connection.execute(
            "INSERT INTO refunds (order_id, amount_minor, reason, run_at)"
            " VALUES ($1, 2000, 'x', now())",
            order.order_id,
        )

    await check_keeps_others_out(shop, ask)
    async with shop.database.hot.acquire() as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await ask(connection)


async def test_an_order_a_refund_and_a_webhook_are_taken_further_by_one(
    shop: Shop, order: Order
) -> None:
    await shop.refunds.request_whole(order)
    await shop.rows("UPDATE orders SET step = 'charging', run_at = now(), leased_until = NULL")
    at, until = now(), now() + timedelta(minutes=1)
    message = WebhookEvent("evt_1", "charge.updated", at, None, None, None, live=False)
    async with shop.database.hot.acquire() as connection:
        await webhook_rows.insert_messages(connection, [message])
    await check_is_taken_by_one(
        shop, lambda c: order_rows.claim_due_orders(c, at + timedelta(seconds=1), until, 10)
    )
    await check_is_taken_by_one(
        shop, lambda c: refund_rows.claim_due_refunds(c, at + timedelta(seconds=1), until, 10, None)
    )
    await check_is_taken_by_one(
        shop, lambda c: webhook_rows.claim_waiting(c, at + timedelta(seconds=1), until, 10)
    )


def seen(status: str) -> SeenDispute:
    return SeenDispute("du_1", None, 900, "EUR", status, "fraudulent", now(), ())


async def test_a_dispute_s_change_is_seen_by_one(shop: Shop) -> None:
    async def save(connection: Connection, status: str, known: KnownDispute | None) -> bool:
        return await provider_rows.save_dispute(connection, seen(status), None, None, known)

    async with shop.database.hot.acquire() as first, shop.database.hot.acquire() as second:
        assert await save(first, "needs_response", None)
        known = await provider_rows.known_dispute(first, "du_1")
        async with first.transaction():
            assert await save(first, "under_review", known)
            saving = asyncio.create_task(save(second, "needs_response", known))
            await asyncio.sleep(0.2)
            assert not saving.done()
        assert not await saving
        assert await shop.one("SELECT status FROM disputes") == "under_review"


async def test_a_new_dispute_is_stored_by_one(shop: Shop) -> None:
    async with shop.database.hot.acquire() as first, shop.database.hot.acquire() as second:
        async with first.transaction():
            assert await provider_rows.save_dispute(first, seen("lost"), None, now(), None)
            older = provider_rows.save_dispute(second, seen("needs_response"), None, None, None)
            saving = asyncio.create_task(older)
            await asyncio.sleep(0.2)
            assert not saving.done()
        assert not await saving
        assert await shop.one("SELECT status FROM disputes") == "lost"
