"""The overview adds up what was sold, to whom it concerns, by the days of a zone."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guichet.kernel.clock import now
from guichet.kernel.problems import Forbidden
from guichet.tickets import overview as overviews
from guichet.tickets.overview import Overview, Overviews, overview
from guichet.tickets.repository.overview import SoldOnDay
from tests.tickets.conftest import HOLDER, Shop, wanted
from tests.tickets.people import ADMIN, CREATOR, OPERATOR, OTHER_CREATOR, USER

PARIS = ZoneInfo("Europe/Paris")


async def move_to(shop: Shop, ticket_id: int, at: datetime) -> None:
    await shop.rows("UPDATE tickets SET created_at = $2 WHERE ticket_id = $1", ticket_id, at)


@pytest.mark.usefixtures("at_noon")
async def test_an_organiser_sees_own_sales_and_an_administrator_all(shop: Shop) -> None:
    mine = await shop.event(price_minor=2500)
    theirs = await shop.event(price_minor=1000, creator_id=33, currency="CHF")
    await shop.selling.buy(wanted(mine, 2))
    await shop.selling.buy(wanted(theirs, 1))
    own = await overview(shop.database, CREATOR, "Europe/Paris")
    assert [(each.currency, each.tickets, each.revenue_minor) for each in own.last(1)] == [
        ("EUR", 2, 5000)
    ]
    assert (own.orders, own.events_ahead) == ({"issued": 1}, 1)
    every = await overview(shop.database, ADMIN, "Europe/Paris")
    assert [(each.currency, each.revenue_minor) for each in every.last(30)] == [
        ("CHF", 1000),
        ("EUR", 5000),
    ]
    assert (every.orders, every.events_ahead) == ({"issued": 2}, 2)
    other = await overview(shop.database, OTHER_CREATOR, "Europe/Paris")
    assert [each.currency for each in other.days] == ["CHF"]


@pytest.mark.parametrize("who", [USER, OPERATOR])
async def test_who_runs_no_events_sees_nothing(shop: Shop, who: object) -> None:
    with pytest.raises(Forbidden):
        await overview(shop.database, who, "Europe/Paris")  # pyright: ignore[reportArgumentType] - one of both


@pytest.mark.usefixtures("at_noon")
async def test_a_day_is_one_of_the_zone(shop: Shop) -> None:
    event_id = await shop.event(price_minor=100)
    (ticket,) = (await shop.selling.buy(wanted(event_id))).tickets
    yesterday = now().astimezone(PARIS).date() - timedelta(days=1)
    late = datetime(yesterday.year, yesterday.month, yesterday.day, 23, 30, tzinfo=PARIS)
    await move_to(shop, ticket.ticket_id, late)
    found = await overview(shop.database, ADMIN, "Europe/Paris")
    assert [each.day for each in found.days] == [yesterday]
    assert found.last(1) == []
    assert found.last(2)[0].tickets == 1
    in_tokyo = await overview(shop.database, ADMIN, "Asia/Tokyo")
    assert in_tokyo.days[0].day == late.astimezone(ZoneInfo("Asia/Tokyo")).date() > yesterday


async def test_what_is_older_or_cancelled_is_left_out(shop: Shop) -> None:
    event_id = await shop.event(price_minor=100)
    old, gone, kept = (await shop.selling.buy(wanted(event_id, 3))).tickets
    await move_to(shop, old.ticket_id, now() - timedelta(days=40))
    await shop.cancelling.cancel_ticket(gone, HOLDER)
    found = await overview(shop.database, ADMIN, "UTC")
    assert sum(each.tickets for each in found.days) == 1
    assert kept.ticket_id


async def test_what_is_open_is_counted(shop: Shop) -> None:
    event_id = await shop.event(price_minor=2500)
    order = (await shop.selling.buy(wanted(event_id, 2))).order
    await shop.rows("UPDATE orders SET needs_attention = true")
    await shop.rows(
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at)"
        " VALUES ($1, 700, 'holder', now()), ($1, 300, 'holder', now())",
        order.order_id,
    )
    found = await overview(shop.database, CREATOR, "UTC")
    assert found.needs_attention == 1
    assert found.refunds_pending == [("EUR", 2, 1000)]
    other = await overview(shop.database, OTHER_CREATOR, "UTC")
    assert (other.needs_attention, other.refunds_pending) == (0, [])


def test_periods_end_today() -> None:
    today = datetime(2027, 6, 15, tzinfo=UTC).date()
    days = [SoldOnDay(today - timedelta(days=n), "EUR", 1, 10) for n in (29, 7, 6, 0)]
    found = Overview(today, days, {}, [], 0, 0, now())
    assert [found.last(n)[0].tickets for n in (1, 7, 8, 30)] == [1, 2, 3, 4]
    assert found.last(30)[0].revenue_minor == 40


async def test_what_is_counted_at_once_is_never_kept(shop: Shop) -> None:
    of_all = Overviews(shop.database, at_once_seconds=60)
    assert (await of_all.of(ADMIN, "UTC")).orders == {}
    await shop.selling.buy(wanted(await shop.event()))
    assert (await of_all.of(ADMIN, "UTC")).orders == {"issued": 1}


async def test_what_takes_long_is_counted_once_for_all_and_kept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "COUNTING_SHARE_MAX", 1e-6)
    of_all = Overviews(shop.database, at_once_seconds=0)
    first, same = await asyncio.gather(of_all.of(ADMIN, "UTC"), of_all.of(ADMIN, "UTC"))
    assert same is first
    await shop.selling.buy(wanted(await shop.event()))
    assert await of_all.of(ADMIN, "UTC") is first
    assert (await of_all.of(CREATOR, "UTC")).orders == {"issued": 1}, "each sees their own"
    with pytest.raises(Forbidden):
        await of_all.of(USER, "UTC")


async def test_the_last_overview_is_shown_while_it_is_counted_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 0.0, 1.0, 30.0, 30.0, 31.0])
    monkeypatch.setattr(overviews, "monotonic", lambda: next(times, 32.0))
    of_all = Overviews(shop.database, at_once_seconds=0)
    first = await of_all.of(ADMIN, "UTC")
    await shop.selling.buy(wanted(await shop.event()))
    assert await of_all.of(ADMIN, "UTC") is first
    newer = first
    for _ in range(1_000):
        if (newer := await of_all.of(ADMIN, "UTC")) is not first:
            break
        await asyncio.sleep(0.02)
    assert newer.orders == {"issued": 1}
