"""Background work of a process: each worker runs until the end and is started again if it fails."""

import asyncio
from collections.abc import Awaitable, Callable

from guichet.kernel.logs import logger
from guichet.kernel.metrics import WORKER_RESTARTS

RESTART_SECONDS_FIRST = 0.5
RESTART_SECONDS_MAX = 10.0
HEALTHY_SECONDS = 30.0
STOP_SECONDS_MAX = 2.0
TOLD_AGAIN_AFTER = 0.8
"""The part of that after which a worker that goes on cannot have heard that it should end."""

log = logger(__name__)


class Workers:
    """The workers of one process."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run `run` for as long as the process lives, again after each end or error."""
        self._tasks.append(asyncio.create_task(self._keep_running(name, run), name=name))

    async def stop(self) -> None:
        """Cancel every worker and wait for it, two seconds at most.

        Who goes on is cancelled once more: up to Python 3.11, `asyncio.wait_for` drops a
        cancellation that comes in the very moment in which what it waits for is done.
        """
        going = set(self._tasks)
        for share in (TOLD_AGAIN_AFTER, 1 - TOLD_AGAIN_AFTER):
            for task in going:
                task.cancel()
            if going:
                _, going = await asyncio.wait(going, timeout=share * STOP_SECONDS_MAX)
        self._tasks.clear()

    async def _keep_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        wait = RESTART_SECONDS_FIRST
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await run()
            except Exception as error:
                log.warning("worker failed", worker=name, exc_info=error)
            if is_told_to_end():
                # The NATS client makes an error of it where its connection is closed.
                return
            if loop.time() - started > HEALTHY_SECONDS:
                wait = RESTART_SECONDS_FIRST
            WORKER_RESTARTS.labels(name).inc()
            await asyncio.sleep(wait)
            wait = min(2 * wait, RESTART_SECONDS_MAX)


def every(seconds: float, act: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """Return a worker that does something, then waits, again and again."""

    async def run() -> None:
        while True:
            await act()
            await asyncio.sleep(seconds)

    return run


def is_told_to_end() -> bool:
    """Tell whether this task was cancelled, although something on the way may have dropped that."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
