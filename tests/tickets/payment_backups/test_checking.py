"""Reading back: equal, missing, different, lost, unreadable, each told from the others."""

from datetime import timedelta
from pathlib import Path

import pytest

from guichet.kernel.clock import now
from guichet.tickets.payment_backups import taking
from guichet.tickets.payment_backups.checking import compare, read_one
from guichet.tickets.payment_backups.folder import FolderTarget
from guichet.tickets.payment_backups.records import run_time
from guichet.tickets.payment_backups.sealing import Keyring
from guichet.tickets.payment_backups.taking import PaymentBackups
from tests.tickets.conftest import HOLDER, Shop, buyer, wanted
from tests.tickets.payment_backups.conftest import KEY, OTHER_KEY


@pytest.fixture(autouse=True)
def no_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run cover no more than it must."""
    monkeypatch.setattr(taking, "OVERLAP", timedelta(0))


async def _spoil_payment(shop: Shop, order_id: int) -> None:
    """Change a payment as somebody who owns the database can."""
    async with shop.database.hot.acquire() as connection:
        await connection.execute("ALTER TABLE payments DISABLE TRIGGER USER")
        await connection.execute(
            "UPDATE payments SET captured_minor = captured_minor + 1 WHERE order_id = $1", order_id
        )
        await connection.execute("ALTER TABLE payments ENABLE TRIGGER USER")


async def test_backups_read_back_equal(shop: Shop, backups: PaymentBackups) -> None:
    event = await shop.event()
    first = await shop.selling.buy(wanted(event))
    await backups.run()
    await shop.selling.buy(wanted(event, by=buyer(2)))
    await shop.cancelling.cancel_ticket(first.tickets[0], HOLDER)
    await shop.refunds.carry_out_due()
    await backups.run()
    result = await compare(backups, shop.database)
    assert (result.runs, result.equal, result.changed) == (2, 2, 0)
    assert result.is_good


async def test_what_changed_since_is_not_expected_yet(shop: Shop, backups: PaymentBackups) -> None:
    event = await shop.event()
    first = await shop.selling.buy(wanted(event))
    await backups.run()
    await shop.selling.buy(wanted(event, by=buyer(2)))
    await shop.cancelling.cancel_ticket(first.tickets[0], HOLDER)
    result = await compare(backups, shop.database)
    assert (result.equal, result.changed) == (0, 2)
    assert result.is_good


async def test_before_any_backup_nothing_is_wrong(shop: Shop, backups: PaymentBackups) -> None:
    await shop.selling.buy(wanted(await shop.event()))
    result = await compare(backups, shop.database)
    assert (result.runs, result.changed) == (0, 1)
    assert result.is_good


async def test_only_backups_until_then_are_looked_at(shop: Shop, backups: PaymentBackups) -> None:
    event = await shop.event()
    await shop.selling.buy(wanted(event))
    first = await backups.run()
    await shop.selling.buy(wanted(event, by=buyer(2)))
    await backups.run()
    result = await compare(backups, shop.database, at=run_time(first.path))
    assert (result.runs, result.equal, result.changed) == (1, 1, 1)
    assert (await compare(backups, shop.database, at=now() - timedelta(days=1))).runs == 0


async def test_what_changed_between_the_last_run_and_then_is_not_expected_yet(
    shop: Shop, backups: PaymentBackups, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await shop.event()
    unchanged, cancelled = [
        await shop.selling.buy(wanted(event, by=by)) for by in (buyer(3), buyer(1))
    ]
    await backups.run()
    await shop.cancelling.cancel_ticket(cancelled.tickets[0], HOLDER)
    await shop.refunds.carry_out_due()
    await shop.selling.buy(wanted(event, by=buyer(2)))
    then = now()
    monkeypatch.setattr(taking, "now", lambda: now() + timedelta(hours=1))
    await backups.run()
    result = await compare(backups, shop.database, at=then)
    assert (result.runs, result.equal, result.changed) == (1, 1, 2)
    assert result.is_good
    await _spoil_payment(shop, unchanged.order.order_id)
    result = await compare(backups, shop.database, at=then)
    assert result.different == [f"payment-{unchanged.order.order_id}"]


async def test_a_change_behind_the_databases_back_is_different(
    shop: Shop, backups: PaymentBackups
) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    await backups.run()
    await _spoil_payment(shop, bought.order.order_id)
    result = await compare(backups, shop.database)
    assert result.different == [f"payment-{bought.order.order_id}"]
    assert not result.is_good


async def test_what_the_database_lost_is_named(shop: Shop, backups: PaymentBackups) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    await backups.run()
    async with shop.database.hot.acquire() as connection:
        await connection.execute("DELETE FROM payments")
    result = await compare(backups, shop.database)
    assert result.lost == [f"payment-{bought.order.order_id}"]
    assert not result.is_good


async def test_a_lost_altered_or_foreign_record_is_named(shop: Shop, tmp_path: Path) -> None:
    backups = PaymentBackups(shop.database, FolderTarget(tmp_path), Keyring.parse(KEY))
    event = await shop.event()
    for number in (1, 2, 3):
        await shop.selling.buy(wanted(event, by=buyer(number)))
    run = await backups.run()
    (tmp_path / run.path / "payment-1.json").unlink()
    third = tmp_path / run.path / "payment-3.json"
    (tmp_path / run.path / "payment-2.json").write_bytes(third.read_bytes())
    result = await compare(backups, shop.database)
    assert result.missing == ["payment-1", "payment-2"]
    assert result.unreadable == [f"{run.path}/payment-2"]
    assert result.equal == 1
    assert not result.is_good


async def test_with_another_key_nothing_can_be_read(shop: Shop, tmp_path: Path) -> None:
    target = FolderTarget(tmp_path)
    await shop.selling.buy(wanted(await shop.event()))
    run = await PaymentBackups(shop.database, target, Keyring.parse(KEY)).run()
    stranger = PaymentBackups(shop.database, target, Keyring.parse(OTHER_KEY))
    assert (await compare(stranger, shop.database)).unreadable == [f"{run.path}/payment-1"]
    rotated = PaymentBackups(shop.database, target, Keyring.parse(f"{OTHER_KEY},{KEY}"))
    assert (await compare(rotated, shop.database)).is_good


async def test_every_version_of_one_payment_is_read(shop: Shop, backups: PaymentBackups) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    first = await backups.run()
    await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    await shop.refunds.carry_out_due()
    second = await backups.run()
    versions = await read_one(backups, bought.order.order_id)
    assert [(path, record.status) for path, record in versions] == [
        (first.path, "completed"),
        (second.path, "refunded"),
    ]
    assert await read_one(backups, 999) == []
