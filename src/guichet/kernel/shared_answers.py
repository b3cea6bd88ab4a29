"""One answer for all who ask the same within a second, worked out once.

What everybody may read is asked for by thousands at the moment of an on-sale. A shared answer
lives until the second is over in which its making began, here and in the gateway's cache
(`X-Accel-Expires: @<second>`): nobody is ever shown what is older than a second. Who asks while
it is being made waits for it instead of making it too.
"""

import asyncio
import re
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guichet.kernel import clock
from guichet.kernel.etag import is_known

KEPT_MAX = 500
BYTES_MAX = 256 * 1024
_OK = 200

Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as it is sent; `second` is the Unix second in which its making began."""

    is_shared: bool
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    second: int


class SharedAnswers:
    """Answers GET requests for these paths, by whoever shows no token, from what is shared.

    Only a 200 is shared; those who waited for something else ask for themselves.
    """

    def __init__(self, app: ASGIApp, *, paths: re.Pattern[str]) -> None:
        self._app = app
        self._paths = paths
        self._kept: dict[Key, _Answer] = {}
        self._making: dict[Key, asyncio.Future[_Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"authorization" in headers or not self._paths.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        answer = await self._answer((scope["path"], scope["query_string"]), scope, receive)
        await _send(send, answer, headers.get(b"if-none-match", b""))

    async def _answer(self, key: Key, scope: Scope, receive: Receive) -> _Answer:
        second = int(clock.seconds())
        kept = self._kept.get(key)
        if kept is not None and kept.second == second:
            return kept
        if (others := self._making.get(key)) is not None:
            answer = await asyncio.shield(others)
            return answer or await self._made(scope, receive, second)
        making: asyncio.Future[_Answer | None] = asyncio.get_running_loop().create_future()
        self._making[key] = making
        shared: _Answer | None = None
        try:
            answer = await self._made(scope, receive, second)
            if answer.is_shared:
                shared = answer
                self._keep(key, answer, second)
            return answer
        finally:
            del self._making[key]
            making.set_result(shared)

    async def _made(self, scope: Scope, receive: Receive, second: int) -> _Answer:
        # Everybody's answer must be the whole one, whatever the first who asks has already.
        asked = [item for item in scope["headers"] if item[0] != b"if-none-match"]
        start: Message = {}
        chunks: list[bytes] = []

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self._app({**scope, "headers": asked}, receive, gather)
        body, headers = b"".join(chunks), list(start["headers"])
        is_shared = start["status"] == _OK and len(body) <= BYTES_MAX
        if is_shared:
            headers.append((b"x-accel-expires", b"@" + str(second).encode()))
        return _Answer(is_shared, start["status"], headers, body, second)

    def _keep(self, key: Key, answer: _Answer, second: int) -> None:
        if len(self._kept) >= KEPT_MAX:
            self._kept = {k: kept for k, kept in self._kept.items() if kept.second == second}
        if len(self._kept) < KEPT_MAX:
            self._kept[key] = answer


async def _send(send: Send, answer: _Answer, wanted: bytes) -> None:
    # Whoever notes a request adds to the headers: each answer gets a list of its own.
    headers = list(answer.headers)
    if is_known(dict(headers).get(b"etag", b""), wanted):
        kept = [item for item in headers if item[0] not in {b"content-length", b"content-type"}]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
