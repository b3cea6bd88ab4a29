"""The provider's messages wake orders, once, in any order, and are never believed."""

from datetime import UTC, datetime

from guichet.tickets import webhooks
from guichet.tickets.domain import OrderState
from guichet.tickets.payments import WebhookEvent
from tests.tickets.conftest import Shop, wanted


def event(kind: str, *, event_id: str = "evt_1", intent: str | None, key: str) -> WebhookEvent:
    return WebhookEvent(
        event_id=event_id,
        kind=kind,
        occurred_at=datetime.now(UTC),
        intent_id=intent,
        refund_id=None,
        order_key=key,
        live=False,
    )


async def test_a_webhook_wakes_the_order_it_is_about_once(shop: Shop) -> None:
    bought = await shop.selling.buy(
        wanted(await shop.event(), payment_method="pm_card_authenticationRequired")
    )
    payment = bought.order.payment
    assert payment is not None and payment.intent_id is not None
    assert await shop.orders.claim_due(10) == []
    shop.provider.finish_at_bank(payment.intent_id, passed=True)
    key = f"order-{bought.order.order_id}"
    for _ in range(50):
        told = event("payment_intent.succeeded", intent=payment.intent_id, key=key)
        await webhooks.handle(shop.database, told, shop.purchase, shop.refunds)
    due = await shop.orders.claim_due(10)
    assert [order.order_id for order in due] == [bought.order.order_id]
    ended = await shop.purchase.run(due[0])
    assert ended.state is OrderState.ISSUED
    assert await shop.one("SELECT count(*) FROM webhook_events") == 1


async def test_a_claim_of_success_that_is_not_true_issues_nothing(shop: Shop) -> None:
    bought = await shop.selling.buy(
        wanted(await shop.event(), payment_method="pm_card_authenticationRequired")
    )
    payment = bought.order.payment
    assert payment is not None
    lie = event("payment_intent.succeeded", intent=payment.intent_id, key="")
    await webhooks.handle(shop.database, lie, shop.purchase, shop.refunds)
    for order in await shop.orders.claim_due(10):
        await shop.purchase.run(order)
    assert await shop.one("SELECT count(*) FROM tickets") == 0


async def test_a_webhook_before_the_answer_finds_its_order_by_our_key(shop: Shop) -> None:
    bought = await shop.selling.buy(
        wanted(await shop.event(), payment_method="pm_card_authenticationRequired")
    )
    early = event(
        "payment_intent.succeeded", intent="pi_unknown_yet", key=f"order-{bought.order.order_id}"
    )
    await webhooks.handle(shop.database, early, shop.purchase, shop.refunds)
    assert len(await shop.orders.claim_due(10)) == 1


async def test_a_webhook_about_nothing_of_ours_is_stored_and_ignored(shop: Shop) -> None:
    for number, key in enumerate(("", "order-", "order-x", "other-1", "order-999")):
        told = event("charge.refunded", event_id=f"evt_{number}", intent=None, key=key)
        await webhooks.handle(shop.database, told, shop.purchase, shop.refunds)
    assert await shop.one("SELECT count(*) FROM webhook_events") == 5
