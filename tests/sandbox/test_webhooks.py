"""Events are signed, sent until accepted, at least once, through kills and restarts."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from guichet.sandbox import webhooks as sending
from guichet.sandbox.books import Books, Notice
from guichet.sandbox.journal import Journal
from guichet.sandbox.records import Event, Record
from guichet.sandbox.webhooks import Webhooks, event_shape
from tests.sandbox.making import a_paid_intent, a_refund
from tests.sandbox.receiver import Receiver, receiver
from tests.sandbox.running import WEBHOOK_SECRET, RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"
SUCCEEDED = "payment_intent.succeeded"


@pytest.fixture
async def receiving() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


@pytest.fixture
async def sandbox(receiving: Receiver, tmp_path: Path) -> AsyncIterator[RunningSandbox]:
    running = RunningSandbox(tmp_path, receiving.url)
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.stop)


async def charge(sandbox: RunningSandbox, **changes: str) -> dict[str, Any]:
    key = uuid4().hex
    reply = await asyncio.to_thread(sandbox.post, INTENTS, charge_form(key, **changes), key)
    body: dict[str, Any] = reply.body
    return body


async def refund(sandbox: RunningSandbox, intent: dict[str, Any]) -> None:
    await asyncio.to_thread(sandbox.post, "/v1/refunds", {"payment_intent": intent["id"]})


async def test_every_change_is_told(sandbox: RunningSandbox, receiving: Receiver) -> None:
    paid = await charge(sandbox)
    await receiving.wait_for(1)
    await charge(sandbox, payment_method="pm_card_visa_chargeDeclined")
    await receiving.wait_for(2)
    waiting = await charge(sandbox, payment_method="pm_card_authenticationRequired")
    await receiving.wait_for(3)
    await asyncio.to_thread(sandbox.post, f"{INTENTS}/{waiting['id']}/cancel", {})
    await receiving.wait_for(4)
    await refund(sandbox, paid)
    await receiving.wait_for(6)
    assert receiving.kinds[:4] == [
        SUCCEEDED,
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.canceled",
    ]
    assert sorted(receiving.kinds[4:]) == ["charge.refunded", "refund.created"]
    objects = {event["type"]: event["data"]["object"] for event in receiving.events}
    assert objects[SUCCEEDED]["id"] == paid["id"]
    assert objects["charge.refunded"]["amount_refunded"] == 4200
    assert objects["refund.created"]["payment_intent"] == paid["id"]


async def test_a_refused_event_comes_again_with_a_fresh_signature(
    sandbox: RunningSandbox, receiving: Receiver
) -> None:
    receiving.statuses = [500, 302, 404]
    await charge(sandbox)
    await receiving.wait_for(4)
    assert len({event["id"] for event in receiving.events}) == 1
    pauses = [later - at for at, later in zip(receiving.at, receiving.at[1:], strict=False)]
    assert pauses[-1] > pauses[0] * 0.8


async def test_a_slow_receiver_does_not_slow_the_answers(
    sandbox: RunningSandbox, receiving: Receiver
) -> None:
    receiving.gate.clear()
    for _ in range(30):
        assert (await asyncio.wait_for(charge(sandbox), 5))["status"] == "succeeded"
    await receiving.wait_for(sending.PARALLEL_MAX)
    assert receiving.together_max == sending.PARALLEL_MAX
    receiving.gate.set()
    await receiving.wait_for(30)


async def test_what_waits_survives_a_kill(sandbox: RunningSandbox, receiving: Receiver) -> None:
    receiving.statuses = [500] * 3
    for _ in range(3):
        await charge(sandbox)
    await receiving.wait_for(3)
    sandbox.kill()
    receiving.events.clear()
    receiving.statuses.clear()
    await asyncio.to_thread(sandbox.start)
    await receiving.wait_for(3)
    assert len({event["id"] for event in receiving.events}) == 3


async def test_what_arrived_does_not_come_again_after_a_stop(
    sandbox: RunningSandbox, receiving: Receiver
) -> None:
    await charge(sandbox)
    await receiving.wait_for(1)
    await asyncio.to_thread(sandbox.stop)
    await asyncio.to_thread(sandbox.start)
    await charge(sandbox)
    await receiving.wait_for(2)
    assert len({event["id"] for event in receiving.events}) == 2


async def test_no_webhooks(sandbox: RunningSandbox, receiving: Receiver) -> None:
    sandbox.fault(kind="no_webhooks", times=1)
    silent = await charge(sandbox)
    told = await charge(sandbox)
    await receiving.wait_for(1)
    await asyncio.to_thread(sandbox.stop)
    await asyncio.to_thread(sandbox.start)
    await charge(sandbox)
    await receiving.wait_for(2)
    ids = [event["data"]["object"]["id"] for event in receiving.events]
    assert ids[0] == told["id"]
    assert silent["id"] not in ids


async def test_duplicates_arrive_in_parallel(sandbox: RunningSandbox, receiving: Receiver) -> None:
    sandbox.fault(kind="duplicate_webhooks", copies=5, times=1)
    receiving.gate.clear()
    await charge(sandbox)
    await receiving.wait_for(5)
    assert receiving.together_max == 5
    assert len({event["id"] for event in receiving.events}) == 1


async def test_the_webhook_can_come_before_the_answer(
    sandbox: RunningSandbox, receiving: Receiver
) -> None:
    sandbox.fault(kind="webhook_first", times=1)
    receiving.gate.clear()
    answer = asyncio.create_task(charge(sandbox))
    await receiving.wait_for(1)
    assert not answer.done()
    receiving.gate.set()
    assert (await answer)["status"] == "succeeded"


async def test_the_refund_can_be_told_before_the_success(
    sandbox: RunningSandbox, receiving: Receiver
) -> None:
    sandbox.fault(kind="webhook_after_refund", times=1)
    paid = await charge(sandbox)
    await refund(sandbox, paid)
    await receiving.wait_for(3)
    assert receiving.kinds[-1] == SUCCEEDED


async def test_a_held_success_comes_after_its_time(
    sandbox: RunningSandbox, receiving: Receiver
) -> None:
    sandbox.fault(kind="webhook_after_refund", seconds=0.3, times=1)
    await charge(sandbox)
    await receiving.wait_for(1)
    assert receiving.kinds == [SUCCEEDED]


async def test_the_bank_and_time_tell_too(sandbox: RunningSandbox, receiving: Receiver) -> None:
    waiting = await charge(sandbox, payment_method="pm_card_threeDSecure2Required")
    address = waiting["next_action"]["redirect_to_url"]["url"]
    await asyncio.to_thread(sandbox.post, address, {"choice": "pass"})
    sandbox.fault(kind="async_success", seconds=0.1, times=1)
    await charge(sandbox)
    await receiving.wait_for(4)
    assert sorted(receiving.kinds) == [
        "payment_intent.processing",
        "payment_intent.requires_action",
        SUCCEEDED,
        SUCCEEDED,
    ]


@asynccontextmanager
async def in_process(
    tmp_path: Path, url: str, clock: Callable[[], float]
) -> AsyncGenerator[tuple[Books, Webhooks]]:
    journal, books = Journal(tmp_path / "journal.jsonl"), Books()
    list(journal.replay())
    webhooks = Webhooks(
        books,
        journal,
        url=url,
        secret=WEBHOOK_SECRET,
        bank_url="",
        clock=clock,
        retry_seconds=0.01,
    )
    task = asyncio.create_task(webhooks.run())
    yield books, webhooks
    task.cancel()
    journal.close()


def record_of(number: int, at: float = 1_000.0) -> Record:
    event = Event(f"evt_{number}", SUCCEEDED, int(at))
    return Record(intent=a_paid_intent(number), events=(event,))


async def emptied(books: Books) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not books.notices:
            return
        await asyncio.sleep(0.02)
    pytest.fail("events are still waiting")


async def test_the_queue_is_bounded_and_loses_nothing(
    tmp_path: Path, receiving: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "QUEUE_MAX", 10)
    async with in_process(tmp_path, receiving.url, clock=time.time) as (books, webhooks):
        for number in range(60):
            books.apply(record_of(number, time.time()))
            webhooks.queue([f"evt_{number}"])
        await receiving.wait_for(60)
        assert {event["id"] for event in receiving.events} == {f"evt_{n}" for n in range(60)}
        await emptied(books)


async def test_after_three_days_it_gives_up(tmp_path: Path, receiving: Receiver) -> None:
    def later() -> float:
        return 1_001.0 + sending.GIVE_UP_SECONDS

    async with in_process(tmp_path, receiving.url, clock=later) as (books, webhooks):
        books.apply(record_of(0))
        webhooks.queue(["evt_0"])
        await emptied(books)
    assert receiving.events == []


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        (SUCCEEDED, "payment_intent"),
        ("charge.refunded", "charge"),
        ("refund.updated", "refund"),
    ],
)
def test_events_describe_their_object(kind: str, about: str) -> None:
    notice = Notice(Event("evt_1", kind, 1_000, "key"), a_paid_intent(), a_refund())
    shape = event_shape(notice, "")
    assert (shape["object"], shape["type"]) == ("event", kind)
    assert shape["data"]["object"]["object"] == about
    assert shape["request"]["idempotency_key"] == "key"
