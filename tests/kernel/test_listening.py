"""Connections that arrive together are taken up together, and a port that is taken is said."""

import asyncio
import socket
import subprocess
import sys

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from guichet.kernel import listening
from guichet.kernel.listening import watched

CROWD = 128
TURNS = 12


async def _taken_up(times: int) -> int:
    """Return how many connections of a crowd are taken up in a few turns of the loop."""
    taken = 0

    class Door(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: ARG002 - asyncio's name
            nonlocal taken
            taken += 1

    loop = asyncio.get_running_loop()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    servers = [
        await loop.create_server(Door, sock=each, backlog=2 * CROWD)
        for each in watched(listener, times)
    ]
    clients = [socket.create_connection(listener.getsockname()) for _ in range(CROWD)]
    for _ in range(TURNS):
        await asyncio.sleep(0)
    found = taken
    for client in clients:
        client.close()
    for server in servers:
        server.close()
    return found


def test_a_crowd_is_taken_up_within_a_few_turns_of_the_loop() -> None:
    assert uvloop.run(_taken_up(1)) <= TURNS, "the loop takes many by itself: drop this module"
    assert uvloop.run(_taken_up(listening.TAKEN_A_TURN)) == CROWD


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is never asked."""


def test_a_port_that_is_taken_ends_the_process_as_a_failed_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        config = uvicorn.Config(
            _nothing, port=other.getsockname()[1], lifespan="off", log_config=None
        )
        with pytest.raises(SystemExit) as ended:
            listening.run(config)
    assert ended.value.code


DEAF = """
import asyncio, uvicorn
from contextlib import asynccontextmanager, suppress
from starlette.applications import Starlette
from guichet.kernel import listening

listening.END_SECONDS_MAX = 1.0

async def deaf():
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

@asynccontextmanager
async def lifespan(app):
    app.state.deaf = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    raise OSError("no database")
    yield

listening.run(uvicorn.Config(Starlette(lifespan=lifespan), port=0, loop="uvloop"))
"""


def test_a_process_that_could_not_start_ends_although_a_task_goes_on() -> None:
    """One that did not was taken for a service: nobody could sign in until somebody ended it."""
    ended = subprocess.run([sys.executable, "-c", DEAF], timeout=30, check=False)
    assert ended.returncode == 3
