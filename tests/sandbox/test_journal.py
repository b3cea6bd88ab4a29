"""The journal gives back what was answered, and nothing that was cut off."""

import asyncio
import os
from pathlib import Path

import pytest

from guichet.sandbox.journal import Journal, JournalError
from guichet.sandbox.records import Record
from tests.sandbox.making import a_paid_intent, a_refund

RECORDS = [
    Record(intent=a_paid_intent(0)),
    Record(intent=a_paid_intent(0, refunded=100), refund=a_refund()),
    Record(delivered=("evt_1",)),
]


def written(path: Path) -> None:
    journal = Journal(path)
    assert list(journal.replay()) == []
    for record in RECORDS:
        journal.append(record)
    journal.close()


def replayed(path: Path) -> list[Record]:
    journal = Journal(path)
    records = list(journal.replay())
    journal.close()
    return records


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    written(path)
    assert replayed(path) == RECORDS
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_that_was_cut_off_is_removed_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    journal = Journal(path)
    assert list(journal.replay()) == RECORDS[:-1]
    journal.append(RECORDS[-1])
    journal.close()
    assert path.read_bytes() == whole


def test_a_damaged_line_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"intent":7}\n' + lines[2])
    with pytest.raises(JournalError, match="Line 2"):
        replayed(path)


def test_two_processes_do_not_share_it(tmp_path: Path) -> None:
    first = Journal(tmp_path / "journal.jsonl")
    with pytest.raises(JournalError, match="Another sandbox"):
        Journal(tmp_path / "journal.jsonl")
    first.close()


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    list(journal.replay())
    journal.append(RECORDS[0])
    write = os.write

    def write_a_part(file: int, line: bytes) -> int:
        return write(file, line[:20])

    monkeypatch.setattr(os, "write", write_a_part)
    with pytest.raises(OSError, match="full"):
        journal.append(RECORDS[1])
    monkeypatch.undo()
    journal.append(RECORDS[2])
    journal.close()
    assert replayed(tmp_path / "journal.jsonl") == [RECORDS[0], RECORDS[2]]


async def test_it_reaches_the_disk_in_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = asyncio.Event()
    calls: list[int] = []
    loop = asyncio.get_running_loop()

    def fsync(file: int) -> None:
        calls.append(file)
        loop.call_soon_threadsafe(synced.set)

    monkeypatch.setattr(os, "fsync", fsync)
    journal = Journal(tmp_path / "journal.jsonl")
    list(journal.replay())
    for record in RECORDS:
        journal.append(record)
    task = asyncio.create_task(journal.run())
    await asyncio.wait_for(synced.wait(), 5)
    task.cancel()
    assert len(calls) == 1
    journal.close()
