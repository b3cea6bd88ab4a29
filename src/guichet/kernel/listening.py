"""Serving on a port: connections that arrive together are all taken up at once.

The event loop (libuv) takes one new connection off a listening socket in each of its turns. When
a thousand buyers come at once the gateway opens hundreds of connections, and a turn that answers a
batch is long: those already connected would go round again and again, while others wait outside
for seconds. A loop that watches the same socket several times over takes as many in each turn.
"""

import os
import socket
import sys
from contextlib import suppress
from threading import Timer

import uvicorn

from guichet.kernel.logs import logger

TAKEN_A_TURN = 32
END_SECONDS_MAX = 5.0
_START_FAILED = 3
"""What uvicorn, too, ends with where it could not start."""

log = logger(__name__)


class _Server(uvicorn.Server):
    """A server whose process ends a few seconds after its serving, whatever goes on in it.

    The event loop ends by cancelling each task that is left and waiting for it: for ever, where
    one does not heed that. Who looks after the process would take it for one that serves.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.last_end = Timer(END_SECONDS_MAX, self._end)
        self.last_end.daemon = True

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().serve(sockets)
        finally:
            self.last_end.start()

    def _end(self) -> None:
        log.error("a task goes on after the end of serving")
        os._exit(0 if self.started else _START_FAILED)


def run(config: uvicorn.Config) -> None:
    """Serve until told to stop; ends the process with status 3 where it cannot start."""
    server = _Server(config)
    try:
        with suppress(KeyboardInterrupt):
            server.run(sockets=watched(config.bind_socket()))
    finally:
        server.last_end.cancel()
    if not server.started:
        sys.exit(_START_FAILED)


def watched(listener: socket.socket, times: int = TAKEN_A_TURN) -> list[socket.socket]:
    """Return the socket and more descriptors of it, as many as a loop is to take in one turn."""
    return [listener, *(listener.dup() for _ in range(times - 1))]
