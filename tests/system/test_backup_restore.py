"""The storage folder is lost and comes back from a backup: nothing missing, nothing twice."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system import running
from tests.system.mail_copies import check_sent_once
from tests.system.running import Person, System, eventually


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for the storage, and beside it the backups."""
    made = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def run(system: System, *arguments: str) -> str:
    """Run a command that must succeed and return what it said."""
    done = system.run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def sold(system: System) -> tuple[Person, dict[str, Any], list[Any]]:
    """Sell to an account and a guest, give one ticket's money back; return what is known of it."""
    event = await system.event()
    buyer = await system.register()
    first = await system.bought(buyer, event, 2)
    assert first.status == 201, first.content
    guest: dict[str, Any] = {"guest": {"name": "Inès", "email": running.fresh_email()}}
    other = await system.bought(None, event, 1, **guest)
    assert other.status == 201, other.content
    ticket = first.body["tickets"][0]["id"]
    await system.expect(200, "POST", f"/tickets/{ticket}/cancel", who=buyer)
    await system.mail(buyer.email, "billet")

    async def is_quiet() -> bool:
        return system.run("verify", "--wait", "1").returncode == 0

    await eventually(is_quiet, 120)
    return buyer, event, await tickets_of(system, buyer)


async def tickets_of(system: System, who: Person) -> list[Any]:
    """Return all that a buyer sees of their tickets."""
    listed = await system.expect(200, "GET", f"/tickets/user/{who.id}", who=who)
    return list(listed["data"])


async def test_a_lost_storage_folder_comes_back_whole(folder: Path) -> None:
    system = running.start(folder)
    try:
        buyer, event, tickets = await sold(system)
        assert len(tickets) == 2
        # The provider's fees enter the ledger now, and not between the two looks at it.
        run(system, "reconcile")
        balances = run(system, "ledger", "balances")
        run(system, "payments", "backup")
        assert str(folder / "backups") in run(system, "backup")
        run(system, "backup", "check")
        assert "already runs" in system.run("restore", "--force").stderr
    finally:
        running.stop(system)

    shutil.rmtree(folder / "storage")
    run(system, "restore")
    refused = system.run("restore")
    assert refused.returncode == 1
    assert "--force" in refused.stderr

    system = running.start(folder)
    try:
        again = await system.sign_in(buyer.email)
        assert again.id == buyer.id
        assert await tickets_of(system, again) == tickets
        assert run(system, "ledger", "balances") == balances
        run(system, "payments", "restore-check")
        run(system, "verify", "--wait", "120")
        bought = await system.bought(again, event, 1)
        assert bought.status == 201, bought.content
        await system.mail(buyer.email, "billet")
        run(system, "verify", "--wait", "120")
        # What was mailed before is not again.
        await check_sent_once(system, await system.mails(buyer.email))
    finally:
        assert not running.stop(system)
