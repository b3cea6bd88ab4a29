"""Each message finds its consumer, and changes what it should, in its own transaction."""

from datetime import UTC, datetime
from typing import Any

import pytest

from guichet.contracts.messages.auth import AccountDeleted, EmailVerified
from guichet.contracts.messages.events import EventCancelled, EventPublished
from guichet.kernel.outbox import Message
from guichet.tickets import problems
from guichet.tickets.consumers import consumers
from guichet.tickets.domain import Buyer
from tests.tickets.conftest import Shop, snapshot_of, wanted

AT = datetime.now(UTC)


async def deliver(shop: Shop, message: Message) -> None:
    handlers: dict[type[Any], Any] = {
        consumer.message: consumer.handle for consumer in consumers(lambda: shop.links)
    }
    async with shop.database.transaction() as transaction:
        await handlers[type(message)](transaction, message)


async def test_what_is_published_can_be_bought_until_it_is_cancelled(shop: Shop) -> None:
    published = snapshot_of(700, 3, 1000)
    for _ in range(2):
        await deliver(shop, EventPublished(event=published, occurred_at=AT))
    assert len((await shop.selling.buy(wanted(700))).tickets) == 1
    assert shop.events.asked == [], "the message made the question needless"
    ended = snapshot_of(700, 3, 1000, version=2, status="cancelled")
    await deliver(shop, EventCancelled(event=ended, occurred_at=AT))
    await deliver(shop, EventPublished(event=published, occurred_at=AT))
    with pytest.raises(problems.EventCancelled):
        await shop.selling.buy(wanted(700))


async def test_people_are_told_apart_by_their_messages(shop: Shop) -> None:
    event = await shop.event()
    guest = Buyer(None, "Invité", "ines@example.com", "fr")
    bought = await shop.selling.buy(wanted(event, by=guest))
    await deliver(shop, EmailVerified(account_id=7, email="ines@example.com", occurred_at=AT))
    claimed = (await shop.selling.read(bought.order.order_id)).order.buyer
    assert (claimed.account_id, claimed.name) == (7, "Invité")
    await deliver(shop, AccountDeleted(account_id=7, tokens_until=0.0, occurred_at=AT))
    forgotten = (await shop.selling.read(bought.order.order_id)).order.buyer
    assert (forgotten.name, forgotten.email) == ("", "")
