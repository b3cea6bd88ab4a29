"""A stream that met a full disk takes messages again once there is room, and not before."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nats as nats_client
import pytest
from nats.errors import Error as NatsError

from guichet.local import nats_watch
from guichet.local.nats import Broker
from guichet.local.nats_watch import LOOK_SECONDS, NatsWatch, cannot_write, has_room
from guichet.local.ports import free_port
from guichet.local.process import wait_until
from guichet.local.servers import NatsServer, start_nats
from storm.disk import SmallDisk, may_mount

BROKEN = b'{"status":"error","errors":[{"type":"STREAM","error":"stream write error: no space"}]}'
OTHERWISE_ILL = b'{"status":"error","errors":[{"type":"JETSTREAM","error":"not current"}]}'


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a busy machine take its time to answer."""
    monkeypatch.setattr(nats_watch, "ANSWER_SECONDS_MAX", 60.0)


class Child:
    """A process that only notes that it was to stop."""

    name = "nats"
    log = Path("nats.log")

    def __init__(self) -> None:
        self.asked = 0

    def start(self) -> int:
        return 1

    def ended(self) -> int | None:
        return None

    def ask_to_stop(self) -> None:
        self.asked += 1

    def force_to_stop(self) -> None:
        """Not asked for here."""


class Health(http.server.BaseHTTPRequestHandler):
    """Answers as a broker's monitor would."""

    status, content = 200, b'{"status":"ok"}'

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker whose monitor says what the test has it say."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Broker(tmp_path, 1, server.server_port, "guichet", "", tmp_path / "nats.log")
    server.shutdown()
    server.server_close()


def looked(broker: Broker) -> int:
    """Let a watch look twice; return how often the broker was told to stop."""
    child, times = Child(), iter([0.0, LOOK_SECONDS / 2, LOOK_SECONDS + 1, LOOK_SECONDS + 1])
    watch = NatsWatch(broker, child, lambda: next(times))
    assert not watch.tick(), "it is not time to look yet"
    assert watch.tick() is bool(child.asked)
    return child.asked


@pytest.mark.parametrize(
    ("status", "content", "asked"),
    [
        (200, b'{"status":"ok"}', 0),
        (503, BROKEN, 1),
        (503, OTHERWISE_ILL, 0),
        (503, b"<html>", 0),
        (503, b"[]", 0),
    ],
)
def test_only_a_stream_that_cannot_write_has_it_started_anew(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, status: int, content: bytes, asked: int
) -> None:
    monkeypatch.setattr(Health, "status", status)
    monkeypatch.setattr(Health, "content", content)
    assert looked(broker) == asked


def test_not_while_there_is_no_room(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Health, "status", 503)
    monkeypatch.setattr(Health, "content", BROKEN)
    monkeypatch.setattr(nats_watch, "ROOM_BYTES_MIN", 2**62)
    assert not has_room(broker)
    assert looked(broker) == 0


def test_a_broker_that_does_not_answer_is_somebody_elses_to_mend(broker: Broker) -> None:
    assert not cannot_write(replace(broker, monitor_port=free_port()))


async def stores(server: NatsServer) -> bool:
    """Return whether a message is taken."""
    client = await nats_client.connect(server.url)
    try:
        stream = client.jetstream(timeout=5)
        await stream.add_stream(name="TICKETS", subjects=["tickets.>"])
        await stream.publish("tickets.a", b"x" * 9_000)
    except (NatsError, TimeoutError):
        return False
    finally:
        await client.close()
    return True


@pytest.mark.skipif(not may_mount(), reason="this user may not mount a disk of memory")
def test_a_real_broker_on_a_full_disk(server_folder: Path) -> None:
    disk = SmallDisk(server_folder / "small", minutes=0.0)
    disk.mount()
    server = start_nats(disk.folder / "nats", free_port(), free_port())
    try:
        assert wait_until(lambda: asyncio.run(stores(server)), lambda: True, 60)
        disk.fill()
        # An answer that is only late is none of a full disk's: the stream itself has to say it.
        assert wait_until(
            lambda: not asyncio.run(stores(server)) and cannot_write(server.broker),
            lambda: True,
            60,
        )
        disk.free()
        assert not asyncio.run(stores(server)), "room alone does not mend it"
        assert cannot_write(server.broker)
        assert has_room(server.broker)
        server.stop()
        server = start_nats(disk.folder / "nats", server.broker.port, server.broker.monitor_port)
        assert not cannot_write(server.broker)
        assert wait_until(lambda: asyncio.run(stores(server)), lambda: True, 60)
    finally:
        server.stop()
        disk.unmount()
