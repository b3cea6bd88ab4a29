"""Where received mails and SMS lie: one file each, on the disk before the sender is told so."""

import json
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from guichet.local.mailbox import reading

Kind = Literal["mail", "sms"]

SUMMARY_HEADER = b"X-Mailbox: "
"""First line of each stored file; what the list shows, so that a start need not parse bodies."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. `size` is in bytes, `received_at` an RFC 3339 time in UTC."""

    id: int
    kind: Kind
    received_at: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    snippet: str
    attachments: tuple[str, ...]
    size: int

    def matches(self, words: Iterable[str], to: str) -> bool:
        """Tell whether every word occurs in this entry and `to`, if any, is a recipient."""
        if to and to.lower() not in (address.lower() for address in self.recipients):
            return False
        haystack = " ".join(
            (self.sender, *self.recipients, self.subject, self.snippet, *self.attachments)
        ).lower()
        return all(word.lower() in haystack for word in words)


class Store:
    """Entries in memory, contents in `folder`. Writing blocks on the disk: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._ids_by_message_id: dict[str, list[int]] = {}
        for leftover in folder.glob("*.tmp"):
            leftover.unlink()
        for path in sorted(folder.glob("*.eml")):
            if path.stem.isdecimal():
                entry = _load_entry(path)
                self._index(entry)
        self._next_id = max(self._entries, default=0) + 1

    def add_mail(self, sender: str, recipients: list[str], content: bytes) -> Entry:
        """Keep a mail as received over SMTP; it is on the disk when this returns.

        Raises OSError when the disk refuses it; then nothing is kept.
        """
        summary = reading.summary_of(content)
        entry = Entry(
            id=self._take_id(),
            kind="mail",
            received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            sender=sender,
            recipients=tuple(recipients),
            subject=summary.subject,
            message_id=summary.message_id,
            snippet=summary.snippet,
            attachments=summary.attachments,
            size=len(content),
        )
        return self._keep(entry, content)

    def add_sms(self, sender: str, recipient: str, text: str, reference: str) -> Entry:
        """Keep an SMS. `reference` plays the part of a Message-ID. Raises OSError as above."""
        content = text.encode()
        entry = Entry(
            id=self._take_id(),
            kind="sms",
            received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            sender=sender,
            recipients=(recipient,),
            subject="",
            message_id=reference,
            snippet=text[: reading.SNIPPET_CHARACTERS],
            attachments=(),
            size=len(content),
        )
        return self._keep(entry, content)

    def entries(self, *, to: str = "", query: str = "", kind: str = "") -> Iterator[Entry]:
        """Yield what matches, newest first."""
        words = query.split()
        # By id: a mail that took long to write may have been indexed after a later one.
        with self._lock:
            entries = sorted(self._entries.items(), reverse=True)
        for _, entry in entries:
            if (not kind or entry.kind == kind) and entry.matches(words, to):
                yield entry

    def entry(self, entry_id: int) -> Entry | None:
        """Return one entry, or None where it is not (or no longer) here."""
        return self._entries.get(entry_id)

    def content(self, entry_id: int) -> bytes:
        """Return the message as it was received. Raises FileNotFoundError once deleted."""
        _, _, content = self._path(entry_id).read_bytes().partition(b"\n")
        return content

    def copies(self, entry: Entry) -> list[int]:
        """Return the ids of all entries with this one's Message-ID, oldest first, it included."""
        if not entry.message_id:
            return [entry.id]
        return sorted(self._ids_by_message_id.get(entry.message_id, [entry.id]))

    def delete(self, entry_id: int) -> bool:
        """Forget one entry; False where there was none."""
        with self._lock:
            entry = self._entries.pop(entry_id, None)
            if entry is None:
                return False
            self._ids_by_message_id[entry.message_id].remove(entry_id)
        self._path(entry_id).unlink(missing_ok=True)
        return True

    def clear(self) -> int:
        """Forget all entries and return how many they were."""
        return sum(self.delete(entry_id) for entry_id in list(self._entries))

    def _take_id(self) -> int:
        with self._lock:
            entry_id = self._next_id
            self._next_id += 1
            return entry_id

    def _path(self, entry_id: int) -> Path:
        return self._folder / f"{entry_id:08d}.eml"

    def _keep(self, entry: Entry, content: bytes) -> Entry:
        summary = json.dumps(asdict(entry)).encode()
        path = self._path(entry.id)
        try:
            _write_durably(path, SUMMARY_HEADER + summary + b"\n" + content)
        except OSError:
            path.with_suffix(".tmp").unlink(missing_ok=True)
            raise
        with self._lock:
            self._index(entry)
        return entry

    def _index(self, entry: Entry) -> None:
        # Who reads meanwhile, without the lock, finds no entry before it is among its copies.
        self._ids_by_message_id.setdefault(entry.message_id, []).append(entry.id)
        self._entries[entry.id] = entry


def _write_durably(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _load_entry(path: Path) -> Entry:
    with path.open("rb") as file:
        first_line = file.readline()
    if first_line.startswith(SUMMARY_HEADER):
        values: dict[str, Any] = json.loads(first_line.removeprefix(SUMMARY_HEADER))
        values["recipients"] = tuple(values["recipients"])
        values["attachments"] = tuple(values["attachments"])
        return replace(Entry(**values), id=int(path.stem))
    return _entry_of_foreign_file(path)


def _entry_of_foreign_file(path: Path) -> Entry:
    """A mail that somebody put into the folder by hand lacks our first line; give it one."""
    content = path.read_bytes()
    summary = reading.summary_of(content)
    received_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    entry = Entry(
        id=int(path.stem),
        kind="mail",
        received_at=received_at.isoformat(timespec="milliseconds"),
        sender=summary.sender,
        recipients=summary.recipients,
        subject=summary.subject,
        message_id=summary.message_id,
        snippet=summary.snippet,
        attachments=summary.attachments,
        size=len(content),
    )
    _write_durably(path, SUMMARY_HEADER + json.dumps(asdict(entry)).encode() + b"\n" + content)
    return entry
