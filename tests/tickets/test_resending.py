"""An order's tickets are sent again to their buyer, and not too often."""

import asyncio
import json
from typing import Any

import pytest

from guichet.contracts.messages.auth import AccountDeleted
from guichet.kernel.clock import now
from guichet.tickets.codes import order_code
from guichet.tickets.people import forget_person
from guichet.tickets.problems import NothingToSend, OrderNotFound, SentTooOften
from guichet.tickets.resending import RESENDS_MAX, resend
from guichet.tickets.selling import Bought
from tests.tickets.conftest import HOLDER, Shop, wanted


async def bought(shop: Shop, quantity: int = 2) -> Bought:
    return await shop.selling.buy(wanted(await shop.event(price_minor=2500), quantity))


async def wishes(shop: Shop) -> list[dict[str, Any]]:
    rows = await shop.rows(
        "SELECT payload FROM outbox WHERE subject = 'tickets.order.resend_requested' ORDER BY id"
    )
    return [json.loads(row["payload"]) for row in rows]


async def test_what_is_live_is_sent_again(shop: Shop) -> None:
    order = await bought(shop)
    await shop.cancelling.cancel_ticket(order.tickets[0], HOLDER)
    await resend(shop.database, shop.links, order.order.order_id, 3)
    await resend(shop.database, shop.links, order.order.order_id, None)
    first, second = await wishes(shop)
    assert first["order_code"] == order_code(order.order.order_id)
    assert first["buyer"] == {
        "account_id": 1,
        "name": "Compte 1",
        "email": "compte1@example.com",
        "language": "fr",
    }
    tickets = first["tickets"]

    assert [each["ticket_id"] for each in tickets] == [order.tickets[1].ticket_id]
    assert first["total_minor"] == 2500
    assert first["resend_id"] != second["resend_id"]
    assert await shop.rows("SELECT asked_by FROM order_resends ORDER BY 1") == [(3,), (None,)]


async def test_three_times_an_hour_whoever_asks_at_once(shop: Shop) -> None:
    order = await bought(shop)
    answers = await asyncio.gather(
        *(resend(shop.database, shop.links, order.order.order_id, 1) for _ in range(8)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, SentTooOften)]
    assert len(refused) == 8 - RESENDS_MAX
    assert refused[0].retry_after_seconds is not None
    assert 3500 < refused[0].retry_after_seconds <= 3600
    assert len(await wishes(shop)) == RESENDS_MAX
    await shop.rows("UPDATE order_resends SET asked_at = asked_at - interval '61 minutes'")
    await resend(shop.database, shop.links, order.order.order_id, 1)


async def test_there_is_nothing_to_send_of_a_cancelled_order(shop: Shop) -> None:
    order = await bought(shop, 1)
    await shop.cancelling.cancel_ticket(order.tickets[0], HOLDER)
    with pytest.raises(NothingToSend):
        await resend(shop.database, shop.links, order.order.order_id, 1)


async def test_nobody_is_sent_anything_once_deleted(shop: Shop) -> None:
    order = await bought(shop)
    async with shop.database.transaction() as transaction:
        gone = AccountDeleted(account_id=1, tokens_until=now().timestamp(), occurred_at=now())
        await forget_person(transaction, gone)
    with pytest.raises(NothingToSend):
        await resend(shop.database, shop.links, order.order.order_id, 3)


async def test_an_unknown_order_is_not_found(shop: Shop) -> None:
    with pytest.raises(OrderNotFound):
        await resend(shop.database, shop.links, 999_999, 1)
