"""The load generator counts what comes back, and waits in nobody's place."""

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from bench.load import LOST, Load, send
from bench.report import machine
from bench.requests import address_of, request


class Server:
    """Answers what the path says: a status, after so many milliseconds."""

    def __init__(self) -> None:
        self.asked = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                _, status, milliseconds, last = head.split(" ")[1].split("/")
                await asyncio.sleep(int(milliseconds) / 1000)
                self.asked += 1
                if status == "000":
                    break
                ending = "Connection: close\r\n" if last == "last" else ""
                answer = f"HTTP/1.1 {status} X\r\n{ending}Content-Length: 2\r\n\r\nok"
                writer.write(answer.encode())
                if ending:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def _open(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()

    def _run(self) -> None:
        self._loop.run_until_complete(self._open())
        self._loop.run_forever()

    @contextmanager
    def running(self) -> Generator["Server"]:
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        assert self._ready.wait(60)
        yield self
        self._loop.call_soon_threadsafe(self._loop.stop)
        thread.join(10)


def get(status: int, milliseconds: int = 0, last: str = "more") -> bytes:
    return request("GET", f"/{status:03}/{milliseconds}/{last}")


def test_each_request_is_sent_once_and_its_answer_counted() -> None:
    with Server().running() as server:
        requests = [get(201)] * 30 + [get(409)] * 20
        outcome = send(Load(server.port, requests, connections=7, keep_bodies=True))
    assert dict(outcome.statuses) == {201: 30, 409: 20}
    assert sorted(outcome.numbers) == list(range(50))
    assert outcome.bodies == [b"ok"] * 50
    assert server.asked == 50


def test_a_closed_loop_ends_with_its_time_or_begins_again() -> None:
    # On a machine that pauses, all of a short time may pass in one answer.
    for seconds in (0.3, 3, 30):
        with Server().running() as server:
            outcome = send(Load(server.port, [get(200, 10)], 1, seconds=seconds, repeat=True))
        assert outcome.statuses[200] <= 100 * seconds + 1
        if outcome.statuses[200] > 10:
            break
    assert outcome.statuses[200] > 10
    assert outcome.rate(200, warm_up=0) == pytest.approx(outcome.statuses[200] / outcome.seconds)
    assert outcome.rate(200, warm_up=0) < 101
    assert 9 < outcome.percentile(0.5) <= 1000 * outcome.seconds


def test_a_server_that_closes_is_asked_by_another_connection() -> None:
    with Server().running() as server:
        outcome = send(Load(server.port, [get(200, 0, "last")] * 12, connections=2))
    assert dict(outcome.statuses) == {200: 12}


def test_a_broken_connection_loses_its_request_and_no_other() -> None:
    with Server().running() as server:
        requests = [get(200)] * 5 + [get(0)] + [get(200)] * 5
        outcome = send(Load(server.port, requests, connections=1))
    assert dict(outcome.statuses) == {200: 10, LOST: 1}
    assert outcome.answered[5] == LOST


def test_an_open_loop_counts_from_when_a_request_was_due() -> None:
    """One connection, answers in 50 ms, 40 a second wanted: each waits for all before it."""
    with Server().running() as server:
        began = time.monotonic()
        outcome = send(Load(server.port, [get(200, 50)] * 20, 1, seconds=0.5, rate=40))
        took = time.monotonic() - began
    assert outcome.statuses[200] == 20
    due = [number / 40 for number in outcome.numbers]
    waits = [end - due for end, due in zip(outcome.ends, due, strict=True)]
    assert outcome.latencies == pytest.approx(waits, abs=1e-6)
    assert outcome.percentile(1.0) > 400
    assert took > 1.0


def test_addresses_differ_and_the_machine_is_named() -> None:
    assert len({address_of(number) for number in range(70_000)}) == 70_000
    assert machine()["cores"] >= 1
