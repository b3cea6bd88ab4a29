"""Typesetting in a process of its own, so that no sale waits for a PDF."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from guichet.kernel.processes import die_with_parent, step_back

IDLE_SECONDS = 60.0
_NICENESS = 10

Content = TypeVar("Content")


class Typesetter:
    """Runs functions one after another in one other process, which ends when it is not needed."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._pool: ProcessPoolExecutor | None = None
        self._under_way = 0
        self._ending: asyncio.TimerHandle | None = None

    async def run(
        self, typeset: Callable[[Content, str], bytes], content: Content, language: str
    ) -> bytes:
        """Return what a module's function makes of this content in that language.

        A process that was killed meanwhile is started again, once.
        """
        if self._ending is not None:
            self._ending.cancel()
        self._under_way += 1
        loop = asyncio.get_running_loop()
        try:
            try:
                return await loop.run_in_executor(self._started(), typeset, content, language)
            except BrokenProcessPool:
                self.end()
                return await loop.run_in_executor(self._started(), typeset, content, language)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._ending = loop.call_later(self._idle_seconds, self.end)

    def end(self) -> None:
        """End the process; the next call starts another."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    async def close(self) -> None:
        """End the process and wait until it is gone; no timer is left behind."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(pool.shutdown)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1,
                # A fork would inherit connections and threads of the server.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(os.getpid(),),
            )
        return self._pool


def _begin(parent: int) -> None:
    die_with_parent(signal.SIGKILL, parent)
    step_back(_NICENESS)


typesetter = Typesetter()
