"""What our books and the provider's differ in is repaired where that is safe, shown otherwise."""

from datetime import timedelta
from typing import Any

import pytest

from guichet.tickets.domain import OrderState
from guichet.tickets.payments import MovementKind
from guichet.tickets.reconciliation import Report
from guichet.tickets.repository import findings as finding_rows
from guichet.tickets.repository import reconciliation as rows
from tests.fakes.provider_books import FEE_MINOR
from tests.tickets.conftest import Shop, wanted
from tests.tickets.test_late_payments import charged, failed, finish
from tests.tickets.test_provider_changes import attention, bought, entered, provider_balance

pytestmark = pytest.mark.usefixtures("at_noon")
"""What is compared is whole days."""


async def compared(shop: Shop) -> Report:
    report = await shop.reconciliation.compare()
    assert report is not None
    return report


async def older(shop: Shop, minutes: int = 30) -> None:
    """Let everything have happened that much earlier, so that it is no longer on its way."""
    async with shop.database.hot.acquire() as connection:
        for table, column in (("payments", "paid_at"), ("provider_movements", "created_at")):
            await connection.execute(
                f"UPDATE {table} SET {column} = {column} - make_interval(mins => $1)",  # noqa: S608 - our own tables
                minutes,
            )
        await connection.execute("UPDATE payments SET created_at = created_at - interval '1 hour'")
    books = shop.provider.books
    books.movements[:] = [_replace_at(moved, minutes) for moved in books.movements]


def _replace_at(moved: Any, minutes: int) -> Any:
    return type(moved)(
        moved.transaction_id,
        moved.kind,
        moved.amount_minor,
        moved.fee_minor,
        moved.currency,
        moved.created_at - timedelta(minutes=minutes),
        moved.source_id,
        moved.intent_id,
    )


async def open_findings(shop: Shop) -> list[str]:
    async with shop.database.hot.acquire() as connection:
        found = await finding_rows.findings(connection, 100)
    return sorted(item.found.kind for item in found if item.state == "open")


async def test_what_an_administrator_looks_at_is_of_one_moment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison that ends meanwhile is on the page with what it found, or not at all."""
    shop.provider.books.charge("pi_strange", None, 900)
    latest_runs = rows.latest_runs

    async def compared_after(*asked: Any) -> Any:
        found = await latest_runs(*asked)
        await compared(shop)
        return found

    monkeypatch.setattr(rows, "latest_runs", compared_after)
    seen = await shop.reconciliation.overview()
    assert (seen.runs, seen.days) == ([], [])
    seen = await shop.reconciliation.overview()
    assert (len(seen.runs), len(seen.days)) == (1, 1)


async def test_the_fees_of_the_provider_are_entered_once(shop: Shop) -> None:
    order, _ = await bought(shop)
    for entered_now in (1, 0):
        report = await compared(shop)
        assert (report.run.entered, report.found) == (entered_now, [])
    [fee] = await entered(shop, "provider_fee")
    assert (fee["amount_minor"], fee["order_id"]) == (FEE_MINOR, order.order_id)
    assert await provider_balance(shop) == 5000 - FEE_MINOR
    [day] = report.days
    assert (day.ledger_minor, day.provider_minor) == (5000 - FEE_MINOR,) * 2


async def test_refunds_of_ours_and_payouts_agree(shop: Shop) -> None:
    order, _ = await bought(shop)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    shop.provider.books.move(MovementKind.PAYOUT, -1000, 0, "po_1")
    shop.provider.books.move(MovementKind.FEE, -30, 0, "fee_1")
    report = await compared(shop)
    assert report.found == []
    assert [day.difference_minor for day in report.days] == [0]
    assert report.days[0].provider_minor == -FEE_MINOR - 1030


async def test_what_a_lost_webhook_would_have_told_is_found(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    shop.provider.books.refund("re_outside", intent_id, 700)
    shop.provider.books.dispute_with("du_1", intent_id, 4300, "needs_response")
    report = await compared(shop)
    assert [day.difference_minor for day in report.days] == [0]
    assert await attention(shop, order) in {"refunded_outside", "disputed"}
    assert await shop.one("SELECT count(*) FROM disputes") == 1
    assert await provider_balance(shop) == 5000 - FEE_MINOR - 700 - 4300 - 2000


async def test_a_look_serves_an_order_whose_payment_came_late(shop: Shop) -> None:
    order = await failed(shop, await shop.event(capacity=2))
    charged(shop, order)
    report = await shop.reconciliation.look()
    assert report is not None and report.run.repaired == 1
    await finish(shop)
    assert (await shop.selling.read(order.order_id)).order.state is OrderState.ISSUED
    again = await shop.reconciliation.look()
    assert again is not None and again.run.repaired == 0
    assert [day.difference_minor for day in (await compared(shop)).days] == [0]


async def test_a_charge_of_no_order_is_shown_until_somebody_deals_with_it(shop: Shop) -> None:
    await bought(shop)
    shop.provider.books.charge("pi_strange", None, 900)
    assert (await compared(shop)).found == [], "it may still be on its way to us"
    await older(shop)
    report = await compared(shop)
    assert [(found.kind, found.amount_minor) for found in report.found] == [("unknown_charge", 900)]
    assert report.days[-1].difference_minor == 900
    assert await open_findings(shop) == ["unknown_charge"]
    finding_id = await shop.one("SELECT finding_id FROM reconciliation_findings")
    resolved = await shop.reconciliation.resolve(finding_id, 90, "given back by hand")
    assert resolved is not None and resolved.note == "given back by hand"
    assert await shop.reconciliation.resolve(finding_id, 90, "again") is None
    await compared(shop)
    assert await open_findings(shop) == []


async def test_a_capture_that_the_provider_does_not_show_is_found_and_settles(shop: Shop) -> None:
    await bought(shop)
    hidden = list(shop.provider.books.movements)
    shop.provider.books.movements.clear()
    await older(shop)
    assert [found.kind for found in (await compared(shop)).found] == ["capture_unknown"]
    shop.provider.books.movements.extend(hidden)
    await compared(shop)
    assert await open_findings(shop) == []
    assert await shop.one("SELECT state FROM reconciliation_findings") == "settled"


async def test_other_amounts_and_unknown_kinds_are_shown(shop: Shop) -> None:
    _, intent_id = await bought(shop)
    books = shop.provider.books
    books.movements.clear()
    books.move(MovementKind.CHARGE, 4900, 0, f"ch_{intent_id}", intent_id)
    books.move(MovementKind.OTHER, 11, 0, "odd_1")
    await compared(shop)
    await older(shop)
    kinds = sorted(found.kind for found in (await compared(shop)).found)
    assert kinds == ["amount_differs", "unexplained_movement"]


async def test_a_day_that_is_over_and_differs_is_shown(shop: Shop) -> None:
    await bought(shop)
    shop.provider.books.charge("pi_strange", None, 900)
    await compared(shop)
    await older(shop, minutes=2 * 24 * 60)
    async with shop.database.hot.acquire() as connection:
        await connection.execute("DELETE FROM reconciliation_cursors")
    kinds = {found.kind for found in (await compared(shop)).found}
    assert kinds == {"unknown_charge", "day_differs"}


async def test_without_an_answer_a_run_says_so_and_concludes_nothing(shop: Shop) -> None:
    await bought(shop)
    shop.provider.books.is_down = True
    report = await compared(shop)
    assert report.run.error == "provider: down"
    assert (report.days, report.found) == ([], [])
    assert await shop.one("SELECT error FROM reconciliation_runs") == "provider: down"
    shop.provider.books.is_down = False
    assert (await compared(shop)).run.entered == 1, "what was missed is read later"


async def test_one_replica_at_a_time(shop: Shop) -> None:
    async with shop.database.hot.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock(7236401)")
        assert await shop.reconciliation.compare() is None
        await connection.execute("SELECT pg_advisory_unlock(7236401)")
    assert await shop.reconciliation.compare() is not None


async def test_a_payment_that_stays_open_is_shown_until_it_ends(shop: Shop) -> None:
    order = (
        await shop.selling.buy(
            wanted(await shop.event(), payment_method="pm_card_authenticationRequired")
        )
    ).order
    async with shop.database.hot.acquire() as connection:
        await connection.execute("UPDATE orders SET created_at = now() - interval '2 hours'")
    await shop.reconciliation.look()
    assert await attention(shop, order) == "payment_unsettled"
    async with shop.database.hot.acquire() as connection:
        await connection.execute("UPDATE orders SET run_at = now()")
    await finish(shop)
    await shop.reconciliation.look()
    assert await attention(shop, order) is None


async def test_a_returned_refund_balances(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    [seen] = shop.provider.books.refunds[intent_id]
    shop.provider.return_refund(seen.refund_id, "expired_or_canceled_card")
    for _ in range(2):
        report = await compared(shop)
        assert [day.difference_minor for day in report.days] == [0]
    assert len(await entered(shop, "refund_failed")) == 1
    assert await attention(shop, order) == "refund_failed"
