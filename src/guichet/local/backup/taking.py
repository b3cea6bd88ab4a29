"""Taking a backup of all databases while the system runs."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec

from guichet.kernel.clock import now
from guichet.local import environment, servable
from guichet.local.backup.manifest import (
    FILE,
    FORMAT,
    JOURNAL,
    SECRETS,
    SHELF,
    DatabaseEntry,
    Manifest,
    entry_of,
    shelf,
)
from guichet.local.backup.programs import find_program, major_of, run_program, version_of
from guichet.local.backup.retention import kept, name_of
from guichet.local.backup.settings import BackupSettings, folder_of, keyring
from guichet.local.backup.snapshots import (
    ORDER,
    Snapshots,
    migration_of,
    row_counts,
    take_snapshots,
)
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.storage import Storage
from guichet.tickets.payment_backups.sealing import Keyring

_DUMPS_AT_ONCE_MAX = 2


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the databases by service, and the local files beside them."""

    dsns: Mapping[str, str]
    storage: Storage
    has_sandbox: bool


def source_of(plan: Plan) -> Source:
    """Return what this environment's system consists of; LocalError where one is unknown."""
    return Source(
        dsns={service: servable.dsn_of(service) for service in ORDER},
        storage=plan.storage,
        has_sandbox=environment.own_sandbox(plan.named),
    )


def take_backup(plan: Plan, settings: BackupSettings) -> Path:
    """Take a backup, forget those that are too old, and return the new one's folder.

    Raises LocalError where a database does not answer, another backup is under way, or the disk
    does not take it; no half backup is left then.
    """
    folder = folder_of(settings, plan)
    source = source_of(plan)
    try:
        (folder / SHELF).mkdir(parents=True, exist_ok=True, mode=0o700)
        with _one_at_a_time(folder):
            taken = asyncio.run(_take(source, folder / SHELF, keyring_of(settings, folder)))
            _forget_old(folder, settings)
    except OSError as error:
        raise LocalError("backup_failed", reason=f"{folder}: {error.strerror or error}") from None
    return taken


def keyring_of(settings: BackupSettings, folder: Path) -> Keyring:
    """Return the key for a new backup, drawn where there is none yet."""
    return keyring(settings, folder, may_draw=True)


@contextmanager
def _one_at_a_time(folder: Path) -> Generator[None]:
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LocalError("backup_under_way") from None
        yield


async def _take(source: Source, place: Path, keys: Keyring) -> Path:
    at = now()
    name = name_of(at)
    fresh = _fresh_folder(place, name)
    try:
        async with take_snapshots(source.dsns) as snapshots:
            # Right after the snapshots: the provider's books never lack what ours have.
            _copy_journal(source, fresh)
            server = str(await snapshots.connections["tickets"].fetchval("SHOW server_version"))
            dumper = find_program("pg_dump", major_of(server))
            databases = await _dump_all(source, snapshots, dumper, fresh)
        _seal_secrets(source.storage, fresh, name, keys)
        manifest = Manifest(
            format=FORMAT,
            name=name,
            taken_at=at,
            guichet=version("guichet"),
            server=server,
            pg_dump=version_of(dumper),
            order=ORDER,
            is_consistent=snapshots.is_consistent,
            databases=databases,
            files={file.name: entry_of(file) for file in sorted(fresh.iterdir())},
        )
        (fresh / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        _to_the_disk(fresh)
        fresh.rename(place / name)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return place / name


def _fresh_folder(place: Path, name: str) -> Path:
    """Return an empty folder for a backup, and remove what a run that was killed left."""
    for leftover in place.glob("*.part"):
        shutil.rmtree(leftover)
    fresh = place / f"{name}.part"
    fresh.mkdir(mode=0o700)
    return fresh


async def _dump_all(
    source: Source, snapshots: Snapshots, dumper: Path, fresh: Path
) -> dict[str, DatabaseEntry]:
    turn = asyncio.Semaphore(_DUMPS_AT_ONCE_MAX)

    async def dump(service: str) -> DatabaseEntry:
        connection, file = snapshots.connections[service], f"{service}.dump"
        async with turn:
            await run_program(
                dumper,
                source.dsns[service],
                [
                    "--format=custom",
                    f"--snapshot={snapshots.names[service]}",
                    "--no-owner",
                    "--no-privileges",
                    f"--file={fresh / file}",
                ],
            )
        (fresh / file).chmod(0o600)
        return DatabaseEntry(
            file=file,
            migration=await migration_of(connection),
            rows=await row_counts(connection),
        )

    entries = await asyncio.gather(*(dump(service) for service in ORDER))
    return dict(zip(ORDER, entries, strict=True))


def _copy_journal(source: Source, fresh: Path) -> None:
    """Copy the sandbox's books as far as they are whole lines now; it only ever appends."""
    journal = source.storage.root / "sandbox" / "journal.jsonl"
    if not source.has_sandbox or not journal.exists():
        return
    content = journal.read_bytes()
    (fresh / JOURNAL).write_bytes(content[: content.rfind(b"\n") + 1])
    (fresh / JOURNAL).chmod(0o600)


def _seal_secrets(storage: Storage, fresh: Path, name: str, keys: Keyring) -> None:
    """Encrypt the generated secrets, without which passwords and signing keys are unreadable."""
    if not storage.secrets.exists():
        return
    sealed = keys.seal(f"{name}/{SECRETS}", storage.secrets.read_bytes())
    (fresh / SECRETS).write_bytes(msgspec.json.encode(sealed))
    (fresh / SECRETS).chmod(0o600)


def _to_the_disk(folder: Path) -> None:
    for place in (*folder.iterdir(), folder):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _forget_old(folder: Path, settings: BackupSettings) -> None:
    names = shelf(folder)
    stay = kept(
        names,
        daily=settings.backup_daily,
        weekly=settings.backup_weekly,
        monthly=settings.backup_monthly,
    )
    for name in set(names) - stay:
        shutil.rmtree(folder / SHELF / name)
