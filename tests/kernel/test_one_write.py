"""An answer leaves in one piece, and nothing of it is lost when the connection closes."""

import asyncio
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from guichet.kernel.one_write import OneWrite, Protocol


class Sink(asyncio.Transport):
    """A transport that notes each write."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True


async def test_what_is_written_in_one_turn_is_sent_together() -> None:
    sink = Sink()
    whole = OneWrite(sink, asyncio.get_running_loop())
    whole.write(b"head ")
    whole.write(b"body")
    assert sink.written == []
    await asyncio.sleep(0)
    assert sink.written == [b"head body"]
    whole.write(b"next")
    await asyncio.sleep(0)
    assert sink.written == [b"head body", b"next"]


async def test_closing_sends_what_waits_first() -> None:
    sink = Sink()
    whole = OneWrite(sink, asyncio.get_running_loop())
    whole.write(b"last words")
    whole.close()
    assert (sink.written, sink.is_closed) == ([b"last words"], True)
    await asyncio.sleep(0)
    assert sink.written == [b"last words"]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"!"})


async def test_a_server_answers_through_it() -> None:
    settings = uvicorn.Config(echo, port=0, http=Protocol, lifespan="off", log_config=None)
    server = uvicorn.Server(settings)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000_000)
    large = b"x" * 300_000
    for body, ending in ((b"one", b""), (large, b"Connection: close\r\n")):
        length = str(len(body)).encode()
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n" + ending
        writer.write(head + b"\r\n" + body)
        answer = await reader.readuntil(b"1\r\n!\r\n0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert answer.count(b"x") >= len(body) - 3
    assert await reader.read() == b""
    writer.close()
    server.should_exit = True
    await serving
