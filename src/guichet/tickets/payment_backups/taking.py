"""Taking backups of payments: what changed since the last one, encrypted, one run at a time."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from prometheus_client import Counter, Gauge

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.payment_backups.errors import (
    AnotherRunIsUnderWay,
    BackupsAreOff,
    PaymentBackupError,
)
from guichet.tickets.payment_backups.records import PaymentRecord, encode, run_path
from guichet.tickets.payment_backups.sealing import Keyring
from guichet.tickets.payment_backups.target import Target, target_of
from guichet.tickets.repository import payment_backups as rows
from guichet.tickets.repository.payment_backups import BackupRun
from guichet.tickets.repository.stock import Connection
from guichet.tickets.settings import Settings

BATCH_RECORDS_MAX = 500
OVERLAP = timedelta(minutes=5)
"""Taken again at each run: a server's clock that was set back must not open a gap."""
LOOK_SECONDS = 600.0
"""How often a replica looks whether a backup is due; one that failed is tried again then."""
RUNS_SHOWN = 50

BACKUPS = Counter(
    "guichet_payment_backups_total", "Backups of payments, by how they ended.", ["result"]
)
LAST_BACKUP = Gauge(
    "guichet_payment_backup_last_success_timestamp_seconds",
    "When the latest backup of payments by this process ended well, Unix seconds.",
)

log = logger(__name__)


class PaymentBackups:
    """Backs up payments to one target; `target` and `keyring` are None where no key is set."""

    def __init__(
        self,
        database: Database,
        target: Target | None,
        keyring: Keyring | None,
        *,
        every_hours: float = 24.0,
    ) -> None:
        self._database = database
        self._target = target
        self._keyring = keyring
        self._every = timedelta(hours=every_hours)

    @property
    def is_on(self) -> bool:
        """Whether payments are backed up by themselves."""
        return self._target is not None and self._every > timedelta(0)

    def opened(self) -> tuple[Target, Keyring]:
        """Return target and keys; raises `BackupsAreOff` where there is no key."""
        if self._target is None or self._keyring is None:
            raise BackupsAreOff
        return self._target, self._keyring

    async def close(self) -> None:
        """Give back what the target holds open."""
        if self._target is not None:
            await self._target.close()

    async def run_if_due(self) -> BackupRun | None:
        """Back up where the last good run began a day (`every_hours`) ago, or there was none.

        What goes wrong is logged, counted and stored with the run; the next look tries again.
        """
        if not self.is_on:
            return None
        try:
            async with self._sole_right() as connection:
                last = await rows.last_good_run(connection, self.opened()[0].name)
                if last is not None and now() - last.started_at < self._every:
                    return None
                return await self._run(connection, last)
        except AnotherRunIsUnderWay:
            return None
        except PaymentBackupError as error:
            log.error("payments could not be backed up", reason=str(error))
            return None

    async def run(self, *, everything: bool = False) -> BackupRun:
        """Back up now: what changed since the last good run to this target, or everything.

        Raises `BackupsAreOff`, `AnotherRunIsUnderWay`, and what the target raises.
        """
        async with self._sole_right() as connection:
            target, _ = self.opened()
            last = None if everything else await rows.last_good_run(connection, target.name)
            return await self._run(connection, last)

    async def last_good_run(self, at: datetime | None = None) -> BackupRun | None:
        """Return the latest run to this target, of those begun until `at`, that ended well."""
        path_max = None if at is None else run_path(at)
        async with self._database.hot.acquire() as connection:
            return await rows.last_good_run(connection, self.opened()[0].name, path_max)

    async def runs(self) -> list[BackupRun]:
        """Return the latest runs, also those to earlier targets."""
        async with self._database.hot.acquire() as connection:
            return await rows.latest_runs(connection, RUNS_SHOWN)

    @asynccontextmanager
    async def _sole_right(self) -> AsyncGenerator[Connection]:
        """Hold a connection with the lock that lets one process at a time back up.

        The lock lives with the session, not with a transaction: the target is called meanwhile.
        """
        self.opened()
        async with self._database.hot.acquire() as connection:
            if not await rows.try_to_lock_backups(connection):
                raise AnotherRunIsUnderWay
            try:
                yield connection
            finally:
                await rows.unlock_backups(connection)

    async def _run(self, connection: Connection, last: BackupRun | None) -> BackupRun:
        target, _ = self.opened()
        to_at = await rows.oldest_open_moment(connection)
        since = None if last is None else last.to_at - OVERLAP
        path = await _free_path(connection)
        run_id = await rows.begin_run(connection, target.name, path, since, to_at)
        count = 0
        try:
            count = await self._copy(connection, path, since)
        except Exception as error:
            BACKUPS.labels("failed").inc()
            await rows.end_run(connection, run_id, count, f"{type(error).__name__}: {error}"[:500])
            raise
        ended = await rows.end_run(connection, run_id, count, None)
        BACKUPS.labels("done").inc()
        LAST_BACKUP.set_to_current_time()
        log.info("payments backed up", records=count, path=path, target=target.name)
        return ended

    async def _copy(self, connection: Connection, path: str, since: datetime | None) -> int:
        """Write every changed payment below `path`; returns how many."""
        target, keyring = self.opened()
        count, after_order_id = 0, 0
        while batch := await self._read(connection, since, after_order_id):
            await target.write(
                path,
                {
                    record.payment_id: keyring.seal(f"{path}/{record.payment_id}", encode(record))
                    for record in batch
                },
            )
            count += len(batch)
            after_order_id = batch[-1].order_id
        return count

    async def _read(
        self, connection: Connection, since: datetime | None, after_order_id: int
    ) -> Sequence[PaymentRecord]:
        # One snapshot, so that a payment and its refunds agree.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await rows.changed_payments(connection, since, after_order_id, BATCH_RECORDS_MAX)


async def _free_path(connection: Connection) -> str:
    """Return the path of a run that begins now; no second run gets the same."""
    path = run_path(now())
    if path in {run.path for run in await rows.latest_runs(connection, 1)}:
        # A path names a second: the next one is free.
        await asyncio.sleep(1.01)
        path = run_path(now())
    return path


def open_backups(settings: Settings, database: Database) -> PaymentBackups:
    """Return the backups as the settings want them; off, with an error logged, without a key.

    Raises `TargetRefused` where Firebase's settings cannot be used.
    """
    if not settings.tickets_backup_key:
        if settings.is_production:
            log.error("payments are not backed up: GUICHET_TICKETS_BACKUP_KEY is not set")
        return PaymentBackups(database, None, None)
    return PaymentBackups(
        database,
        target_of(settings),
        Keyring.parse(settings.tickets_backup_key),
        every_hours=settings.tickets_backup_hours,
    )
