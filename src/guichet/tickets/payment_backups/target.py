"""Where backups of payments go: what a place must be able to do, and which one is meant."""

from collections.abc import Mapping
from typing import Protocol

from guichet.tickets.payment_backups.folder import FolderTarget
from guichet.tickets.payment_backups.sealing import Sealed
from guichet.tickets.settings import Settings


class Target(Protocol):
    """A place that keeps sealed records by path; each raises `TargetRefused` where it cannot."""

    @property
    def name(self) -> str:
        """What an administrator reads: the folder or the address, without any secret."""
        ...

    async def write(self, path: str, records: Mapping[str, Sealed]) -> None:
        """Store records (payment id → sealed) below the path of a run; may be called again."""
        ...

    async def runs(self) -> list[str]:
        """Return the path of every run that is there, the oldest first."""
        ...

    async def read(self, path: str) -> dict[str, Sealed]:
        """Return the records of a run by payment id."""
        ...

    async def close(self) -> None:
        """Give back what was opened."""
        ...


def target_of(settings: Settings) -> Target:
    """Return Firebase where both of its settings are there, a folder otherwise."""
    if settings.firebase_database_url and settings.firebase_credentials:
        # Google's library costs 0.2 s and 10 MB: only who uses Firebase imports it.
        from guichet.tickets.payment_backups.firebase import (  # noqa: PLC0415 - see above
            FirebaseTarget,
        )

        return FirebaseTarget(settings.firebase_database_url, settings.firebase_credentials)
    return FolderTarget(settings.backup_dir)
