"""A hold ends once: given back, swept up, or bought."""

import asyncio
from datetime import timedelta

import pytest

from guichet.kernel.clock import now
from guichet.tickets import problems
from guichet.tickets.domain import HOLDS_PER_ADDRESS_MAX, Buyer
from tests.tickets.conftest import ADMINISTRATOR, Shop, buyer, wanted


async def overdue(shop: Shop) -> None:
    async with shop.database.hot.acquire() as connection:
        await connection.execute("UPDATE holds SET expires_at = now() - interval '1 second'")


async def test_giving_back_twice_returns_the_places_once(shop: Shop) -> None:
    event = await shop.event()
    first = await shop.selling.hold(wanted(event, 2))
    await shop.selling.hold(wanted(event, 3))
    await asyncio.gather(*(shop.holding.release(first.hold_id, 1) for _ in range(5)))
    assert await shop.stock(event) == (0, 3)
    assert await shop.one("SELECT quantity FROM allotments") == 3


async def test_many_give_back_at_once_and_each_only_their_own(shop: Shop) -> None:
    event = await shop.event(capacity=50)
    holds = [await shop.selling.hold(wanted(event, by=buyer(n))) for n in range(1, 9)]
    answers = await asyncio.gather(
        *(shop.holding.release(hold.hold_id, n) for n, hold in enumerate(holds[:6], start=1)),
        shop.holding.release(holds[6].hold_id, 1),
        shop.holding.release(999, 1),
        return_exceptions=True,
    )
    assert [getattr(answer, "state", type(answer)) for answer in answers] == [
        *["released"] * 6,
        problems.HoldGone,
        problems.HoldGone,
    ]
    sold, held = await shop.stock(event)
    assert (sold, held) == (0, sum(line.quantity for hold in holds[6:] for line in hold.lines))


async def test_the_sweeper_frees_what_is_overdue_and_nothing_else(shop: Shop) -> None:
    event = await shop.event()
    await shop.selling.hold(wanted(event, 2))
    await overdue(shop)
    await shop.selling.hold(wanted(event, 1, by=buyer(2)))
    swept = await asyncio.gather(*(shop.holding.sweep() for _ in range(3)))
    assert sum(swept) == 1
    assert await shop.stock(event) == (0, 1)


async def test_whose_a_hold_was_is_forgotten_a_day_after_its_end(shop: Shop) -> None:
    event = await shop.event()
    guest = Buyer(None, "Invité", "invite@example.com", "fr")
    swept = await shop.selling.hold(wanted(event, by=guest))
    bought = await shop.selling.hold(wanted(event, by=guest))
    kept = await shop.selling.buy(wanted(event, by=guest, hold_id=bought.hold_id))
    fresh = await shop.selling.hold(wanted(event, by=guest))
    await shop.rows(
        "UPDATE holds SET expires_at = now() - interval '25 hours' WHERE hold_id = ANY($1)",
        [swept.hold_id, bought.hold_id],
    )
    await shop.holding.sweep()
    assert await shop.holding.forget() == 2
    assert await shop.holding.forget() == 0
    named = await shop.rows("SELECT hold_id FROM holds WHERE holds::text LIKE '%invite@%'")
    assert [row["hold_id"] for row in named] == [fresh.hold_id]
    assert (await shop.selling.read(kept.order.order_id)).order.buyer == guest
    assert await shop.one("SELECT sum(quantity) FROM allotments") == 2
    await shop.holding.release(fresh.hold_id, None)
    await shop.cancelling.cancel_ticket(kept.tickets[0], ADMINISTRATOR)
    await shop.holding.forget()
    assert await shop.one("SELECT count(*) FROM allotments") == 0


async def test_a_hold_that_cannot_end_keeps_no_other(shop: Shop) -> None:
    event = await shop.event()
    stuck = await shop.selling.hold(wanted(event, 2))
    await overdue(shop)
    await shop.selling.hold(wanted(event, 1, by=buyer(2)))
    await overdue(shop)
    # Its places would fall below nothing: the database refuses that.
    await shop.rows("UPDATE allotments SET quantity = 0 WHERE buyer = 'account:1'")
    assert await shop.holding.sweep() == 1
    active = await shop.rows("SELECT hold_id FROM holds WHERE state = 'active'")
    assert [row["hold_id"] for row in active] == [stuck.hold_id]


async def test_an_overdue_hold_cannot_be_bought_even_before_the_sweeper(shop: Shop) -> None:
    event = await shop.event()
    hold = await shop.selling.hold(wanted(event))
    await overdue(shop)
    request = wanted(event, hold_id=hold.hold_id)
    with pytest.raises(problems.HoldGone):
        await shop.selling.buy(request)


async def test_an_overdue_hold_cannot_be_extended_even_before_the_sweeper(shop: Shop) -> None:
    hold = await shop.selling.hold(wanted(await shop.event()))
    await overdue(shop)
    with pytest.raises(problems.HoldGone):
        await shop.holding.extend(hold.hold_id, 1)


async def test_holds_are_capped_for_each_address_whoever_asks(shop: Shop) -> None:
    event = await shop.event(capacity=HOLDS_PER_ADDRESS_MAX + 10)

    async def hold(number: int, address: str = "192.0.2.9") -> bool:
        try:
            await shop.selling.hold(wanted(event, by=buyer(number), client_address=address))
        except problems.TooManyHolds:
            return False
        return True

    answers = await asyncio.gather(*(hold(n) for n in range(1, HOLDS_PER_ADDRESS_MAX + 6)))
    assert sum(answers) == HOLDS_PER_ADDRESS_MAX
    assert not await hold(999)
    assert await hold(999, "192.0.2.10")


async def test_sweeping_and_buying_at_once_leaves_one_of_them(shop: Shop) -> None:
    event = await shop.event(capacity=20)
    holds = [await shop.selling.hold(wanted(event, by=buyer(n))) for n in range(1, 11)]

    async def buy(number: int) -> object:
        return await shop.selling.buy(
            wanted(event, by=buyer(number), hold_id=holds[number - 1].hold_id)
        )

    async def sweep() -> object:
        await overdue(shop)
        return await shop.holding.sweep()

    await asyncio.gather(*(buy(n) for n in range(1, 11)), sweep(), return_exceptions=True)
    await shop.holding.sweep()
    sold, held = await shop.stock(event)
    assert held == 0
    assert sold == await shop.one("SELECT count(*) FROM tickets")


async def test_a_hold_is_extended_once_by_its_own_buyer(shop: Shop) -> None:
    event = await shop.event()
    hold = await shop.selling.hold(wanted(event))
    async with shop.database.hot.acquire() as connection:
        await connection.execute("UPDATE holds SET expires_at = now() + interval '1 minute'")
    extended = await shop.holding.extend(hold.hold_id, 1)
    assert extended.expires_at > now() + timedelta(minutes=9)
    again = await shop.holding.extend(hold.hold_id, 1)
    assert again.expires_at == extended.expires_at
    with pytest.raises(problems.HoldGone):
        await shop.holding.extend(hold.hold_id, 2)


async def test_whoever_knows_an_unnamed_hold_may_give_it_back(shop: Shop) -> None:
    event = await shop.event()
    hold = await shop.selling.hold(wanted(event, by=Buyer(None, "", "", "fr")))
    assert (await shop.holding.release(hold.hold_id, None)).state == "released"
    assert await shop.stock(event) == (0, 0)


async def test_a_hold_that_was_never_made_is_gone(shop: Shop) -> None:
    with pytest.raises(problems.HoldGone):
        await shop.holding.release(12345, 1)
