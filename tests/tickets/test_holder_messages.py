"""Every buyer with a live ticket is told once, whatever crashes, repeats or runs beside it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from guichet.contracts.messages.events import TicketTypeOffer
from guichet.tickets import holder_messages as module
from guichet.tickets.codes import order_code
from guichet.tickets.domain import Buyer, Line
from guichet.tickets.holder_messages import MESSAGES_MAX, HolderMessages
from guichet.tickets.problems import EventNotFound, KeyReused, MessagedTooOften, TicketTypeNotFound
from guichet.tickets.repository import holder_messages as rows
from guichet.tickets.repository.holder_messages import Writing
from guichet.tickets.selling import Bought
from tests.tickets.conftest import HOLDER, Shop, buyer, snapshot_of, wanted


def desk_of(shop: Shop) -> HolderMessages:
    return HolderMessages(shop.database, shop.links)


def writing(event_id: int, **more: Any) -> Writing:
    fields: dict[str, Any] = {
        "author_id": 3,
        "topic": "Portes à 19 h",
        "body": "Bonjour,\n\nles portes ouvrent plus tôt.",
        "ticket_type_ids": None,
        "key": None,
        **more,
    }
    return Writing(event_id=event_id, **fields)


async def told(shop: Shop) -> list[dict[str, Any]]:
    found = await shop.rows(
        "SELECT payload FROM outbox WHERE subject = 'tickets.holder.messaged' ORDER BY id"
    )
    return [json.loads(row["payload"]) for row in found]


async def sold_to(shop: Shop, event_id: int, *numbers: int) -> list[Bought]:
    return [await shop.selling.buy(wanted(event_id, by=buyer(number))) for number in numbers]


async def test_each_buyer_with_a_live_ticket_is_told_once(shop: Shop) -> None:
    event_id, other = await shop.event(price_minor=0), await shop.event(price_minor=0)
    first, second, third, again = await sold_to(shop, event_id, 1, 2, 3, 1)
    await sold_to(shop, other, 4)
    await shop.cancelling.cancel_ticket(third.tickets[0], HOLDER)
    desk = desk_of(shop)
    written = await desk.write(writing(event_id))
    assert (written.recipients, written.told, written.finished_at) == (2, 0, None)
    await sold_to(shop, event_id, 5)
    await desk.tell_all()
    messages = await told(shop)
    assert [each["buyer"]["account_id"] for each in messages] == [1, 2]
    assert messages[0]["order_code"] == order_code(first.order.order_id)
    assert messages[1]["order_code"] == order_code(second.order.order_id)
    assert (messages[0]["topic"], messages[0]["event"]["title"]) == ("Portes à 19 h", "Concert")
    assert shop.links.opens(first.order, messages[0]["access_token"])
    (listed,) = await desk.of_event(event_id)
    assert (listed.told, listed.recipients) == (2, 2)
    assert listed.finished_at is not None
    await desk.tell_all()
    assert len(await told(shop)) == 2
    assert again.order.order_id > first.order.order_id


async def test_a_guest_with_two_orders_is_told_once(shop: Shop) -> None:
    event_id = await shop.event(price_minor=0)
    for email in ("ines@example.com", "Ines@Example.com"):
        guest = Buyer(None, "Inès", email, "fr")
        await shop.selling.buy(wanted(event_id, by=guest))
    assert (await desk_of(shop).write(writing(event_id))).recipients == 1


async def test_only_the_holders_of_some_types(shop: Shop) -> None:
    event_id = await shop.event(price_minor=0)
    balcony = TicketTypeOffer(
        ticket_type_id=1_000_000 + event_id, name="Balcon", price_minor=0, capacity=5
    )
    offer = snapshot_of(event_id, 10, 0, version=2)
    await shop.catalogue.accept(
        offer.model_copy(update={"ticket_types": [*offer.ticket_types, balcony]})
    )
    await sold_to(shop, event_id, 1)
    lines = (Line(balcony.ticket_type_id, 1),)
    await shop.selling.buy(replace(wanted(event_id, by=buyer(2)), lines=lines))
    desk = desk_of(shop)
    written = await desk.write(writing(event_id, ticket_type_ids=(balcony.ticket_type_id,)))
    await desk.tell_all()
    assert written.ticket_type_ids == [balcony.ticket_type_id]
    assert [each["buyer"]["account_id"] for each in await told(shop)] == [2]
    with pytest.raises(TicketTypeNotFound):
        await desk.write(writing(event_id, ticket_type_ids=(999_999_999,)))


async def test_many_replicas_tell_each_buyer_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOLD_AT_ONCE", 2)
    event_id = await shop.event(price_minor=0)
    await sold_to(shop, event_id, *range(1, 8))
    desk = desk_of(shop)
    await desk.write(writing(event_id))
    while not (await desk.of_event(event_id))[0].finished_at:
        await asyncio.gather(*(desk_of(shop).tell_some() for _ in range(4)))
    accounts = [each["buyer"]["account_id"] for each in await told(shop)]
    assert sorted(accounts) == list(range(1, 8))


async def test_a_crash_between_skips_and_repeats_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOLD_AT_ONCE", 2)
    event_id = await shop.event(price_minor=0)
    await sold_to(shop, event_id, 1, 2, 3)
    desk = desk_of(shop)
    await desk.write(writing(event_id))
    assert await desk.tell_some() == 2

    async def crash(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(rows, "finish", crash)
        with pytest.raises(ConnectionError):
            await desk.tell_some()
    assert len(await told(shop)) == 2
    await desk.tell_all()
    assert [each["buyer"]["account_id"] for each in await told(shop)] == [1, 2, 3]


async def test_the_same_key_gives_the_same_message(shop: Shop) -> None:
    event_id = await shop.event()
    desk = desk_of(shop)
    answers = await asyncio.gather(*(desk.write(writing(event_id, key="k")) for _ in range(10)))
    assert len({each.message_id for each in answers}) == 1
    with pytest.raises(KeyReused):
        await desk.write(writing(event_id, key="k", body="Autre chose."))
    assert len(await desk.of_event(event_id)) == 1


async def test_three_messages_a_day(shop: Shop) -> None:
    event_id = await shop.event()
    desk = desk_of(shop)
    answers = await asyncio.gather(
        *(desk.write(writing(event_id)) for _ in range(6)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, MessagedTooOften)]
    assert len(refused) == 6 - MESSAGES_MAX
    assert refused[0].retry_after_seconds is not None
    assert 86_000 < refused[0].retry_after_seconds <= 86_400
    await desk.write(writing(await shop.event()))
    await shop.rows("UPDATE holder_messages SET created_at = created_at - interval '25 hours'")
    await desk.write(writing(event_id))


async def test_nobody_writes_about_an_unknown_event(shop: Shop) -> None:
    with pytest.raises(EventNotFound):
        await desk_of(shop).write(writing(999_999_999))
