"""What is backed up, when, and what becomes of a run that fails."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from prometheus_client import REGISTRY

from guichet.kernel.clock import now
from guichet.tickets.payment_backups import taking
from guichet.tickets.payment_backups.checking import read_back
from guichet.tickets.payment_backups.errors import (
    AnotherRunIsUnderWay,
    BackupsAreOff,
    TargetRefused,
)
from guichet.tickets.payment_backups.folder import FolderTarget
from guichet.tickets.payment_backups.sealing import Keyring
from guichet.tickets.payment_backups.taking import PaymentBackups, open_backups
from guichet.tickets.payment_backups.target import Target
from guichet.tickets.settings import Settings
from tests.fakes.firebase import FakeFirebase
from tests.tickets.conftest import HOLDER, Shop, buyer, wanted
from tests.tickets.payment_backups.conftest import KEY


@pytest.fixture(autouse=True)
def no_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was backed up a moment ago not be taken again for caution's sake."""
    monkeypatch.setattr(taking, "OVERLAP", timedelta(0))


async def test_a_payment_is_backed_up_with_its_refunds(shop: Shop, backups: PaymentBackups) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 2))
    await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    run = await backups.run()
    assert (run.records, run.error, run.from_at) == (1, None, None)
    found = await read_back(backups)
    record = found.newest[f"payment-{bought.order.order_id}"]
    assert (record.amount_minor, record.captured_minor, record.currency) == (5000, 5000, "EUR")
    assert [refund.amount_minor for refund in record.refunds] == [2500]
    assert record.intent_id


async def test_nothing_personal_and_no_card_leaves(shop: Shop, backups: PaymentBackups) -> None:
    await shop.selling.buy(wanted(await shop.event()))
    await backups.run()
    text = repr((await read_back(backups)).newest)
    assert "payment_id" not in text
    assert buyer().name not in text
    assert buyer().email not in text
    assert "4242" not in text


async def test_a_later_run_takes_only_what_changed(shop: Shop, backups: PaymentBackups) -> None:
    event = await shop.event()
    first = await shop.selling.buy(wanted(event))
    await shop.selling.buy(wanted(event, by=buyer(2)))
    assert (await backups.run()).records == 2
    await shop.cancelling.cancel_ticket(first.tickets[0], HOLDER)
    await shop.refunds.carry_out_due()
    second = await backups.run()
    assert second.records == 1
    assert second.path != (await backups.runs())[1].path
    newest = (await read_back(backups)).newest[f"payment-{first.order.order_id}"]
    assert newest.status == "refunded"
    assert newest.refunds[0].status == "completed"
    assert (await backups.run()).records == 0
    assert (await backups.run(everything=True)).records == 2


async def test_what_becomes_visible_late_is_in_the_next_run(
    shop: Shop, backups: PaymentBackups
) -> None:
    """A transaction that began before a run and committed after it is not forgotten."""
    bought = await shop.selling.buy(wanted(await shop.event()))
    await backups.run()
    async with shop.database.hot.acquire() as connection:
        slow = connection.transaction()
        await slow.start()
        await connection.execute(
            "UPDATE payments SET decline_code = 'late' WHERE order_id = $1", bought.order.order_id
        )
        await asyncio.sleep(0.02)
        between = await backups.run()
        await slow.commit()
    assert between.to_at < between.started_at
    await backups.run()
    newest = (await read_back(backups)).newest[f"payment-{bought.order.order_id}"]
    assert newest.decline_code == "late"


async def test_many_payments_go_in_parts(
    shop: Shop, backups: PaymentBackups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "BATCH_RECORDS_MAX", 2)
    event = await shop.event()
    for number in range(5):
        await shop.selling.buy(wanted(event, by=buyer(number + 1)))
    assert (await backups.run()).records == 5
    assert len((await read_back(backups)).newest) == 5


async def test_one_run_at_a_time(shop: Shop, backups: PaymentBackups, target: Target) -> None:
    other = PaymentBackups(shop.database, target, Keyring.parse(KEY))
    async with backups._sole_right():  # pyright: ignore[reportPrivateUsage] - held as a run holds it
        with pytest.raises(AnotherRunIsUnderWay):
            await other.run()
        assert await other.run_if_due() is None
    await other.run()


async def test_a_backup_is_due_once_a_day(backups: PaymentBackups) -> None:
    assert await backups.run_if_due() is not None
    assert await backups.run_if_due() is None
    with time_machine.travel(now() + timedelta(hours=25), tick=True):
        assert await backups.run_if_due() is not None


async def test_another_target_begins_with_everything(
    shop: Shop, backups: PaymentBackups, tmp_path: Path
) -> None:
    await shop.selling.buy(wanted(await shop.event()))
    await backups.run()
    elsewhere = PaymentBackups(
        shop.database, FolderTarget(tmp_path / "elsewhere"), Keyring.parse(KEY)
    )
    assert (await elsewhere.run()).records == 1


def failures() -> float:
    return REGISTRY.get_sample_value("guichet_payment_backups_total", {"result": "failed"}) or 0


async def test_a_run_that_fails_is_stored_counted_and_tried_again(
    shop: Shop, firebase: FakeFirebase, firebase_target: Target
) -> None:
    backups = PaymentBackups(shop.database, firebase_target, Keyring.parse(KEY))
    await shop.selling.buy(wanted(await shop.event()))
    failed_before = failures()
    firebase.errors = [503] * 4
    assert await backups.run_if_due() is None
    (failed,) = await backups.runs()
    assert failed.error is not None
    assert "503" in failed.error
    assert failed.finished_at is not None
    assert failures() == failed_before + 1
    again = await backups.run_if_due()
    assert again is not None
    assert again.records == 1


async def test_a_run_on_demand_says_why_it_failed(
    shop: Shop, firebase: FakeFirebase, firebase_target: Target
) -> None:
    backups = PaymentBackups(shop.database, firebase_target, Keyring.parse(KEY))
    await shop.selling.buy(wanted(await shop.event()))
    firebase.errors = [403]
    with pytest.raises(TargetRefused):
        await backups.run()


async def test_two_runs_never_share_a_path(backups: PaymentBackups) -> None:
    runs = [await backups.run() for _ in range(3)]
    assert len({run.path for run in runs}) == 3


async def test_without_a_key_nothing_leaves(shop: Shop) -> None:
    settings = Settings.model_validate(
        {
            "tickets_dsn": "postgresql://nobody@localhost/none",
            "tickets_link_secret": "a secret for tests alone",
        }
    )
    backups = open_backups(settings, shop.database)
    assert not backups.is_on
    assert await backups.run_if_due() is None
    with pytest.raises(BackupsAreOff):
        await backups.run()
