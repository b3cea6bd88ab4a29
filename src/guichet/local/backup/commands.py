"""What `guichet backup` and `guichet restore` do and say."""

from datetime import timedelta
from pathlib import Path

from rich.console import Console

from guichet.kernel.logs import configure_logs, logger
from guichet.local.backup.checking import Finding, check_backup, expect_good
from guichet.local.backup.manifest import SHELF, read_manifest, shelf
from guichet.local.backup.restoring import restore as restore_backup
from guichet.local.backup.settings import (
    BackupSettings,
    folder_of,
    key_file,
    read_backup_settings,
)
from guichet.local.backup.status import noting, read_status
from guichet.local.backup.taking import take_backup
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.texts import language, say

CHECK_EVERY = timedelta(days=7)

log = logger(__name__)


def take() -> None:
    """Take a backup and say where it is; raises LocalError where that fails."""
    plan, settings = Plan.from_environment(), read_backup_settings()
    place = _take(plan, settings)
    megabytes = sum(file.stat().st_size for file in place.iterdir()) / 1_000_000
    print(say("backed_up", place=place, megabytes=f"{megabytes:.1f}"))
    if not settings.backup_key:
        print(say("keep_the_key", file=key_file(folder_of(settings, plan))))


def take_scheduled() -> None:
    """Take the daily backup, once a week check it; what goes wrong is logged and raised."""
    plan, settings = Plan.from_environment(), read_backup_settings()
    configure_logs("backups", plan.storage.root, plan.settings.log_level)
    folder = folder_of(settings, plan)
    try:
        place = _take(plan, settings)
        log.info("backed up", backup=place.name)
        if read_status(folder).check_is_due(CHECK_EVERY):
            name, _ = _check(plan, settings, "latest")
            log.info("backup checked", backup=name)
    except Exception as error:
        log.error("backup failed", reason=str(error), exc_info=not isinstance(error, LocalError))
        raise


def check(wanted: str) -> None:
    """Check a backup and print each invariant; raises LocalError where it is not good."""
    _, findings = _check(Plan.from_environment(), read_backup_settings(), wanted)
    console = Console(highlight=False)
    for finding in findings:
        number = finding.invariant.number
        console.print(f"[green]✓[/green]  {number:>2}  {finding.sentence(language())}")


def show() -> None:
    """Print the backups that are there, the latest last."""
    plan, settings = Plan.from_environment(), read_backup_settings()
    folder = folder_of(settings, plan)
    names = shelf(folder)
    if not names:
        raise LocalError("no_backups", folder=folder / SHELF)
    for name in names:
        manifest = read_manifest(folder / SHELF / name)
        megabytes = sum(entry.bytes for entry in manifest.files.values()) / 1_000_000
        tickets = manifest.databases["tickets"].rows
        print(
            say(
                "one_backup",
                name=name,
                megabytes=f"{megabytes:.1f}",
                orders=tickets.get("orders", 0),
                tickets=tickets.get("tickets", 0),
            )
        )


def restore(wanted: str, *, into: Path | None, force: bool) -> None:
    """Restore a backup and say what to do next; raises LocalError where that fails."""
    plan, settings = Plan.from_environment(), read_backup_settings()
    name, aside = restore_backup(plan, settings, wanted, into=into, force=force)
    if aside is not None:
        print(say("moved_aside", folder=aside))
    print(say("restored", name=name))


def _take(plan: Plan, settings: BackupSettings) -> Path:
    folder = folder_of(settings, plan)
    return noting(folder, "backup", lambda: take_backup(plan, settings), lambda place: place.name)


def _check(plan: Plan, settings: BackupSettings, wanted: str) -> tuple[str, list[Finding]]:
    def act() -> tuple[str, list[Finding]]:
        name, findings = check_backup(plan, settings, wanted)
        expect_good(name, findings)
        return name, findings

    return noting(folder_of(settings, plan), "check", act, lambda result: result[0])
