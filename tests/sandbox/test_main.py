"""The process: refuses what is unsafe, keeps its books through a kill, one at a time."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from guichet.kernel.settings import Environment
from guichet.sandbox.journal import Journal
from guichet.sandbox.main import SandboxSettings, UnsafeSettingsError, build
from tests.sandbox.running import RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"


def test_it_does_not_run_in_production(tmp_path: Path) -> None:
    settings = SandboxSettings(environment=Environment.PRODUCTION, storage_dir=tmp_path)
    with pytest.raises(UnsafeSettingsError, match="does not run in production"):
        build(settings, port=1)
    assert not list(tmp_path.iterdir())


def test_it_does_not_touch_a_live_key(tmp_path: Path) -> None:
    key = "sk_" + "live_123"
    settings = SandboxSettings(stripe_api_key=key, storage_dir=tmp_path)
    with pytest.raises(UnsafeSettingsError, match="not a test key") as refused:
        build(settings, port=1)
    assert key not in str(refused.value)
    assert key not in repr(settings)


def test_two_do_not_share_a_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path / "sandbox" / "journal.jsonl")
    process = RunningSandbox(tmp_path).spawn()
    _out, said = process.communicate(timeout=60)
    first.close()
    assert process.returncode == 1
    assert said.decode().strip().endswith("journal.jsonl.")
    assert "Another sandbox" in said.decode()


def test_addresses_follow_the_port_shift() -> None:
    settings = SandboxSettings(port_shift=1000, sandbox_webhook_url="", sandbox_public_url="")
    assert settings.webhook_url == "http://127.0.0.1:9000/api/v1/tickets/payments/webhook"
    assert settings.bank_url(9010) == "http://127.0.0.1:9010/_sandbox/bank"


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    sandbox.start()
    answered: dict[str, str] = {}

    def charge_until_it_dies(worker: int) -> None:
        for number in range(10_000):
            key = f"{worker}:{number}"
            try:
                reply = sandbox.post(INTENTS, charge_form(key), key)
            except OSError:
                return
            answered[key] = reply.text

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(charge_until_it_dies, worker) for worker in range(4)]
        while len(answered) < 100:
            assert not all(worker.done() for worker in workers)
        sandbox.kill()
    sandbox.start()
    captured = {row["metadata"]["order_key"]: row["captured"] for row in sandbox.books()}
    assert all(captured[key] == 4200 for key in answered)
    for key in list(answered)[-20:]:
        again = sandbox.post(INTENTS, charge_form(key), key)
        assert again.text == answered[key]
        assert again.headers["idempotent-replayed"] == "true"
    sandbox.stop()


def test_what_was_open_goes_on_after_a_restart(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    sandbox.start()
    sandbox.fault(kind="async_success", seconds=0.5)
    intent_id = sandbox.post(INTENTS, charge_form("k"), "k").body["id"]
    sandbox.kill()
    sandbox.start()
    assert sandbox.get("/_sandbox/faults").body == {"faults": []}
    while sandbox.get(f"{INTENTS}/{intent_id}").body["status"] != "succeeded":
        pass
    assert sandbox.row("order_key", "k")["captured"] == 4200
    sandbox.stop()


def test_what_is_due_while_the_disk_is_full_is_done_once_there_is_room(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    sandbox.start()
    sandbox.fault(kind="async_success", seconds=0.5)

    def status_of(intent_id: str) -> str:
        return sandbox.get(f"{INTENTS}/{intent_id}").body["status"]

    deadline, number = time.monotonic() + 60, 0
    while True:
        # What came due before the disk was full, since the machine paused, tells nothing.
        assert time.monotonic() < deadline
        number += 1
        intent_id = sandbox.post(INTENTS, charge_form(f"k{number}"), f"k{number}").body["id"]
        with sandbox.no_room():
            if status_of(intent_id) != "processing":
                continue
            time.sleep(1.5)
            assert status_of(intent_id) == "processing"
            break
    deadline = time.monotonic() + 60
    while status_of(intent_id) != "succeeded":
        assert time.monotonic() < deadline, "it was forgotten"
        time.sleep(0.05)
    sandbox.stop()


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health(sandbox: RunningSandbox, path: str) -> None:
    assert sandbox.ask("GET", path, headers={"Authorization": ""}).status == 200
