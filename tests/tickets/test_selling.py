"""Buying and holding, as a buyer sees it, against a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.contracts.messages.events import FeeOffer
from guichet.contracts.prices import unit_price
from guichet.kernel.problems import Problem
from guichet.tickets import catalogue, problems
from guichet.tickets.domain import Buyer, OrderState
from guichet.tickets.selling import Wanted
from tests.fakes.payments import DECLINES, Twist
from tests.tickets.conftest import HOLDER, Shop, buyer, snapshot_of, wanted


async def test_a_paid_purchase_captures_once_and_issues_every_ticket(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 2))
    assert bought.order.state is OrderState.ISSUED
    assert len(bought.tickets) == 2
    assert shop.provider.captured_minor(f"order-{bought.order.order_id}") == 5000
    assert await shop.stock(event) == (2, 0)
    assert await shop.one("SELECT status FROM payments") == "completed"
    assert await shop.one("SELECT subject FROM outbox") == "tickets.order.confirmed"


async def test_a_fee_on_top_is_charged_shown_told_and_given_back(shop: Shop) -> None:
    event = await shop.event(price_minor=2500, fee=FeeOffer(fixed_minor=99, basis_points=250))
    bought = await shop.selling.buy(wanted(event, 3))
    assert bought.order.total_minor == 3 * (2500 + 99 + 63)
    key = f"order-{bought.order.order_id}"
    assert shop.provider.captured_minor(key) == bought.order.total_minor
    assert [(t.price_minor, t.fee_on_top_minor) for t in bought.tickets] == [(2500, 162)] * 3
    for ticket in bought.tickets:
        cancelled = await shop.cancelling.cancel_ticket(ticket, HOLDER)
        assert cancelled.refund_minor == 2662
    assert shop.provider.refunded_minor(key) == bought.order.total_minor


async def test_an_absorbed_fee_changes_nothing_for_the_buyer(shop: Shop) -> None:
    fee = FeeOffer(fixed_minor=100, is_on_top=False)
    event = await shop.event(price_minor=2500, fee=fee)
    bought = await shop.selling.buy(wanted(event, 2))
    assert bought.order.total_minor == 5000
    assert [line.unit.fee_minor for line in bought.order.lines] == [100]
    assert [t.fee_on_top_minor for t in bought.tickets] == [0, 0]


async def test_a_change_of_prices_leaves_what_is_held_as_it_was(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    hold = await shop.selling.hold(wanted(event, 2))
    fee = FeeOffer(fixed_minor=500)
    await shop.catalogue.accept(snapshot_of(event, 10, 9900, version=2, fee=fee))
    later = await shop.selling.buy(wanted(event, 1))
    assert later.order.total_minor == 10400
    kept = Wanted(buyer(), None, None, (), hold.hold_id, "pm_card_visa")
    assert (await shop.selling.buy(kept)).order.total_minor == 5000


async def test_what_was_sold_before_there_were_fees_reads_as_its_price_alone(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))
    await shop.rows(
        "UPDATE orders SET lines = (SELECT jsonb_agg(line - 'unit')"
        " FROM jsonb_array_elements(lines) AS line)"
    )
    read = (await shop.selling.read(bought.order.order_id)).order
    assert read.lines[0].unit == unit_price(2500)


async def test_a_free_purchase_asks_no_provider(shop: Shop) -> None:
    event = await shop.event(price_minor=0)
    bought = await shop.selling.buy(wanted(event, 2, payment_method=None))
    assert len(bought.tickets) == 2
    assert shop.provider.calls == []
    assert await shop.stock(event) == (2, 0)


async def test_a_declined_card_takes_nothing_and_gives_the_places_back(shop: Shop) -> None:
    event = await shop.event()
    with pytest.raises(problems.PaymentDeclined):
        await shop.selling.buy(wanted(event, 2, payment_method="pm_card_visa_chargeDeclined"))
    assert await shop.stock(event) == (0, 0)
    assert await shop.one("SELECT quantity FROM allotments") == 0
    assert await shop.one("SELECT state FROM orders") == "failed"


async def test_a_declined_card_keeps_the_hold_for_another_try(shop: Shop) -> None:
    event = await shop.event(capacity=1)
    hold = await shop.selling.hold(wanted(event))
    with pytest.raises(problems.PaymentDeclined):
        await shop.selling.buy(_from(hold.hold_id, "pm_card_visa_chargeDeclined"))
    assert await shop.stock(event) == (0, 1)
    bought = await shop.selling.buy(_from(hold.hold_id, "pm_card_visa"))
    assert len(bought.tickets) == 1
    assert await shop.stock(event) == (1, 0)


async def test_a_hold_serves_one_order_only(shop: Shop) -> None:
    event = await shop.event()
    hold = await shop.selling.hold(wanted(event, 2))
    answers = await asyncio.gather(
        *(shop.selling.buy(_from(hold.hold_id, "pm_card_visa")) for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, problems.HoldGone) for answer in answers) == 4
    assert await shop.stock(event) == (2, 0)


async def test_300_buyers_of_100_tickets_get_exactly_100(shop: Shop) -> None:
    event = await shop.event(capacity=100)
    answers = await asyncio.gather(
        *(shop.selling.buy(wanted(event, by=buyer(n))) for n in range(1, 301)),
        return_exceptions=True,
    )
    sold_out = [answer for answer in answers if isinstance(answer, problems.SoldOut)]
    assert len(sold_out) == 200
    assert await shop.stock(event) == (100, 0)
    assert await shop.one("SELECT count(*) FROM tickets") == 100


async def test_the_same_key_gives_the_same_order_also_in_parallel(shop: Shop) -> None:
    event = await shop.event()
    answers = await asyncio.gather(
        *(shop.selling.buy(wanted(event, 2, key="key-1")) for _ in range(20))
    )
    assert {answer.order.order_id for answer in answers} == {answers[0].order.order_id}
    assert await shop.one("SELECT count(*) FROM orders") == 1
    assert shop.provider.captures.total() == 1


@pytest.mark.parametrize("other", ["body", "buyer"])
async def test_a_key_with_another_body_or_buyer_is_refused(shop: Shop, other: str) -> None:
    event = await shop.event()
    await shop.selling.buy(wanted(event, 1, key="key-1"))
    by = buyer(2) if other == "buyer" else buyer()
    with pytest.raises(problems.KeyReused):
        await shop.selling.buy(wanted(event, 2 if other == "body" else 1, by=by, key="key-1"))
    assert await shop.stock(event) == (1, 0)


async def test_a_refusal_is_repeated_under_its_key(shop: Shop) -> None:
    event = await shop.event(capacity=1)
    await shop.selling.buy(wanted(event))
    for _ in range(2):
        with pytest.raises(problems.SoldOut):
            await shop.selling.buy(wanted(event, by=buyer(2), key="key-2"))


async def test_limits_hold_in_parallel(shop: Shop) -> None:
    event = await shop.event(capacity=100, per_account_max=4, per_order_max=3)
    with pytest.raises(problems.PerOrderLimit):
        await shop.selling.buy(wanted(event, 4))
    answers = await asyncio.gather(
        *(shop.selling.buy(wanted(event)) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(answer, problems.PerAccountLimit) for answer in answers) == 8
    assert await shop.stock(event) == (4, 0)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"status": "draft"}, problems.EventNotFound),
        ({"status": "cancelled"}, problems.EventCancelled),
        ({"starts_at": datetime.now(UTC) - timedelta(days=2)}, problems.EventOver),
        ({"sale_opens_at": datetime.now(UTC) + timedelta(days=1)}, problems.NotOnSaleYet),
        ({"sale_closes_at": datetime.now(UTC) - timedelta(days=1)}, problems.SaleClosed),
    ],
)
async def test_what_is_not_for_sale_is_refused(
    shop: Shop, fields: dict[str, Any], problem: type[Problem]
) -> None:
    event = await shop.event(**fields)
    with pytest.raises(problem):
        await shop.selling.buy(wanted(event))
    assert await shop.stock(event) == (0, 0)


async def test_an_event_just_published_is_asked_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "CARD_SECONDS", 600)
    shop.events.snapshots[900] = snapshot_of(900, 5, 1000)
    bought = await shop.selling.buy(wanted(900))
    assert len(bought.tickets) == 1
    with pytest.raises(problems.EventNotFound):
        await shop.selling.buy(wanted(901))
    with pytest.raises(problems.EventNotFound):
        await shop.selling.buy(wanted(901))
    assert shop.events.asked.count(901) == 1


async def test_an_unknown_outcome_is_found_out_and_charged_once(shop: Shop) -> None:
    event = await shop.event()
    shop.provider.script("charge", Twist.LOSE_AFTER)
    bought = await shop.selling.buy(wanted(event))
    assert bought.order.state is OrderState.PAYING
    assert await shop.stock(event) == (0, 1)
    await _until_settled(shop, bought.order.order_id)
    assert (await shop.selling.read(bought.order.order_id)).order.state is OrderState.ISSUED
    assert shop.provider.captures.total() == 1
    assert await shop.stock(event) == (1, 0)


async def test_an_order_waits_for_its_buyer_and_ends_either_way(shop: Shop) -> None:
    event = await shop.event()
    for passed in (True, False):
        asked = wanted(event, payment_method="pm_card_authenticationRequired")
        bought = await shop.selling.buy(asked)
        payment = bought.order.payment
        assert payment is not None and payment.next_action is not None
        assert payment.intent_id is not None
        shop.provider.finish_at_bank(payment.intent_id, passed=passed)
        await _until_settled(shop, bought.order.order_id)
        ended = (await shop.selling.read(bought.order.order_id)).order
        assert ended.state is (OrderState.ISSUED if passed else OrderState.FAILED)
    assert await shop.stock(event) == (1, 0)


async def test_an_unnamed_hold_becomes_the_order_of_a_guest(shop: Shop) -> None:
    event = await shop.event()
    nobody = Buyer(None, "", "", "fr")
    hold = await shop.selling.hold(wanted(event, 2, by=nobody))
    guest = Buyer(None, "Invité", "invite@example.com", "fr")
    bought = await shop.selling.buy(_from(hold.hold_id, "pm_card_visa", guest))
    assert bought.order.buyer.email == "invite@example.com"
    assert await shop.one("SELECT quantity FROM allotments WHERE buyer = $1", guest.key) == 2


async def test_an_account_hold_is_its_own(shop: Shop) -> None:
    event = await shop.event()
    hold = await shop.selling.hold(wanted(event, by=buyer(1)))
    with pytest.raises(problems.HoldGone):
        await shop.selling.buy(_from(hold.hold_id, "pm_card_visa", buyer(2)))
    with pytest.raises(problems.HoldGone):
        await shop.holding.release(hold.hold_id, 2)
    assert await shop.stock(event) == (0, 1)


async def test_one_bad_request_does_not_spoil_its_batch(shop: Shop) -> None:
    event = await shop.event(price_minor=0)
    poison = Buyer(None, "name with a \x00 byte", "guest@example.com", "fr")
    answers = await asyncio.gather(
        *(shop.selling.buy(wanted(event, by=buyer(n))) for n in range(1, 4)),
        shop.selling.buy(wanted(event, by=poison)),
        *(shop.selling.buy(wanted(event, by=buyer(n))) for n in range(4, 7)),
        return_exceptions=True,
    )
    assert [isinstance(answer, Exception) for answer in answers] == [False] * 3 + [True] + [
        False
    ] * 3
    assert await shop.stock(event) == (6, 0)


async def test_holds_are_capped_for_each_buyer(shop: Shop) -> None:
    event = await shop.event(capacity=100)
    for _ in range(5):
        await shop.selling.hold(wanted(event))
    with pytest.raises(problems.TooManyHolds):
        await shop.selling.hold(wanted(event))


async def _until_settled(shop: Shop, order_id: int) -> None:
    """Run what the saga worker runs, as if the time to try again had come."""
    for _ in range(20):
        async with shop.database.hot.acquire() as connection:
            await connection.execute("UPDATE orders SET run_at = now(), leased_until = NULL")
        for order in await shop.orders.claim_due(10):
            await shop.purchase.run(order)
        if (await shop.selling.read(order_id)).order.step is None:
            return
    raise AssertionError("the order did not settle")


def _from(hold_id: int, method: str, by: Buyer | None = None) -> Wanted:
    return Wanted(
        buyer=by or buyer(),
        event_id=None,
        quantity=None,
        lines=(),
        hold_id=hold_id,
        payment_method=method,
    )


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("insufficient_funds", problems.InsufficientFunds),
        ("amount_too_small", problems.AmountTooSmall),
        ("do_not_honor", problems.PaymentDeclined),
    ],
)
async def test_a_buyer_is_told_why_nothing_was_taken(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, word: str, problem: type[Problem]
) -> None:
    monkeypatch.setitem(DECLINES, "pm_declined", word)
    event = await shop.event(capacity=1)
    with pytest.raises(problems.PaymentDeclined) as refused:
        await shop.selling.buy(wanted(event, payment_method="pm_declined"))
    assert type(refused.value) is problem
    assert await shop.stock(event) == (0, 0)
