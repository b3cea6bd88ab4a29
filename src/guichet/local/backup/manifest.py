"""What a backup says of itself, and whether its files still are what they were."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from guichet.local.backup.retention import time_of
from guichet.local.errors import LocalError

FORMAT = 1
FILE = "manifest.json"
SECRETS = "secrets.env.sealed"
JOURNAL = "sandbox-journal.jsonl"
SHELF = "databases"


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the backup: its size in bytes and its SHA-256."""

    bytes: int
    sha256: str


class DatabaseEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The dump of one service's database: its file, its migration, its rows by table."""

    file: str
    migration: str
    rows: dict[str, int]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The backup as a whole.

    `order` is the order of the snapshots; `is_consistent` whether no service had received what
    another had not yet sent in its own snapshot.
    """

    format: int
    name: str
    taken_at: datetime
    guichet: str
    server: str
    pg_dump: str
    order: tuple[str, ...]
    is_consistent: bool
    databases: dict[str, DatabaseEntry]
    files: dict[str, FileEntry]


def entry_of(file: Path) -> FileEntry:
    """Return size and SHA-256 of a file."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileEntry(bytes=file.stat().st_size, sha256=digest)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the backup in this folder; LocalError where there is none."""
    try:
        manifest = msgspec.json.decode((folder / FILE).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise LocalError("no_backup", name=folder) from None
    if manifest.format != FORMAT:
        raise LocalError("backup_too_new", name=folder, format=manifest.format)
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare each file with its checksum; LocalError with the first that differs."""
    for name, entry in manifest.files.items():
        file = folder / name
        if not file.is_file() or entry_of(file) != entry:
            raise LocalError("backup_damaged", file=file)


def shelf(folder: Path) -> list[str]:
    """Return the names of the complete backups in the folder of backups, the oldest first."""
    place = folder / SHELF
    if not place.is_dir():
        return []
    names = (entry.name for entry in place.iterdir() if (entry / FILE).is_file())
    return sorted(name for name in names if time_of(name) is not None)


def find(folder: Path, wanted: str) -> Path:
    """Return the folder of a backup: `latest`, a name on the shelf, or a path.

    Raises LocalError where there is none.
    """
    names = shelf(folder)
    if wanted == "latest":
        if not names:
            raise LocalError("no_backups", folder=folder / SHELF)
        return folder / SHELF / names[-1]
    if wanted in names:
        return folder / SHELF / wanted
    if (Path(wanted) / FILE).is_file():
        return Path(wanted).absolute()
    raise LocalError("no_backup", name=wanted)
