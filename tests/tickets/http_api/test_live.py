"""Who runs an event sees its sale as it happens."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import Message

from guichet.tickets import figures
from guichet.tickets.http_api import live
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    PREFIX,
    Front,
)


@pytest.fixture(autouse=True)
def brief_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FRESH_SECONDS_MIN", 0.02)
    monkeypatch.setattr(figures, "COUNTING_SHARE_MAX", 1e9)
    monkeypatch.setattr(live, "FRESH_SECONDS_MIN", 0.02)


class Watching:
    """A stream that is being read."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            body: bytes = message.get("body", b"")
            if body:
                self.received.put_nowait(body)
            if not message.get("more_body", False):
                self.received.put_nowait(None)

    async def figures(self) -> dict[str, Any]:
        """Return the next figures."""
        while True:
            part = await asyncio.wait_for(self.received.get(), 10)
            assert part is not None, "the stream ended"
            if part.startswith(b"event: figures\n"):
                content: dict[str, Any] = json.loads(part.partition(b"data: ")[2])
                return content

    async def end(self) -> None:
        """Return once the stream has ended by itself."""
        while await asyncio.wait_for(self.received.get(), 10) is not None:
            pass


@asynccontextmanager
async def watching(front: Front, event: int) -> AsyncGenerator[Watching]:
    stream = Watching()
    token = front.issuer.token(ORGANISER.account_id, ORGANISER.role)
    path = f"{PREFIX}/events/{event}/live"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("203.0.113.7", 1),
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    reading = asyncio.create_task(front.entry(scope, receive, stream.send))
    try:
        yield stream
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def test_the_stream_shows_each_change(front: Front) -> None:
    event = await front.shop.event(capacity=10, price_minor=2500)
    async with watching(front, event) as stream:
        first = await stream.figures()
        assert (first["capacity"], first["sold"], first["available"]) == (10, 0, 10)
        ticket = await front.ticket(event)
        sold = await stream.figures()
        while sold["held"]:
            sold = await stream.figures()
        assert (sold["sold"], sold["available"], sold["revenue"]) == (1, 9, "25.00")
        assert sold["ticket_types"][0]["sold"] == 1
        await front.ask("POST", f"/{ticket['id']}/validate", by=OPERATOR)
        assert (await stream.figures())["admitted"] == 1


async def test_the_stream_shows_what_becomes_of_the_event(front: Front) -> None:
    """A change of its status alone, of which no place and no ticket tells."""
    event = await front.shop.event()
    async with watching(front, event) as stream:
        first = await stream.figures()
        assert first["status"] == "published"
        known = front.shop.events.snapshots[event]
        cancelled = known.model_copy(update={"version": 2, "status": "cancelled"})
        await front.shop.catalogue.accept(cancelled)
        async with asyncio.timeout(10):
            then = await stream.figures()
        assert then == {**first, "status": "cancelled", "read_at": then["read_at"]}


async def test_nothing_is_said_where_nothing_changes(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.04)
    event = await front.shop.event()
    async with watching(front, event) as stream:
        await stream.figures()
        for _ in range(3):
            part = await asyncio.wait_for(stream.received.get(), 10)
            assert part == b": still here\n\n"


@pytest.mark.parametrize("form", ["figures", "live"])
async def test_they_are_for_who_runs_the_event(front: Front, form: str) -> None:
    event = await front.shop.event()
    for by, status in [(None, 401), (ALICE, 403), (OPERATOR, 403), (OTHER_ORGANISER, 403)]:
        answer = await front.ask("GET", f"/events/{event}/{form}", by=by)
        assert answer.status == status, by
    assert (await front.ask("GET", f"/events/999999/{form}", by=ADMIN)).status == 404


async def test_the_figures_can_be_read_once(front: Front) -> None:
    event = await front.shop.event(capacity=7)
    answer = await front.ask("GET", f"/events/{event}/figures", by=ORGANISER)
    assert (answer.status, answer.json["capacity"]) == (200, 7)
