"""After all the others: what must be true once the dust has settled, and a clean end."""

import re

import psutil

from guichet.kernel.settings import PORTS
from guichet.local.ports import is_free
from tests.system import running
from tests.system.running import System, eventually
from tests.test_repository import card_numbers

JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.")
HASH = re.compile(r"\$argon2id\$")


async def test_the_invariants_hold(system: System) -> None:
    await system.all_up()

    async def drained() -> bool:
        health = await system.expect(200, "GET", "/notifications/health")
        return health["queue_length"] == 0

    await eventually(drained, 60)

    async def is_green() -> bool:
        verdict = system.run("verify")
        assert verdict.returncode in {0, 1}, verdict.stderr
        return verdict.returncode == 0

    try:
        await eventually(is_green, 30)
    except AssertionError:
        verdict = system.run("verify")
        raise AssertionError(verdict.stdout + verdict.stderr) from None


async def test_no_purchase_needs_attention(system: System) -> None:
    admin = await system.demo("admin")
    letters = await system.expect(200, "GET", "/notifications/dead-letters", who=admin)
    assert letters["data"] == []
    failed = await system.expect(200, "GET", "/notifications/deliveries?status=failed", who=admin)
    assert failed["data"] == []


def test_the_logs_hold_no_secret(system: System) -> None:
    secrets = {
        name: value
        for name, value in system.secrets().items()
        if len(value) >= 8 and not value.startswith("http")
    }
    logs = sorted((system.storage / "logs").iterdir())
    assert len(logs) > 8
    for log in logs:
        text = log.read_text("utf-8", errors="replace")
        assert not JSON_WEB_TOKEN.search(text), log.name
        assert not HASH.search(text), log.name
        assert running.PASSWORD not in text, log.name
        assert not set(card_numbers(text)), (log.name, set(card_numbers(text)))
        assert not [name for name, value in secrets.items() if value in text], log.name


def test_the_end_leaves_no_process_and_keeps_the_data(system: System) -> None:
    family = psutil.Process(system.process.pid).children(recursive=True)
    assert len(family) > 10
    assert running.stop(system) == []
    assert system.process.returncode == 0
    assert all(is_free(port + system.shift) for port in PORTS.values())
    assert (system.storage / "postgres").exists()
    assert not list((system.storage / "run").glob("*.json"))
