"""A refund that the bank returns is taken in once, owed, and tried again or paid otherwise."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from guichet.tickets.domain import Order
from guichet.tickets.giving_back import Right
from guichet.tickets.order_attention import resolve_attention
from guichet.tickets.payments import MovementKind, RefundOutcome, WebhookEvent
from guichet.tickets.problems import KeyReused, OrderNotFound
from guichet.tickets.refund_problems import (
    GoodwillTooMuch,
    RefundNotFound,
    RefundNotReturned,
    RefundStillOwed,
)
from guichet.tickets.repository import webhooks as webhook_rows
from guichet.tickets.repository.refund_keys import RefundKey
from tests.fakes.payments import Twist
from tests.tickets.conftest import ADMINISTRATOR, Shop, wanted
from tests.tickets.money_checks import balances, contradictions, documents_minor

BY_ADMIN = Right("administrator", is_bound=False, account_id=90)
EXPIRED = "expired_or_canceled_card"


def key(name: str = "k") -> RefundKey:
    return RefundKey(name, "account:90", "retry")


async def given_back(shop: Shop) -> tuple[Order, str]:
    """Return an order of two taxed tickets, one of them given back, and the provider's refund."""
    event = await shop.event(
        fee=FeeOffer(fixed_minor=120),
        ticket_types=[
            TicketTypeOffer(
                ticket_type_id=5000 + len(shop.events.snapshots),
                name="A",
                price_minor=2500,
                capacity=10,
                vat_basis_points=550,
            )
        ],
    )
    kind = shop.events.snapshots[event].ticket_types[0].ticket_type_id
    request = wanted(event, 2)
    request = type(request)(
        buyer=request.buyer,
        event_id=event,
        quantity=None,
        lines=(type(request.lines[0])(kind, 2),),
        payment_method="pm_card_visa",
    )
    bought = await shop.selling.buy(request)
    await shop.cancelling.cancel_ticket(bought.tickets[0], ADMINISTRATOR)
    provider_id = await shop.one("SELECT provider_refund_id FROM refunds")
    return bought.order, provider_id


def intent_of(order: Order) -> str:
    assert order.payment is not None and order.payment.intent_id is not None
    return order.payment.intent_id


async def refunds(shop: Shop) -> list[Any]:
    return await shop.rows("SELECT * FROM refunds ORDER BY refund_id")


async def shown(shop: Shop, order: Order) -> tuple[bool, str | None]:
    [row] = await shop.rows("SELECT * FROM orders WHERE order_id = $1", order.order_id)
    return row["needs_attention"], row["attention_reason"]


async def told(shop: Shop) -> list[Any]:
    return await shop.rows("SELECT * FROM outbox WHERE subject = 'tickets.refund.failed'")


async def message(shop: Shop, number: int, order: Order, kind: str) -> None:
    """Store a message of the provider about the order's refunds, and handle it."""
    at = datetime.now(UTC)
    event = WebhookEvent(f"evt_{number}", kind, at, intent_of(order), "re_x", None, live=False)
    async with shop.database.hot.acquire() as connection:
        await webhook_rows.insert_messages(connection, [event])
    await shop.inbox.handle_due()


async def test_it_comes_back_once_and_is_owed(shop: Shop) -> None:
    order, provider_id = await given_back(shop)
    before = await balances(shop)
    await shop.invoicing.number_due()
    shop.provider.return_refund(provider_id, EXPIRED)
    assert [await shop.changes.look_at_refunds(intent_of(order)) for _ in range(3)] == [1, 0, 0]
    [refund] = await refunds(shop)
    assert (refund["status"], refund["failure_reason"]) == ("failed", EXPIRED)
    [payment] = await shop.rows("SELECT * FROM payments")
    assert (payment["refunded_minor"], payment["refunded_at"]) == (0, None)
    assert payment["status"] == "completed"
    after = await balances(shop)
    assert after.pop("returned_refunds") == -2620
    assert after.pop("provider") == before.pop("provider") + 2620
    assert after == before, "neither the organiser nor a VAT account moves"
    assert await shown(shop, order) == (True, "refund_failed")
    assert len(await told(shop)) == 1
    assert await documents_minor(shop) == 2620, "the credit note stands"
    assert await contradictions(shop) == []


async def test_one_that_comes_back_before_its_answer_was_stored_is_looked_at_again(
    shop: Shop,
) -> None:
    """The process that asked for it stands still in between."""
    order, provider_id = await given_back(shop)
    answered = await shop.rows("SELECT * FROM refunds")
    await shop.rows(
        "UPDATE refunds SET status = 'pending', leased_until = now() + interval '30 seconds',"
        " provider_refund_id = NULL"
    )
    shop.provider.return_refund(provider_id, EXPIRED)
    await message(shop, 1, order, "refund.failed")
    assert await shop.one("SELECT state FROM webhook_events") == "waiting"
    await shop.rows(
        "UPDATE refunds SET status = 'completed', leased_until = NULL, provider_refund_id = $1",
        answered[0]["provider_refund_id"],
    )
    await shop.rows("UPDATE webhook_events SET run_at = now()")
    await shop.inbox.handle_due()
    [refund] = await refunds(shop)
    assert (refund["status"], refund["failure_reason"]) == ("failed", EXPIRED)
    assert await shop.one("SELECT state FROM webhook_events") == "done"


@pytest.mark.parametrize("kind", ["refund.failed", "refund.updated", "charge.refund.updated"])
async def test_fifty_messages_at_once_enter_it_once(shop: Shop, kind: str) -> None:
    order, provider_id = await given_back(shop)
    shop.provider.return_refund(provider_id, EXPIRED)
    for number in range(25):
        await message(shop, number, order, kind)
    await asyncio.gather(*(message(shop, number, order, kind) for number in range(25, 50)))
    assert await shop.one("SELECT count(*) FROM ledger_transfers WHERE kind = 'refund_failed'") == 1
    assert len(await told(shop)) == 1
    assert await contradictions(shop) == []


@pytest.mark.parametrize("is_first", [True, False])
async def test_reconciliation_and_a_message_in_any_order(shop: Shop, is_first: bool) -> None:
    order, provider_id = await given_back(shop)
    shop.provider.return_refund(provider_id, EXPIRED)
    if not is_first:
        await message(shop, 1, order, "refund.failed")
    for _ in range(2):
        report = await shop.reconciliation.compare()
        assert report is not None
        assert [day.difference_minor for day in report.days] == [0]
    if is_first:
        await message(shop, 1, order, "refund.failed")
    assert await shop.one("SELECT count(*) FROM ledger_transfers WHERE kind = 'refund_failed'") == 1
    assert not await shop.rows("SELECT 1 FROM ledger_transfers WHERE kind = 'adjustment'")
    assert await shown(shop, order) == (True, "refund_failed")
    assert len(await told(shop)) == 1
    assert await contradictions(shop) == []


async def test_what_an_adjustment_entered_is_not_entered_again(shop: Shop) -> None:
    order, provider_id = await given_back(shop)
    shop.provider.return_refund(provider_id, EXPIRED)
    moved = shop.provider.books.move(MovementKind.REFUND_FAILURE, 2620, 0, provider_id)
    async with shop.database.hot.acquire() as connection:
        await connection.execute(
            "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
            " amount_minor, currency, order_id, provider_reference, occurred_at)"
            " VALUES ($1, 'adjustment', 'provider', 'returned_refunds', 2620, 'EUR', $2, $3,"
            " now())",
            f"adjustment-{moved.transaction_id}",
            order.order_id,
            moved.transaction_id,
        )
        await connection.execute(
            "INSERT INTO provider_movements (transaction_id, kind, amount_minor, fee_minor,"
            " currency, created_at, source_id, ledger_reference)"
            " VALUES ($1, 'refund_failure', 2620, 0, 'EUR', now(), $2, $3)",
            moved.transaction_id,
            provider_id,
            f"adjustment-{moved.transaction_id}",
        )
    assert await shop.changes.look_at_refunds(intent_of(order)) == 1
    assert (await balances(shop))["returned_refunds"] == -2620
    assert await contradictions(shop) == []


async def test_a_message_before_our_own_answer_leads_to_another_try(shop: Shop) -> None:
    """The refund had failed before we knew that it had been made: it is simply made again."""
    order = (await shop.selling.buy(wanted(await shop.event(), 1))).order
    shop.provider.script("refund", Twist.LOSE_AFTER)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    [seen] = shop.provider.books.refunds[intent_of(order)]
    shop.provider.return_refund(seen.refund_id, EXPIRED)
    await message(shop, 1, order, "refund.failed")
    await shop.refunds.carry_out_due()
    await shop.rows("UPDATE refunds SET run_at = now() RETURNING 1")
    await shop.refunds.carry_out_due()
    [refund] = await refunds(shop)
    assert (refund["status"], refund["refusals"]) == ("completed", 1)
    assert await told(shop) == []
    assert await shop.one("SELECT refunded_minor FROM payments") == 2500


async def returned(shop: Shop) -> Order:
    """Return an order of which a refund came back."""
    order, provider_id = await given_back(shop)
    shop.provider.return_refund(provider_id, EXPIRED)
    await shop.changes.look_at_refunds(intent_of(order))
    return order


async def test_a_retry_succeeds(shop: Shop) -> None:
    order = await returned(shop)
    refund_id = await shop.returned_refunds.retry(order.order_id, 1, BY_ADMIN, key())
    assert await shop.returned_refunds.retry(order.order_id, 1, BY_ADMIN, key()) == refund_id
    first, second = await refunds(shop)
    assert (first["status"], first["is_retried"], first["needs_attention"]) == (
        "failed",
        True,
        False,
    )
    assert (second["refund_id"], second["status"]) == (refund_id, "completed")
    assert (second["retry_of"], second["requested_by"]) == (1, 90)
    assert second["provider_refund_id"] != first["provider_refund_id"]
    assert await shop.one("SELECT refunded_minor FROM payments") == 2620
    assert "returned_refunds" not in await balances(shop)
    assert await shown(shop, order) == (False, None)
    assert await shop.one("SELECT refund_id FROM tickets WHERE status = 'cancelled'") == refund_id
    assert await contradictions(shop) == []
    assert await shop.one("SELECT count(*) FROM documents WHERE kind = 'credit_note'") == 1
    report = await shop.reconciliation.compare()
    assert report is not None and report.found == []


async def test_a_retry_fails_again_and_again(shop: Shop) -> None:
    order = await returned(shop)
    for number in (2, 3):
        await shop.returned_refunds.retry(order.order_id, number - 1, BY_ADMIN, key(f"k{number}"))
        latest = (await refunds(shop))[-1]
        shop.provider.return_refund(latest["provider_refund_id"], "lost_or_stolen_card")
        await shop.reconciliation.compare()
        assert await shown(shop, order) == (True, "refund_failed")
        assert len(await told(shop)) == number
        assert await contradictions(shop) == []
    assert [refund["is_retried"] for refund in await refunds(shop)] == [True, True, False]
    assert (await balances(shop))["returned_refunds"] == -2620


async def test_a_retry_that_the_provider_refuses_is_tried_on(shop: Shop) -> None:
    order = await returned(shop)
    shop.provider.script("refund", Twist.DECLINE)
    await shop.returned_refunds.retry(order.order_id, 1, BY_ADMIN, key())
    assert [refund["status"] for refund in await refunds(shop)] == ["failed", "pending"]
    await shop.rows("UPDATE refunds SET run_at = now() WHERE status = 'pending' RETURNING 1")
    await shop.refunds.carry_out_due()
    assert [refund["status"] for refund in await refunds(shop)] == ["failed", "completed"]
    assert await contradictions(shop) == []


async def test_paid_by_other_means(shop: Shop) -> None:
    order = await returned(shop)
    await shop.returned_refunds.settle(order.order_id, 1, BY_ADMIN, "Virement du 3 mai")
    [refund] = await refunds(shop)
    assert (refund["status"], refund["settled_by"]) == ("settled", 90)
    assert refund["settled_note"] == "Virement du 3 mai"
    accounts = await balances(shop)
    assert "returned_refunds" not in accounts
    assert accounts["other_means"] == -2620
    assert await shown(shop, order) == (False, None)
    assert await shop.one("SELECT refunded_minor FROM payments") == 0, "as at the provider"
    assert await contradictions(shop) == []
    assert await documents_minor(shop) == 2620
    [entry] = await shop.rows("SELECT * FROM audit_entries WHERE action = 'tickets.refund.settled'")
    assert entry["reason"] == "Virement du 3 mai"


async def test_what_is_owed_is_left_for_nothing_else(shop: Shop) -> None:
    order = await returned(shop)
    with pytest.raises(GoodwillTooMuch):
        await shop.goodwill.grant(order.order_id, 2621, "x", BY_ADMIN, RefundKey("g", "a", "f"))
    await shop.goodwill.grant(order.order_id, 2620, "x", BY_ADMIN, RefundKey("h", "a", "f"))
    await shop.returned_refunds.retry(order.order_id, 1, BY_ADMIN, key())
    assert await shop.one("SELECT refunded_minor FROM payments") == 5240
    assert await shop.one("SELECT status FROM payments") == "refunded"
    assert await contradictions(shop) == []


async def test_refusals(shop: Shop) -> None:
    order, provider_id = await given_back(shop)
    act = shop.returned_refunds
    for nothing in (
        act.retry(order.order_id, 1, BY_ADMIN, key("a")),
        act.settle(order.order_id, 1, BY_ADMIN, "x"),
    ):
        with pytest.raises(RefundNotReturned):
            await nothing
    with pytest.raises(RefundNotFound):
        await act.retry(order.order_id, 99, BY_ADMIN, key("b"))
    with pytest.raises(OrderNotFound):
        await act.settle(10**6, 1, BY_ADMIN, "x")
    shop.provider.return_refund(provider_id, EXPIRED)
    await shop.changes.look_at_refunds(intent_of(order))
    with pytest.raises(RefundStillOwed):
        await resolve_attention(shop.database, order.order_id, "vu")
    await act.retry(order.order_id, 1, BY_ADMIN, key("c"))
    with pytest.raises(KeyReused):
        await act.retry(order.order_id, 2, BY_ADMIN, RefundKey("c", "account:90", "other"))
    with pytest.raises(RefundNotReturned):
        await act.retry(order.order_id, 1, BY_ADMIN, key("d"))
    with pytest.raises(RefundNotReturned):
        await act.settle(order.order_id, 1, BY_ADMIN, "x")


async def test_ten_retries_at_once_pay_once(shop: Shop) -> None:
    order = await returned(shop)
    asked = [
        shop.returned_refunds.retry(order.order_id, 1, BY_ADMIN, key(f"k{number}"))
        for number in range(10)
    ]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert [each for each in done if not isinstance(each, RefundNotReturned)] == [2]
    assert await shop.one("SELECT refunded_minor FROM payments") == 2620
    assert await contradictions(shop) == []


async def test_a_refund_made_at_the_provider_comes_back(shop: Shop) -> None:
    """It is owed like any other, and nothing asks for it by itself."""
    event = await shop.event(price_minor=2500)
    order = (await shop.selling.buy(wanted(event, 1))).order
    shop.provider.books.refund("re_outside", intent_of(order), 2500)
    await shop.changes.look_at_refunds(intent_of(order))
    shop.provider.books.return_refund("re_outside", intent_of(order), None, EXPIRED)
    await shop.changes.look_at_refunds(intent_of(order))
    [refund] = await refunds(shop)
    assert (refund["kind"], refund["status"]) == ("external", "failed")
    assert await shown(shop, order) == (True, "refund_failed")
    assert await shop.late.give_back_what_was_left() == 0
    assert await contradictions(shop) == []


async def test_a_dispute_that_is_won_shows_the_refund_again(shop: Shop) -> None:
    order = await returned(shop)
    for status in ("needs_response", "won"):
        shop.provider.books.dispute_with("du_1", intent_of(order), 1000, status)
        await shop.changes.look_at_dispute("du_1")
    assert await shown(shop, order) == (True, "refund_failed")


async def test_a_refund_that_the_provider_never_made_is_no_news(shop: Shop) -> None:
    order, _ = await given_back(shop)
    shop.provider.books.refund("re_x", intent_of(order), 100, outcome=RefundOutcome.REFUSED)
    assert await shop.changes.look_at_refunds(intent_of(order)) == 0
    assert [refund["status"] for refund in await refunds(shop)] == ["completed"]


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE orders SET needs_attention = false",
        "UPDATE refunds SET is_retried = true",
        "UPDATE payments SET refunded_minor = 2620",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER USER;"
        " DELETE FROM ledger_transfers WHERE kind = 'refund_failed'",
        "ALTER TABLE audit_entries DISABLE TRIGGER USER;"
        " DELETE FROM audit_entries WHERE action = 'tickets.refund.failed'",
    ],
)
async def test_the_checker_sees_what_is_hidden(shop: Shop, spoilt: str) -> None:
    await returned(shop)
    assert await contradictions(shop) == []
    async with shop.database.hot.acquire() as connection:
        await connection.execute(spoilt)
    assert await contradictions(shop) != []
