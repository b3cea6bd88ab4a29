"""What events tells becomes what may be sold, in any order and never below what is promised."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from guichet.contracts.messages.events import FeeOffer, RefundRules, TicketTypeOffer
from guichet.contracts.prices import NO_FEE, FeeTerms
from guichet.tickets import domain, problems
from guichet.tickets.catalogue import apply
from guichet.tickets.domain import REFUNDED_IN_FULL, Offer
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository.stock import Connection
from tests.tickets.conftest import Shop, buyer, snapshot_of, wanted


async def test_a_capacity_below_what_is_promised_is_refused_and_changes_nothing(
    shop: Shop,
) -> None:
    event = await shop.event(capacity=10)
    await shop.selling.buy(wanted(event, 3))
    await shop.selling.hold(wanted(event, 2))
    with pytest.raises(problems.CapacityBelowSold) as refused:
        await shop.catalogue.accept(snapshot_of(event, 4, 2500, version=2))
    assert (refused.value.params["sold"], refused.value.params["held"]) == (3, 2)
    assert await shop.one("SELECT capacity FROM stock") == 10
    levels = await shop.catalogue.accept(snapshot_of(event, 5, 2500, version=2))
    assert [level.capacity for level in levels] == [5]
    with pytest.raises(problems.SoldOut):
        await shop.selling.buy(wanted(event))


async def test_an_older_snapshot_changes_nothing(shop: Shop) -> None:
    event = await shop.event(capacity=10, version=5)
    await shop.catalogue.accept(snapshot_of(event, 3, 2500, version=4))
    assert await shop.one("SELECT capacity FROM stock") == 10


async def test_a_message_never_takes_away_what_is_promised(shop: Shop) -> None:
    event = await shop.event(capacity=10)
    await shop.selling.buy(wanted(event, 3))
    async with shop.database.hot.acquire() as connection, connection.transaction():
        await apply(connection, snapshot_of(event, 1, 2500, version=2), is_strict=False)
    assert await shop.one("SELECT capacity FROM stock") == 3


async def test_a_ticket_type_that_is_taken_away_is_not_sold_any_more(shop: Shop) -> None:
    event = await shop.event()
    other = TicketTypeOffer(ticket_type_id=event + 1000, name="Autre", price_minor=1, capacity=1)
    await shop.catalogue.accept(snapshot_of(event, 1, 1, version=2, ticket_types=[other]))
    with pytest.raises(problems.TicketTypeNotFound):
        await shop.selling.buy(wanted(event))


async def test_stock_is_told_once_for_many_sales_with_a_growing_version(shop: Shop) -> None:
    event = await shop.event(capacity=50)
    await shop.catalogue.publish_stock()
    for _ in range(3):
        await shop.selling.buy(wanted(event, payment_method="pm_card_visa"))
    told = await asyncio.gather(*(shop.catalogue.publish_stock() for _ in range(3)))
    assert sum(told) >= 1
    assert await shop.catalogue.publish_stock() == 0
    rows = await shop.rows(
        "SELECT (payload #>> '{events,0,version}')::int AS version,"
        " payload #>> '{events,0,levels,0,sold}' AS sold FROM outbox"
        " WHERE subject = 'tickets.stock.changed' ORDER BY id"
    )
    versions = [row["version"] for row in rows]
    assert versions == sorted(versions)
    assert rows[-1]["sold"] == "3"


async def test_the_stock_of_many_events_is_told_in_one_message(shop: Shop) -> None:
    events = [await shop.event(capacity=50) for _ in range(3)]
    await shop.catalogue.publish_stock()
    for number, event in enumerate(events):
        for _ in range(number):
            await shop.selling.buy(wanted(event, payment_method="pm_card_visa"))
    before = await shop.one("SELECT max(id) FROM outbox")
    assert await shop.catalogue.publish_stock() == 2
    told = await shop.rows("SELECT payload FROM outbox WHERE id > $1", before)
    assert len(told) == 1
    stocks = json.loads(told[0]["payload"])["events"]
    sold = {stock["event_id"]: [level["sold"] for level in stock["levels"]] for stock in stocks}
    assert sold == {events[1]: [1], events[2]: [2]}


async def test_a_crowd_that_comes_for_many_events_has_them_read_together(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [await shop.event() for _ in range(4)]
    readings: list[list[int]] = []
    read_offers = offer_rows.read_offers

    async def noted(connection: Connection, event_ids: Sequence[int]) -> dict[int, Offer]:
        readings.append(sorted(event_ids))
        return await read_offers(connection, event_ids)

    monkeypatch.setattr(offer_rows, "read_offers", noted)
    offers = await asyncio.gather(*(shop.catalogue.offer(event) for event in events * 5))
    assert [offer.event_id for offer in offers] == events * 5
    assert readings == [sorted(events)]


async def test_a_crowd_that_comes_before_the_message_finds_the_offer_once(shop: Shop) -> None:
    event = await shop.event()
    await shop.rows("TRUNCATE offers, stock CASCADE")
    crowd = (shop.selling.buy(wanted(event, by=buyer(n))) for n in range(1, 41))
    answers = await asyncio.gather(*crowd, return_exceptions=True)
    sold = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, problems.SoldOut)]
    assert (len(sold), len(refused)) == (10, 30)
    assert shop.events.asked == [event]


async def test_a_crowd_goes_on_together_once_the_offer_is_read(shop: Shop) -> None:
    event = await shop.event()
    crowd = [asyncio.create_task(shop.catalogue.offer(event)) for _ in range(300)]
    await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
    for _ in range(3):
        # Behind a lock, each turn of the loop would let one more of them go on.
        await asyncio.sleep(0)
    assert [one.done() for one in crowd] == [True] * 300
    assert len({id(one.result()) for one in crowd}) == 1


async def test_who_gives_up_does_not_take_the_offer_from_those_who_wait(shop: Shop) -> None:
    event = await shop.event()
    first = asyncio.create_task(shop.catalogue.offer(event))
    second = asyncio.create_task(shop.catalogue.offer(event))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).event_id == event


async def test_first_offers_from_several_processes_do_not_lock_each_other_out(shop: Shop) -> None:
    event = 900_000

    async def told(version: int) -> None:
        snapshot = snapshot_of(event, 10 + version, 2500, version=version)
        async with shop.database.hot.acquire() as connection, connection.transaction():
            await apply(connection, snapshot, is_strict=False)

    for _ in range(5):
        await asyncio.gather(*(told(version) for version in (3, 1, 2, 3, 2, 1, 3, 3)))
        assert await shop.one("SELECT capacity FROM stock WHERE event_id = $1", event) == 13
        await shop.rows("TRUNCATE offers, stock CASCADE")


async def test_prices_terms_follow_the_event(shop: Shop) -> None:
    event = await shop.event()
    offer = await shop.catalogue.offer(event)
    assert (offer.fee, offer.refund_rules) == (NO_FEE, REFUNDED_IN_FULL)
    fee = FeeOffer(fixed_minor=99, basis_points=250, is_on_top=False, vat_basis_points=550)
    rules = RefundRules(is_allowed=False, until_hours=48, kept_minor=200, keeps_fee=True)
    types = [
        TicketTypeOffer(
            ticket_type_id=event,
            name="Standard",
            price_minor=2500,
            capacity=10,
            vat_basis_points=210,
        )
    ]
    await shop.catalogue.accept(
        snapshot_of(event, 10, 2500, version=2, fee=fee, refund_rules=rules, ticket_types=types)
    )
    offer = await shop.catalogue.offer(event)
    assert offer.fee == FeeTerms(99, 250, is_on_top=False, vat_basis_points=550)
    assert offer.refund_rules == domain.RefundRules(
        is_allowed=False, until_hours=48, kept_minor=200, keeps_fee=True
    )
    assert offer.stock[event].vat_basis_points == 210
