"""The process: refuses what is unsafe, keeps its books through a kill, one at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sandbox.running import RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"


def words_of_the_refusal(sandbox: RunningSandbox) -> str:
    process = sandbox.spawn()
    _out, said = process.communicate(timeout=20)
    assert process.returncode != 0
    return said.decode()


def test_it_does_not_run_in_production(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path, GUICHET_ENVIRONMENT="production")
    assert "does not run in production" in words_of_the_refusal(sandbox)


def test_it_does_not_touch_a_live_key(tmp_path: Path) -> None:
    key = "sk_" + "live_123"
    said = words_of_the_refusal(RunningSandbox(tmp_path, GUICHET_STRIPE_API_KEY=key))
    assert "not a test key" in said
    assert key not in said


def test_two_do_not_share_a_journal(tmp_path: Path) -> None:
    first = RunningSandbox(tmp_path)
    first.start()
    assert "Another sandbox" in words_of_the_refusal(RunningSandbox(tmp_path))
    first.stop()


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


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health(sandbox: RunningSandbox, path: str) -> None:
    assert sandbox.ask("GET", path, headers={"Authorization": ""}).status == 200
