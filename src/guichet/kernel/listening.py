"""Serving on a port: connections that arrive together are all taken up at once.

The event loop (libuv) takes one new connection off a listening socket in each of its turns. When
a thousand buyers come at once the gateway opens hundreds of connections, and a turn that answers a
batch is long: those already connected would go round again and again, while others wait outside
for seconds. A loop that watches the same socket several times over takes as many in each turn.
"""

import socket
import sys
from contextlib import suppress

import uvicorn

TAKEN_A_TURN = 32
_START_FAILED = 3
"""What uvicorn, too, ends with where it could not start."""


def run(config: uvicorn.Config) -> None:
    """Serve until told to stop; ends the process with status 3 where it cannot start."""
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run(sockets=watched(config.bind_socket()))
    if not server.started:
        sys.exit(_START_FAILED)


def watched(listener: socket.socket, times: int = TAKEN_A_TURN) -> list[socket.socket]:
    """Return the socket and more descriptors of it, as many as a loop is to take in one turn."""
    return [listener, *(listener.dup() for _ in range(times - 1))]
