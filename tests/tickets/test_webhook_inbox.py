"""Each message is handled once, in any order; one that fails comes back later, and is seen."""

import pytest

from guichet.tickets.domain import OrderState
from guichet.tickets.repository import webhooks as webhook_rows
from guichet.tickets.webhook_inbox import ATTEMPTS_BEFORE_ATTENTION
from tests.tickets.conftest import Shop, wanted
from tests.tickets.test_webhooks import event

TAKEN = "payment_intent.succeeded"
ASKS = "pm_card_authenticationRequired"


async def tell(shop: Shop, kind: str, **about: str | None) -> None:
    """Take a message in, and let the worker handle it."""
    number = await shop.one("SELECT count(*) FROM webhook_events")
    told = event(kind, event_id=f"evt_{number}", **about)
    await shop.inbox.receive(told)
    await shop.inbox.handle_due()


async def waiting(shop: Shop) -> int:
    return int(await shop.one("SELECT count(*) FROM webhook_events WHERE state = 'waiting'"))


async def test_a_success_wakes_the_order_that_waits_for_its_buyer(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(), payment_method=ASKS))
    payment = bought.order.payment
    assert payment is not None and payment.intent_id is not None
    assert await shop.orders.claim_due(10) == []
    shop.provider.finish_at_bank(payment.intent_id, passed=True)
    await tell(shop, TAKEN, intent=payment.intent_id)
    [due] = await shop.orders.claim_due(10)
    assert (await shop.purchase.run(due)).state is OrderState.ISSUED
    assert await waiting(shop) == 0


async def test_a_claim_of_success_that_is_not_true_issues_nothing(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(), payment_method=ASKS))
    payment = bought.order.payment
    assert payment is not None
    await tell(shop, TAKEN, intent=payment.intent_id)
    for order in await shop.orders.claim_due(10):
        await shop.purchase.run(order)
    assert await shop.one("SELECT count(*) FROM tickets") == 0


async def test_a_message_before_the_answer_finds_its_order_by_our_key(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(), payment_method=ASKS))
    await tell(shop, TAKEN, intent="pi_unknown_yet", key=f"order-{bought.order.order_id}")
    assert len(await shop.orders.claim_due(10)) == 1


@pytest.mark.parametrize("key", [None, "", "order-", "order-x", "other-1", "order-999"])
@pytest.mark.parametrize("kind", [TAKEN, "charge.refunded", "customer.created"])
async def test_what_is_about_nothing_of_ours_is_done_with(
    shop: Shop, kind: str, key: str | None
) -> None:
    await tell(shop, kind, intent="pi_other", key=key)
    assert await waiting(shop) == 0
    assert await shop.one("SELECT count(*) FROM webhook_events") == 1


async def test_a_known_capture_is_not_asked_about(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    payment = bought.order.payment
    assert payment is not None
    shop.provider.books.is_down = True
    await tell(shop, TAKEN, intent=payment.intent_id)
    assert await waiting(shop) == 0


async def test_a_failing_message_is_tried_again_and_then_shown(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    payment = bought.order.payment
    assert payment is not None
    shop.provider.books.is_down = True
    await tell(shop, "refund.updated", intent=payment.intent_id)
    assert await shop.inbox.handle_due() == 0, "not before its time"
    for attempts in range(2, ATTEMPTS_BEFORE_ATTENTION + 1):
        async with shop.database.hot.acquire() as connection:
            assert await webhook_rows.stuck_messages(connection, 10) == []
            await connection.execute("UPDATE webhook_events SET run_at = now()")
        assert await shop.inbox.handle_due() == 1
        assert await shop.one("SELECT attempts FROM webhook_events") == attempts
    async with shop.database.hot.acquire() as connection:
        [stuck] = await webhook_rows.stuck_messages(connection, 10)
        assert (stuck.kind, stuck.last_error) == ("refund.updated", "ProviderUnclear: down")
        await connection.execute("UPDATE webhook_events SET run_at = now()")
    shop.provider.books.is_down = False
    await shop.inbox.handle_due()
    assert await waiting(shop) == 0
    async with shop.database.hot.acquire() as connection:
        assert await webhook_rows.stuck_messages(connection, 10) == []


async def test_a_lease_keeps_the_other_replicas_away(shop: Shop) -> None:
    told = event("refund.updated", intent="pi_1")
    await shop.inbox.receive(told)
    async with shop.database.hot.acquire() as connection:
        await connection.execute(
            "UPDATE webhook_events SET leased_until = now() + interval '1 minute'"
        )
    assert await shop.inbox.handle_due() == 0
