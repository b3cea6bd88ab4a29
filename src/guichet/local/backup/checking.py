"""Checking a backup: restored into a scratch cluster, counted, and asked for the invariants."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guichet.kernel.problems import Language
from guichet.local.backup.loading import load_all
from guichet.local.backup.manifest import Manifest, check_files, find, read_manifest
from guichet.local.backup.restoring import opened_secrets
from guichet.local.backup.settings import BackupSettings, folder_of
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.ports import free_port
from guichet.local.servers import PostgresServer, start_postgres
from guichet.verify import messages, money, projections, selling
from guichet.verify.invariants import INVARIANTS, Check, Invariant
from guichet.verify.sources import open_sources

TRUE_AT_REST: frozenset[Check] = frozenset(
    {
        money.captured_is_served_or_refunded,
        messages.one_confirmation_per_order,
        messages.queues_are_empty,
        projections.projections_equal_their_source,
        selling.holds_end,
    }
)
"""Invariants that work under way contradicts for a moment: in a snapshot it stands still."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant with what contradicts it, () where it holds."""

    invariant: Invariant
    contradictions: tuple[str, ...]

    def sentence(self, language: Language) -> str:
        """Return the invariant in words."""
        return self.invariant.fr if language == "fr" else self.invariant.en


def check_backup(plan: Plan, settings: BackupSettings, wanted: str) -> tuple[str, list[Finding]]:
    """Restore a backup into a cluster of its own, and return its name and every finding.

    Each file is compared with its checksum, the secrets are decrypted, every row is counted.
    Raises LocalError where the backup cannot be restored.
    """
    folder = folder_of(settings, plan)
    backup = find(folder, wanted)
    manifest = read_manifest(backup)
    check_files(backup, manifest)
    opened_secrets(backup, manifest, settings, folder, may_lack=True)
    scratch = Path(tempfile.mkdtemp(prefix="guichet-check-"))
    # An unprivileged server must be able to pass through; see guichet.local.unprivileged.
    scratch.chmod(0o711)
    try:
        server = start_postgres(scratch / "postgres", free_port(), durable=False)
        try:
            server.create_databases()
            return manifest.name, asyncio.run(_check(backup, manifest, _dsns(server, manifest)))
        finally:
            server.stop(remove=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _dsns(server: PostgresServer, manifest: Manifest) -> dict[str, str]:
    return {service: server.dsn(service) for service in manifest.databases}


async def _check(backup: Path, manifest: Manifest, dsns: Mapping[str, str]) -> list[Finding]:
    await load_all(backup, manifest, dsns)
    named = {f"GUICHET_{service.upper()}_DSN": dsn for service, dsn in dsns.items()}
    # A snapshot stands still: what was under way then must not count as late now.
    async with open_sources(named, as_of=manifest.taken_at) as sources:
        return [
            Finding(invariant, tuple(each.sentence for each in await invariant.check(sources)))
            for invariant in INVARIANTS
            if not invariant.needs and invariant.check not in TRUE_AT_REST
        ]


def expect_good(name: str, findings: list[Finding]) -> None:
    """Raise LocalError with the first contradiction where the backup contradicts itself."""
    for finding in findings:
        if finding.contradictions:
            raise LocalError("backup_contradicts", name=name, reason=finding.contradictions[0])
