"""Requests that arrive together share one write, and each gets its own answer after it."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY

from guichet.kernel.batching import BatchWriter
from guichet.kernel.problems import Conflict, Unavailable


class Ledger:
    """A write that notes its batches, waits where a test wants it to, and answers the double."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def write(self, requests: Sequence[int]) -> Sequence[int | Exception]:
        await self.gate.wait()
        if self.error:
            raise self.error
        self.batches.append(list(requests))
        return [Conflict() if number < 0 else 2 * number for number in requests]


def writer_of(
    ledger: Ledger, *, batch_max: int = 256, waiting_max: int = 5_000
) -> BatchWriter[int, int]:
    return BatchWriter[int, int](ledger.write, batch_max=batch_max, waiting_max=waiting_max)


async def test_a_lone_request_is_written_at_once() -> None:
    ledger = Ledger()
    async with asyncio.timeout(30):
        assert await writer_of(ledger).submit(21) == 42
    assert ledger.batches == [[21]]


async def test_what_arrives_together_is_written_together_in_its_order() -> None:
    ledger = Ledger()
    writer = writer_of(ledger)
    answers = await asyncio.gather(*(writer.submit(number) for number in range(100)))
    assert answers == [2 * number for number in range(100)]
    assert ledger.batches == [list(range(100))]


async def test_what_arrives_meanwhile_is_the_next_batch() -> None:
    ledger = Ledger()
    ledger.gate.clear()
    writer = writer_of(ledger, batch_max=3)
    tasks = [asyncio.create_task(writer.submit(0))]
    await asyncio.sleep(0.01)
    tasks += [asyncio.create_task(writer.submit(number)) for number in range(1, 6)]
    await asyncio.sleep(0.01)
    assert writer.waiting == 5
    ledger.gate.set()
    await asyncio.gather(*tasks)
    assert ledger.batches == [[0], [1, 2, 3], [4, 5]]


async def test_nothing_is_answered_before_it_is_written() -> None:
    ledger = Ledger()
    ledger.gate.clear()
    task = asyncio.create_task(writer_of(ledger).submit(1))
    done, _ = await asyncio.wait([task], timeout=0.05)
    assert not done
    ledger.gate.set()
    assert await task == 2


async def test_one_refusal_concerns_one_request() -> None:
    ledger = Ledger()
    writer = writer_of(ledger)
    answers = await asyncio.gather(
        writer.submit(1), writer.submit(-1), writer.submit(2), return_exceptions=True
    )
    assert answers[0] == 2
    assert isinstance(answers[1], Conflict)
    assert answers[2] == 4


async def test_a_failed_write_fails_its_batch_and_not_the_next() -> None:
    ledger = Ledger()
    writer = writer_of(ledger)
    ledger.error = ConnectionError("away")
    answers = await asyncio.gather(writer.submit(1), writer.submit(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    ledger.error = None
    assert await writer.submit(3) == 6


async def test_too_many_waiting_are_turned_away() -> None:
    ledger = Ledger()
    ledger.gate.clear()
    writer = writer_of(ledger, batch_max=1, waiting_max=2)
    tasks = [asyncio.create_task(writer.submit(0))]
    await asyncio.sleep(0.01)
    tasks += [asyncio.create_task(writer.submit(number)) for number in (1, 2)]
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable):
        await writer.submit(3)
    ledger.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4]


async def test_a_caller_who_leaves_does_not_disturb_the_others() -> None:
    ledger = Ledger()
    ledger.gate.clear()
    writer = writer_of(ledger)
    leaving, staying = (asyncio.create_task(writer.submit(number)) for number in (1, 2))
    await asyncio.sleep(0.01)
    leaving.cancel()
    ledger.gate.set()
    assert await staying == 4
    assert ledger.batches == [[1, 2]]


async def test_who_waits_no_longer_is_refused_before_anything_is_done() -> None:
    ledger = Ledger()
    ledger.gate.clear()
    writer = writer_of(ledger)
    tasks = [asyncio.create_task(writer.submit(0))]
    await asyncio.sleep(0.01)
    soon, later = time.monotonic() + 0.02, time.monotonic() + 600
    tasks += [asyncio.create_task(writer.submit(1, not_after=soon))]
    tasks += [asyncio.create_task(writer.submit(2, not_after=later))]
    await asyncio.sleep(0.05)
    ledger.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answers[0], answers[2]] == [0, 4]
    assert isinstance(answers[1], Unavailable)
    assert answers[1].headers() == {"Retry-After": "2"}
    assert ledger.batches == [[0], [2]], "it was written although nobody waited for it"


async def test_a_queue_of_none_but_the_late_is_emptied() -> None:
    ledger = Ledger()
    writer = writer_of(ledger)
    with pytest.raises(Unavailable):
        await writer.submit(1, not_after=time.monotonic() - 1)
    assert await writer.submit(2) == 4
    assert ledger.batches == [[2]]


async def test_queue_batches_and_waits_are_measured() -> None:
    ledger = Ledger()
    ledger.gate.clear()
    writer = BatchWriter[int, int](ledger.write, name="measured", waiting_max=3)

    def measured(metric: str) -> float | None:
        return REGISTRY.get_sample_value(f"guichet_batch_{metric}", {"writer": "measured"})

    refused = REGISTRY.get_sample_value("guichet_requests_shed_total", {"reason": "queue"}) or 0
    tasks = [asyncio.create_task(writer.submit(0))]
    await asyncio.sleep(0.01)
    tasks += [asyncio.create_task(writer.submit(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0.01)
    assert measured("waiting") == 3
    with pytest.raises(Unavailable):
        await writer.submit(4)
    ledger.gate.set()
    await asyncio.gather(*tasks)
    assert measured("waiting") == 0
    assert (measured("requests_count"), measured("requests_sum")) == (2, 4)
    assert (measured("wait_seconds_sum") or 0) > 0
    assert measured("write_seconds_count") == 2
    now_refused = REGISTRY.get_sample_value("guichet_requests_shed_total", {"reason": "queue"})
    assert now_refused == refused + 1
