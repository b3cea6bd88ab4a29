"""What must be true of a system once the dust has settled, and of its end."""

import re
from pathlib import Path

from guichet.kernel.settings import PORTS
from guichet.local.ports import is_free
from tests.system import running
from tests.system.running import System, eventually
from tests.system.test_refusals import OTHER_CARD
from tests.test_repository import TEST_CARDS, card_numbers

JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.")
HASH = re.compile(r"\$argon2id\$")
# A hold's number is drawn from 53 bits: one in some hundred looks like a card's.
HOLD_NUMBER = re.compile(r"(?<=/holds/)\d+")


async def check_invariants(system: System) -> None:
    """Wait until nothing is under way, then let `guichet verify` find nothing."""
    await system.all_up()

    async def drained() -> bool:
        health = await system.expect(200, "GET", "/notifications/health")
        return health["queue_length"] == 0

    await eventually(drained, 300)
    verdict = system.run("verify", "--wait", "90")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


async def check_nothing_waits(system: System) -> None:
    """Find nothing that waits for a person: no dead letter, no failed mail."""
    admin = await system.demo("admin")
    for service in ("auth", "users", "events", "tickets", "notifications"):
        letters = await system.expect(200, "GET", f"/{service}/dead-letters", who=admin)
        assert letters == {"data": [], "total": 0}, service
        queues = await system.expect(200, "GET", f"/{service}/queues", who=admin)
        assert queues["service"] == service
        assert queues["inbox"] is not None
    failed = await system.expect(200, "GET", "/notifications/deliveries?status=failed", who=admin)
    assert failed["data"] == []


def check_logs(system: System) -> None:
    """Find no token, hash, password, card or secret in any log."""
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
        found = set(card_numbers(HOLD_NUMBER.sub("…", text)))
        assert not found, (log.name, found)
        assert not [name for name, value in secrets.items() if value in text], log.name


def check_stored(system: System) -> None:
    """Databases with their journals, streams, mails, logs, temporary files: nothing is left out."""
    numbers = [*TEST_CARDS, OTHER_CARD.replace(" ", "")]
    written = [spelling for number in numbers for spelling in spellings(number)]
    pattern = re.compile(b"|".join(re.escape(spelling.encode()) for spelling in written))
    files = [path for path in system.storage.rglob("*") if path.is_file()]
    assert len(files) > 100
    known = [path for path in files if b"user@example.com" in read(path)]
    assert any("postgres" in path.parts for path in known), "the databases are not looked at"
    found = [str(path) for path in files if pattern.search(read(path))]
    assert not found, found


def spellings(number: str) -> list[str]:
    """Return a card number as people write it."""
    groups = [number[start : start + 4] for start in range(0, 16, 4)]
    return [number, " ".join(groups), "-".join(groups)]


def read(path: Path) -> bytes:
    """Return a file's content, nothing where it has gone meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def check_end(system: System) -> None:
    """Press Ctrl-C: nothing is left alive, and the data stay."""
    assert len(system.family()) > 10
    assert running.stop(system) == []
    assert system.process.returncode == 0
    assert all(is_free(port + system.shift) for port in PORTS.values())
    assert (system.storage / "postgres").exists()
    assert not list((system.storage / "run").glob("*.json"))
