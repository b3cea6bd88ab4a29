"""Restoring a backup: into a new storage folder, or into the databases that the settings name."""

import asyncio
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from guichet.kernel.clock import now
from guichet.local import environment, postgres
from guichet.local.backup.loading import empty, load_all, prepare_to_go_on
from guichet.local.backup.manifest import (
    JOURNAL,
    SECRETS,
    Manifest,
    check_files,
    find,
    read_manifest,
)
from guichet.local.backup.retention import name_of
from guichet.local.backup.settings import BackupSettings, folder_of, keyring
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.privileges import grant
from guichet.local.process import last_lines, spawn, stop, wait_until
from guichet.local.storage import Storage, SystemLock
from guichet.tickets.payment_backups.errors import PaymentBackupError
from guichet.tickets.payment_backups.sealing import Keyring, Sealed

_START_SECONDS_MAX = 60.0
_STOP_SECONDS_MAX = 20.0


def restore(
    plan: Plan, settings: BackupSettings, wanted: str, *, into: Path | None, force: bool
) -> tuple[str, Path | None]:
    """Restore a backup (`latest`, a name or a path); nothing may be running on the storage.

    `into` names another storage folder. Data that are there already are refused, or with `force`
    moved aside (a storage folder) or dropped (databases that the settings name). Returns the
    backup's name, and where the earlier storage folder went.

    Raises LocalError with what is to be mended.
    """
    folder = folder_of(settings, plan)
    backup = find(folder, wanted)
    manifest = read_manifest(backup)
    check_files(backup, manifest)
    if into is not None:
        plan = _moved(plan, into)
    needs_secrets = environment.own_postgres(plan.named)
    secrets = opened_secrets(backup, manifest, settings, folder, may_lack=not needs_secrets)
    aside = _make_room(plan.storage, force=force)
    plan.storage.prepare()
    with _unfinished(plan.storage):
        if secrets is not None and needs_secrets:
            plan.storage.secrets.touch(mode=0o600)
            plan.storage.secrets.write_bytes(secrets)
        if needs_secrets:
            plan.resolve()
        with _running_cluster(plan):
            asyncio.run(_fill(backup, manifest, _dsns(plan), force=force))
            asyncio.run(_grant_all(plan, _dsns(plan)))
        _put_files(backup, manifest, plan.storage)
    return manifest.name, aside


def _moved(plan: Plan, into: Path) -> Plan:
    storage = Storage(into.absolute())
    named = {**plan.named, "GUICHET_STORAGE_DIR": str(storage.root)}
    settings = plan.settings.model_copy(update={"storage_dir": storage.root})
    return replace(plan, storage=storage, settings=settings, named=named)


def opened_secrets(
    backup: Path, manifest: Manifest, settings: BackupSettings, folder: Path, *, may_lack: bool
) -> bytes | None:
    """Return the secrets of the backup, decrypted; None where there are none and that may be.

    Raises LocalError where they are not in it or its key is not here: the passwords of the
    databases could be drawn anew, but what auth has encrypted could not be read any more.
    """
    if SECRETS not in manifest.files:
        if may_lack:
            return None
        raise LocalError("backup_without_secrets", name=manifest.name)
    keys: Keyring = keyring(settings, folder, may_draw=False)
    try:
        sealed = msgspec.json.decode((backup / SECRETS).read_bytes(), type=Sealed)
        return keys.open(f"{manifest.name}/{SECRETS}", sealed)
    except (PaymentBackupError, msgspec.MsgspecError):
        raise LocalError("backup_key_wrong", name=manifest.name) from None


def _make_room(storage: Storage, *, force: bool) -> Path | None:
    """See that the storage folder is free; with `force`, move what is there aside."""
    running = SystemLock(storage).holder() if storage.run.exists() else None
    if running is not None:
        raise LocalError("already_running", pid=running, folder=storage.root)
    if storage.unfinished.exists():
        # Left by a restore that did not end: nobody has worked with it.
        _remove(storage)
        return None
    if not any(place.exists() for place in (storage.secrets, storage.postgres, storage.nats)):
        return None
    if not force:
        raise LocalError("storage_not_empty", folder=storage.root)
    aside = storage.root.with_name(f"{storage.root.name}-before-{name_of(now())}")
    storage.root.rename(aside)
    return aside


def _remove(storage: Storage) -> None:
    """Remove all that a restore may have made; the logs stay."""
    if storage.postgres.is_symlink():
        shutil.rmtree(storage.postgres.resolve(), ignore_errors=True)
        storage.postgres.unlink()
    for folder in (storage.postgres, storage.root / "sandbox"):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (storage.secrets, storage.seeded, storage.restored, storage.unfinished):
        file.unlink(missing_ok=True)


@contextmanager
def _unfinished(storage: Storage) -> Generator[None]:
    """Mark the storage as not to be started until all of it is there; remove it on an error."""
    storage.unfinished.touch()
    try:
        yield
    except BaseException:
        _remove(storage)
        raise
    storage.unfinished.unlink()


@contextmanager
def _running_cluster(plan: Plan) -> Generator[None]:
    """Run the storage's own PostgreSQL meanwhile, with its databases made; none where named."""
    cluster = plan.cluster
    if cluster is None:
        yield
        return
    postgres.initialise(cluster)
    program = postgres.program(cluster, plan.storage.logs / "postgres.log")
    process = spawn(program)
    try:
        came_up = wait_until(
            lambda: asyncio.run(postgres.accepts_connections(cluster)),
            lambda: process.poll() is None,
            _START_SECONDS_MAX,
        )
        if not came_up:
            reason = last_lines(program.log)
            raise LocalError("server_failed", name="PostgreSQL", reason=reason, log=program.log)
        asyncio.run(postgres.create_databases(cluster))
        yield
    finally:
        stop(process, program.stop_signal, _STOP_SECONDS_MAX)


def _dsns(plan: Plan) -> dict[str, str]:
    """Return the addresses of the databases' owners, who may make tables."""
    known = plan.environment or plan.named
    return {
        service: known.get(f"GUICHET_{service.upper()}_OWNER_DSN")
        or known[f"GUICHET_{service.upper()}_DSN"]
        for service in postgres.SERVICES
    }


async def _grant_all(plan: Plan, owner_dsns: Mapping[str, str]) -> None:
    known = plan.environment or plan.named
    for service, owner_dsn in owner_dsns.items():
        await grant(service, owner_dsn, known[f"GUICHET_{service.upper()}_DSN"])


async def _fill(backup: Path, manifest: Manifest, dsns: Mapping[str, str], *, force: bool) -> None:
    if force:
        for dsn in dsns.values():
            await empty(dsn)
    await load_all(backup, manifest, dsns)
    for dsn in dsns.values():
        await prepare_to_go_on(dsn)


def _put_files(backup: Path, manifest: Manifest, storage: Storage) -> None:
    if JOURNAL in manifest.files:
        journal = storage.root / "sandbox" / "journal.jsonl"
        journal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup / JOURNAL, journal)
        journal.chmod(0o600)
    # What is there is no fresh system: demo data that somebody has deleted stay away.
    storage.seeded.touch()
    storage.restored.write_bytes(
        msgspec.json.encode({"backup": manifest.name, "restored_at": now()})
    )
