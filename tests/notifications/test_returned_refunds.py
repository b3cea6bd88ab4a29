"""A refund that the bank returned: what its buyer is told."""

from guichet.contracts.messages.tickets import RefundFailed
from guichet.notifications.use_cases import orders
from tests.notifications.occasions import NOW, buyer, confirmed, sold_event
from tests.notifications.office import Office


async def test_a_refund_that_did_not_arrive_is_told_once(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    failed = RefundFailed(
        order_id=order.order_id,
        order_code=order.order_code,
        buyer=order.buyer,
        event=order.event,
        refund_id=5,
        amount_minor=1500,
        currency="EUR",
        occurred_at=NOW,
    )
    await office.tell(orders.refund_failed, failed)
    await office.tell(orders.refund_failed, failed)
    (mail,) = await office.told("refund_failed")
    assert mail.context["refund_minor"] == 1500
    assert order.order_code in mail.context["link"]
    assert await office.inbox(1) == ["order_confirmed", "refund_failed"]
    await office.tell(orders.refund_failed, failed.model_copy(update={"refund_id": 6}))
    assert len(await office.told("refund_failed")) == 2
