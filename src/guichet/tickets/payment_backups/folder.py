"""A folder as the place of the backups: the layout of Firebase, a file a payment."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from guichet.tickets.payment_backups.errors import DamagedRecord, TargetRefused
from guichet.tickets.payment_backups.records import ROOT
from guichet.tickets.payment_backups.sealing import Sealed

_SUFFIX = ".json"


class FolderTarget:
    """Writes each record whole or not at all, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    @property
    def name(self) -> str:
        """The folder."""
        return str(self._folder)

    async def write(self, path: str, records: Mapping[str, Sealed]) -> None:
        """Store records; they are on the disk when this returns."""
        try:
            await asyncio.to_thread(_write, self._folder / path, records)
        except OSError as error:
            raise TargetRefused(f"{self._folder}: {error.strerror}") from error

    async def runs(self) -> list[str]:
        """Return the path of every run, the oldest first."""
        found = await asyncio.to_thread(
            lambda: sorted((self._folder / ROOT).glob("[0-9]*/[0-9]*/[0-9]*/[0-9]*_*_*"))
        )
        return [place.relative_to(self._folder).as_posix() for place in found]

    async def read(self, path: str) -> dict[str, Sealed]:
        """Return the records of a run; `DamagedRecord` where a file is no record."""
        try:
            return await asyncio.to_thread(_read, self._folder / path)
        except OSError as error:
            raise TargetRefused(f"{self._folder / path}: {error.strerror}") from error

    async def close(self) -> None:
        """Nothing is kept open."""


def _write(folder: Path, records: Mapping[str, Sealed]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, sealed in records.items():
        fresh = folder / f".{name}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(sealed))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(folder / f"{name}{_SUFFIX}")
    # The names, too, must outlive a loss of power.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(folder: Path) -> dict[str, Sealed]:
    found: dict[str, Sealed] = {}
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            found[file.stem] = msgspec.json.decode(file.read_bytes(), type=Sealed)
        except msgspec.MsgspecError as error:
            raise DamagedRecord(str(file)) from error
    return found
