"""Cuts the connection under a request, as a network does."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT = "guichet.transport"


class SandboxProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also lets a request reach its own connection."""

    def on_message_begin(self) -> None:
        """Add the connection to the request's scope, under ASGI's `extensions`."""
        super().on_message_begin()
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}


class Dropped(Response):
    """An answer that never arrives: after `seconds` without a byte the connection is cut."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the time or for the client to go, whichever is first; then cut."""
        del send  # Nothing is sent; that is the point.
        gone = asyncio.ensure_future(_until_gone(receive))
        await asyncio.wait({gone}, timeout=self._seconds)
        transport: asyncio.Transport = scope["extensions"][_TRANSPORT]["transport"]
        transport.abort()
        # uvicorn has to see that the client is gone, else it answers 500 for us.
        await gone


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
