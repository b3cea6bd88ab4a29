"""News from the database to this process: who has a new inbox line, that there is work to send.

One connection listens. Its messages only wake somebody up; what is new is then read from the
tables, so a message lost with a connection loses nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from guichet.kernel.logs import logger
from guichet.notifications.repository.notices import CHANNEL
from guichet.notifications.use_cases.telling import WAKE_CHANNEL

CHECK_SECONDS = 10.0

log = logger(__name__)


class Listener:
    """Listens to PostgreSQL and wakes streams and senders."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._watchers: defaultdict[int, set[asyncio.Event]] = defaultdict(set)
        self._senders: list[asyncio.Event] = []
        self.is_closing = False

    def wake_for_work(self, sender: asyncio.Event) -> None:
        """Wake that event whenever deliveries were added."""
        self._senders.append(sender)

    @contextmanager
    def watching(self, account_id: int) -> Generator[asyncio.Event]:
        """Yield an event that is set when the account has news, or when this process stops."""
        event = asyncio.Event()
        self._watchers[account_id].add(event)
        if self.is_closing:
            event.set()
        try:
            yield event
        finally:
            self._watchers[account_id].discard(event)
            if not self._watchers[account_id]:
                del self._watchers[account_id]

    def close_streams(self) -> None:
        """Let every stream end; called as soon as the process is told to stop."""
        self.is_closing = True
        self._wake_everybody()

    async def run(self) -> None:
        """Listen until cancelled; raises where the connection is lost, to be started again."""
        connection = await asyncpg.connect(
            self._dsn, timeout=5, server_settings={"application_name": "guichet-listener"}
        )
        try:
            await connection.add_listener(CHANNEL, self._on_notice)
            await connection.add_listener(WAKE_CHANNEL, self._on_work)
            # Whatever came while nobody listened is found by looking.
            self._wake_everybody()
            while True:
                await asyncio.sleep(CHECK_SECONDS)
                await connection.execute("SELECT 1", timeout=5)
        finally:
            connection.terminate()

    def _on_notice(self, *received: object) -> None:
        for event in self._watchers.get(int(str(received[-1])), ()):
            event.set()

    def _on_work(self, *_received: object) -> None:
        for sender in self._senders:
            sender.set()

    def _wake_everybody(self) -> None:
        for events in self._watchers.values():
            for event in events:
                event.set()
        for sender in self._senders:
            sender.set()
