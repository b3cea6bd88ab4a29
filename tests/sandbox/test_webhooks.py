"""Events are signed, sent until accepted, at least once, through kills and restarts."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

from guichet.sandbox import webhooks as sending
from guichet.sandbox.books import Books, Notice
from guichet.sandbox.journal import Journal
from guichet.sandbox.records import Dispute, Event, Record
from guichet.sandbox.webhooks import Webhooks, event_shape
from tests.sandbox.making import a_paid_intent, a_refund
from tests.sandbox.receiver import Receiver, receiver
from tests.sandbox.running import WEBHOOK_SECRET, RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"
SUCCEEDED = "payment_intent.succeeded"


class Sender:
    """A sandbox that tells a receiver, as one test uses it."""

    def __init__(self, sandbox: RunningSandbox, receiving: Receiver, prefix: str) -> None:
        self.sandbox = sandbox
        self.receiving = receiving
        self._keys = (f"{prefix}:{number}" for number in count())
        receiving.begin(prefix)

    def charge(self, **changes: str) -> dict[str, Any]:
        """Charge under a key of this test."""
        key = next(self._keys)
        body: dict[str, Any] = self.sandbox.post(INTENTS, charge_form(key, **changes), key).body
        return body

    def refund(self, intent: dict[str, Any]) -> None:
        """Refund in full."""
        form = {
            "payment_intent": intent["id"],
            "metadata[order_key]": intent["metadata"]["order_key"],
        }
        self.sandbox.post("/v1/refunds", form)

    def restart(self, *, kill: bool) -> None:
        """End the process one way or the other, and start it again."""
        if kill:
            self.sandbox.kill()
        else:
            self.sandbox.stop()
        self.sandbox.start()


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[RunningSandbox, Receiver]]:
    with receiver() as receiving:
        sandbox = RunningSandbox(tmp_path_factory.mktemp("webhooks"), receiving.url)
        sandbox.start()
        yield sandbox, receiving
        receiving.gate.set()
        sandbox.stop()


@pytest.fixture
def sender(running: tuple[RunningSandbox, Receiver], key: str) -> Iterator[Sender]:
    sandbox, receiving = running
    yield Sender(sandbox, receiving, key)
    receiving.gate.set()
    sandbox.clear_faults()


def test_every_change_is_told(sender: Sender) -> None:
    paid = sender.charge()
    sender.receiving.wait_for(1)
    sender.charge(payment_method="pm_card_visa_chargeDeclined")
    sender.receiving.wait_for(2)
    waiting = sender.charge(payment_method="pm_card_authenticationRequired")
    sender.receiving.wait_for(3)
    sender.sandbox.post(f"{INTENTS}/{waiting['id']}/cancel", {})
    sender.receiving.wait_for(4)
    sender.refund(paid)
    sender.receiving.wait_for(6)
    kinds = sender.receiving.kinds
    assert kinds[:4] == [
        SUCCEEDED,
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.canceled",
    ]
    assert sorted(kinds[4:]) == ["charge.refunded", "refund.created"]
    objects = {event["type"]: event["data"]["object"] for event in sender.receiving.events}
    assert objects[SUCCEEDED]["id"] == paid["id"]
    assert objects["charge.refunded"]["amount_refunded"] == 4200
    assert objects["refund.created"]["payment_intent"] == paid["id"]


def test_a_refused_event_comes_again(sender: Sender) -> None:
    sender.receiving.statuses = [500, 302, 404]
    sender.charge()
    sender.receiving.wait_for(4)
    assert len(sender.receiving.ids) == 1
    pauses = [later - earlier for earlier, later in pairwise(sender.receiving.at)]
    # 0.5 s doubled twice, of which jitter leaves half; a pause of the machine only adds to it.
    assert pauses[-1] >= 1.0


def test_a_slow_receiver_does_not_slow_the_answers(sender: Sender) -> None:
    sender.receiving.gate.clear()
    assert {sender.charge()["status"] for _ in range(30)} == {"succeeded"}
    sender.receiving.wait_for(sending.PARALLEL_MAX)
    assert sender.receiving.together_max == sending.PARALLEL_MAX
    sender.receiving.gate.set()
    sender.receiving.wait_for(30)


def test_what_waits_survives_a_kill(sender: Sender) -> None:
    sender.receiving.statuses = [500] * 100
    paid = {sender.charge()["id"] for _ in range(3)}
    sender.receiving.wait_for(3)
    sender.sandbox.kill()
    sender.receiving.events.clear()
    sender.receiving.statuses.clear()
    sender.sandbox.start()
    sender.receiving.wait_for(3)
    assert {event["data"]["object"]["id"] for event in sender.receiving.events} == paid


def test_what_arrived_does_not_come_again_after_a_stop(sender: Sender) -> None:
    sender.charge()
    sender.receiving.wait_for(1)
    sender.restart(kill=False)
    sender.charge()
    sender.receiving.wait_for(2)
    assert len(sender.receiving.ids) == 2


def test_an_event_can_be_kept_from_us_for_good(sender: Sender) -> None:
    sender.sandbox.fault(kind="no_webhooks", times=1)
    silent, told = sender.charge()["id"], sender.charge()["id"]
    sender.receiving.wait_for(1)
    sender.restart(kill=False)
    also_told = sender.charge()["id"]
    sender.receiving.wait_for(2)
    ids = [event["data"]["object"]["id"] for event in sender.receiving.events]
    assert ids == [told, also_told]
    assert silent not in ids


def test_duplicates_arrive_in_parallel(sender: Sender) -> None:
    sender.sandbox.fault(kind="duplicate_webhooks", copies=5, times=1)
    sender.receiving.gate.clear()
    sender.charge()
    sender.receiving.wait_for(5)
    assert sender.receiving.together_max == 5
    assert len(sender.receiving.ids) == 1


def test_the_webhook_can_come_before_the_answer(sender: Sender) -> None:
    sender.sandbox.fault(kind="webhook_first", times=1)
    sender.receiving.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(sender.charge)
        sender.receiving.wait_for(1)
        assert not answer.done()
        sender.receiving.gate.set()
        assert answer.result()["status"] == "succeeded"


def test_the_refund_can_be_told_before_the_success(sender: Sender) -> None:
    sender.sandbox.fault(kind="webhook_after_refund", times=1)
    sender.refund(sender.charge())
    sender.receiving.wait_for(3)
    assert sender.receiving.kinds[-1] == SUCCEEDED


def test_a_held_success_comes_after_its_time(sender: Sender) -> None:
    sender.sandbox.fault(kind="webhook_after_refund", seconds=0.3, times=1)
    sender.charge()
    sender.receiving.wait_for(1)
    assert sender.receiving.kinds == [SUCCEEDED]


def test_the_bank_and_time_tell_too(sender: Sender) -> None:
    waiting = sender.charge(payment_method="pm_card_threeDSecure2Required")
    address = waiting["next_action"]["redirect_to_url"]["url"]
    sender.sandbox.post(address, {"choice": "pass"})
    sender.sandbox.fault(kind="async_success", seconds=0.1, times=1)
    sender.charge()
    sender.receiving.wait_for(4)
    assert sorted(sender.receiving.kinds) == [
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
    await asyncio.gather(task, return_exceptions=True)
    journal.close()


def record_of(number: int, at: float = 1_000.0) -> Record:
    event = Event(f"evt_{number}", SUCCEEDED, int(at))
    return Record(intent=a_paid_intent(number), events=(event,))


async def emptied(books: Books) -> None:
    deadline = time.monotonic() + 20
    while books.notices:
        assert time.monotonic() < deadline, "events are still waiting"
        await asyncio.sleep(0.02)


async def test_the_queue_is_bounded_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "QUEUE_MAX", 10)
    with receiver() as receiving:
        async with in_process(tmp_path, receiving.url, time.time) as (books, webhooks):
            for number in range(60):
                books.apply(record_of(number, time.time()))
                webhooks.queue([f"evt_{number}"])
            await emptied(books)
        assert receiving.ids == {f"evt_{number}" for number in range(60)}


async def test_after_three_days_it_gives_up(tmp_path: Path) -> None:
    with receiver() as receiving:
        later = 1_001.0 + sending.GIVE_UP_SECONDS
        async with in_process(tmp_path, receiving.url, lambda: later) as (books, webhooks):
            books.apply(record_of(0))
            webhooks.queue(["evt_0"])
            await emptied(books)
        assert receiving.events == []


async def test_without_a_secret_nothing_is_sent(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    webhooks = Webhooks(Books(), journal, url="http://127.0.0.1:9", secret="", bank_url="")
    assert not webhooks.enabled
    await asyncio.wait_for(webhooks.run(), 1)
    journal.close()


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


def test_the_events_of_a_dispute_are_about_the_dispute() -> None:
    dispute = Dispute("du_1", 0, 0, 1_003, 4200, 2000, "needs_response", "fraudulent")
    event = Event("evt_1", "charge.dispute.created", 1_003)
    shape = event_shape(Notice(event, a_paid_intent(), None, dispute), "")
    about = shape["data"]["object"]
    assert (about["object"], about["id"], about["status"]) == ("dispute", "du_1", "needs_response")
    assert about["payment_intent"] == a_paid_intent().id
