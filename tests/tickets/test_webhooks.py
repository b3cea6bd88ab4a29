"""The provider's messages are stored once, whatever they say, and have orders looked at."""

from datetime import UTC, datetime

from guichet.tickets.looking_again import look_again
from guichet.tickets.payments import BUYER_CHOOSES, WebhookEvent
from tests.tickets.conftest import Shop, wanted


def event(
    kind: str,
    *,
    event_id: str = "evt_1",
    intent: str | None = None,
    key: str | None = None,
    dispute: str | None = None,
) -> WebhookEvent:
    """Return a verified message."""
    return WebhookEvent(
        event_id=event_id,
        kind=kind,
        occurred_at=datetime.now(UTC),
        intent_id=intent,
        refund_id=None,
        order_key=key,
        live=False,
        dispute_id=dispute,
    )


async def test_a_message_is_stored_once_and_wakes_the_worker(shop: Shop) -> None:
    told = event("payment_intent.succeeded", intent="pi_1", key="order-1")
    for _ in range(50):
        shop.inbox.wake.clear()
        await shop.inbox.receive(told)
        is_first = not shop.provider.calls and await shop.one("SELECT count(*) FROM webhook_events")
        assert is_first == 1
    [row] = await shop.rows("SELECT * FROM webhook_events")
    assert (row["kind"], row["intent_id"], row["order_key"]) == (told.kind, "pi_1", "order-1")
    assert row["state"] == "waiting"
    assert not shop.inbox.wake.is_set(), "a repetition is nothing new"


async def test_nothing_is_asked_of_the_provider_while_a_message_is_taken(shop: Shop) -> None:
    shop.provider.books.is_down = True
    await shop.inbox.receive(event("refund.updated", intent="pi_1"))
    assert shop.inbox.wake.is_set()


async def test_only_an_order_that_waits_is_looked_at_again(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(), payment_method=BUYER_CHOOSES))
    assert await shop.orders.claim_due(10) == []
    assert await look_again(shop.database, bought.order, shop.purchase)
    assert len(await shop.orders.claim_due(10)) == 1
    paid = await shop.selling.buy(wanted(await shop.event()))
    assert not await look_again(shop.database, paid.order, shop.purchase)
