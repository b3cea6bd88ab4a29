"""The sandbox's books on disk: one JSON object a line, only ever appended to.

Each line is handed to the kernel before its request is answered, so a killed process loses
nothing; `fsync` follows for many lines at a time, so a lost machine may lose the last moment.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from guichet.sandbox.records import Record

log = logging.getLogger(__name__)

FSYNC_SECONDS = 0.1


class JournalError(Exception):
    """The journal cannot be used; the message is one sentence for a person."""


class Journal:
    """One open journal file, locked against a second process."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; raises `JournalError` where another process has it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise JournalError(f"Another sandbox is using {path}.") from error
        self._encoder = msgspec.json.Encoder()
        self._size = 0
        self._dirty = False

    def replay(self) -> Iterator[Record]:
        """Yield what was written. A last line that was cut off is removed: nobody was answered.

        Raises `JournalError` for any other line that cannot be read.
        """
        decode = msgspec.json.Decoder(Record).decode
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    break
                try:
                    record = decode(line)
                except msgspec.MsgspecError as error:
                    raise JournalError(f"Line {number} of {self._path} is damaged.") from error
                self._size += len(line)
                yield record
        os.ftruncate(self._file, self._size)

    def append(self, record: Record) -> None:
        """Write one record. Raises OSError, and then leaves no half line behind."""
        line = self._encoder.encode(record) + b"\n"
        try:
            written = os.write(self._file, line)
            if written != len(line):
                raise OSError("the disk is full")
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)
        self._dirty = True

    async def run(self) -> None:
        """Bring what was written to the disk, for many requests at a time, until cancelled."""
        while True:
            await asyncio.sleep(FSYNC_SECONDS)
            if self._dirty:
                self._dirty = False
                try:
                    await asyncio.to_thread(os.fsync, self._file)
                except OSError:
                    log.exception("the journal cannot be brought to the disk")

    def close(self) -> None:
        """Bring everything to the disk and release the file."""
        os.fsync(self._file)
        os.close(self._file)
