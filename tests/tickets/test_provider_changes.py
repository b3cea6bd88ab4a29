"""Refunds and disputes that we did not ask for are entered, once, and shown with their orders."""

from typing import Any

import pytest

from guichet.tickets.domain import Order
from guichet.tickets.payments import ProviderUnclear, RefundOutcome, SeenDispute
from guichet.tickets.provider_changes import order_id_in
from tests.fakes.payments import Twist
from tests.fakes.provider_books import FakeBooks
from tests.tickets.conftest import ADMINISTRATOR, Shop, wanted
from tests.tickets.money_checks import contradictions, documents_minor


async def bought(shop: Shop) -> tuple[Order, str]:
    """Return a paid order of two tickets, 50.00 in all, and the id of its payment."""
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))).order
    assert order.payment is not None and order.payment.intent_id is not None
    return order, order.payment.intent_id


async def attention(shop: Shop, order: Order) -> str | None:
    [row] = await shop.rows("SELECT * FROM orders WHERE order_id = $1", order.order_id)
    assert row["needs_attention"] is (row["attention_reason"] is not None)
    reason: str | None = row["attention_reason"]
    return reason


async def entered(shop: Shop, kind: str) -> list[Any]:
    return await shop.rows(
        "SELECT * FROM ledger_transfers WHERE kind = $1 ORDER BY transfer_id", kind
    )


async def provider_balance(shop: Shop) -> int:
    return int(
        await shop.one(
            "SELECT coalesce(sum(CASE WHEN debit_account = 'provider' THEN amount_minor"
            " ELSE -amount_minor END), 0) FROM ledger_transfers"
            " WHERE 'provider' IN (debit_account, credit_account)"
        )
    )


async def test_a_refund_made_at_the_provider_is_entered_once(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    shop.provider.books.refund("re_outside", intent_id, 1200)
    assert [await shop.changes.look_at_refunds(intent_id) for _ in range(3)] == [1, 0, 0]
    assert await attention(shop, order) == "refunded_outside"
    assert await shop.one("SELECT refunded_minor FROM payments") == 1200
    [transfer] = await entered(shop, "refund")
    assert (transfer["amount_minor"], transfer["provider_reference"]) == (1200, "re_outside")
    assert await provider_balance(shop) == 3800


async def test_our_own_refund_is_no_stranger_even_before_its_answer(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    shop.provider.script("refund", Twist.LOSE_AFTER)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    assert await shop.one("SELECT status FROM refunds") == "pending"
    assert await shop.changes.look_at_refunds(intent_id) == 0
    assert await shop.refunds.carry_out_due() == 1, "it is asked about at once"
    assert await shop.changes.look_at_refunds(intent_id) == 0
    assert await shop.one("SELECT refunded_minor FROM payments") == 5000
    assert await attention(shop, order) is None


async def test_a_refund_that_fails_afterwards_is_shown(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    [seen] = shop.provider.books.refunds[intent_id]
    shop.provider.books.refund(
        seen.refund_id,
        intent_id,
        5000,
        refund_key=seen.refund_key,
        outcome=RefundOutcome.REFUSED,
    )
    assert [await shop.changes.look_at_refunds(intent_id) for _ in range(2)] == [1, 0]
    assert await attention(shop, order) == "refund_failed"


async def test_a_refused_refund_of_somebody_moves_nothing(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    shop.provider.books.refund("re_x", intent_id, 100, outcome=RefundOutcome.REFUSED)
    assert await shop.changes.look_at_refunds(intent_id) == 0
    assert await attention(shop, order) is None


@pytest.mark.parametrize(
    ("status", "shown", "balance"),
    [
        ("needs_response", "disputed", -2000),
        ("under_review", "disputed", -2000),
        ("won", None, 3000),
        ("lost", "dispute_lost", -2000),
    ],
)
async def test_a_dispute_is_stored_entered_and_shown(
    shop: Shop, status: str, shown: str | None, balance: int
) -> None:
    order, intent_id = await bought(shop)
    for step in ("needs_response", status, status):
        shop.provider.books.dispute_with("du_1", intent_id, 5000, step)
        await shop.changes.look_at_dispute("du_1")
    [row] = await shop.rows("SELECT * FROM disputes")
    assert (row["order_id"], row["status"], row["fee_minor"]) == (order.order_id, status, 2000)
    assert row["withdrawn_minor"] == (0 if status == "won" else 5000)
    assert (row["closed_at"] is not None) is (status in {"won", "lost"})
    assert await attention(shop, order) == shown
    assert len(await entered(shop, "dispute")) == len(await entered(shop, "dispute_fee")) == 1
    assert len(await entered(shop, "dispute_won")) == (status == "won")
    assert await provider_balance(shop) == balance


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(
    ("end", "shown"), [("under_review", "disputed"), ("won", None), ("lost", "dispute_lost")]
)
async def test_an_older_look_at_a_dispute_does_not_overwrite_a_newer_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, end: str, shown: str | None, *, is_known: bool
) -> None:
    order, intent_id = await bought(shop)
    shop.provider.books.dispute_with("du_1", intent_id, 5000, "needs_response")
    if is_known:
        await shop.changes.look_at_dispute("du_1")
    read = FakeBooks.dispute

    async def overtaken(books: FakeBooks, dispute_id: str) -> SeenDispute | None:
        """Answer with what was so before another look stored what is so now."""
        seen = await read(books, dispute_id)
        monkeypatch.setattr(FakeBooks, "dispute", read)
        books.dispute_with("du_1", intent_id, 5000, end)
        await shop.changes.look_at_dispute("du_1")
        return seen

    monkeypatch.setattr(FakeBooks, "dispute", overtaken)
    await shop.changes.look_at_dispute("du_1")
    [row] = await shop.rows("SELECT * FROM disputes")
    assert (row["status"], row["withdrawn_minor"]) == (end, 0 if end == "won" else 5000)
    assert await attention(shop, order) == shown
    told = await shop.rows(
        "SELECT after->>'status' FROM audit_entries WHERE action = 'tickets.payment.disputed'"
        " ORDER BY entry_id"
    )
    assert [status for (status,) in told] == ["needs_response"] * is_known + [end]


async def test_a_dispute_of_no_order_of_ours_is_kept(shop: Shop) -> None:
    shop.provider.books.dispute_with("du_1", "pi_other", 900, "needs_response")
    await shop.changes.look_at_dispute("du_1")
    await shop.changes.look_at_dispute("du_unknown")
    [row] = await shop.rows("SELECT * FROM disputes")
    assert row["order_id"] is None


async def test_without_an_answer_nothing_is_concluded(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    shop.provider.books.is_down = True
    for look in (
        shop.changes.look_at_refunds(intent_id),
        shop.changes.look_at_dispute("du_1"),
        shop.changes.look_at_payment(intent_id),
    ):
        with pytest.raises(ProviderUnclear):
            await look
    assert await attention(shop, order) is None


def test_our_keys_name_orders() -> None:
    assert order_id_in("order-17") == 17
    for other in (None, "", "order-", "order-1x", "xorder-1", "order-" + "9" * 19):
        assert order_id_in(other) is None


async def test_what_was_refunded_at_the_provider_is_not_given_back_again(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    shop.provider.refund_outside("re_outside", intent_id, 1201)
    await shop.changes.look_at_refunds(intent_id)
    given = await shop.cancelling.give_back(order.order_id, None, ADMINISTRATOR)
    assert [back.amount_minor for back in given.tickets] == [1899, 1900]
    assert await shop.one("SELECT status FROM payments") == "refunded"
    assert await contradictions(shop) == []
    assert await documents_minor(shop) == 0
