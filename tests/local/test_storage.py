"""One system a folder; what a crash left is ended, and strangers are spared."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from guichet.local.errors import LocalError
from guichet.local.storage import Storage, SystemLock, forget_pid, note_pid, sweep

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    storage = Storage(tmp_path / "storage")
    storage.prepare()
    return storage


def test_a_second_system_on_the_same_folder_is_refused(storage: Storage) -> None:
    first, second = SystemLock(storage), SystemLock(storage)
    first.acquire()
    assert second.holder() == os.getpid()
    with pytest.raises(LocalError) as refusal:
        second.acquire()
    assert str(os.getpid()) in str(refusal.value)
    assert str(storage.root) in str(refusal.value)
    first.release()
    assert second.holder() is None
    second.acquire()
    second.release()


def test_the_lock_of_a_killed_system_does_not_hold(storage: Storage) -> None:
    script = (
        "import sys, time; from pathlib import Path;"
        "from guichet.local.storage import Storage, SystemLock;"
        "lock = SystemLock(Storage(Path(sys.argv[1]))); lock.acquire();"
        "print('held', flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(storage.root)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n" or pytest.fail("it died without the lock")
        assert SystemLock(storage).holder() == holder.pid
        holder.send_signal(signal.SIGKILL)
    assert (storage.run / "guichet.pid").read_text() == str(holder.pid)
    assert SystemLock(storage).holder() is None


def test_a_sweep_ends_what_is_recorded(storage: Storage) -> None:
    with subprocess.Popen(SLEEP, start_new_session=True) as leftover:
        note_pid(storage, "tickets", leftover.pid)
        assert (storage.run / "tickets.pid").read_text() == f"{leftover.pid}\n"
        assert sweep(storage) == ["tickets"]
        assert not psutil.pid_exists(leftover.pid)
    assert list(storage.run.glob("tickets.*")) == []
    assert sweep(storage) == []


def test_a_sweep_ends_the_orphans_of_a_recorded_process_that_is_gone(storage: Storage) -> None:
    script = f"import subprocess, time; subprocess.Popen({SLEEP!r}); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as master:
        note_pid(storage, "nginx", master.pid)
        process = psutil.Process(master.pid)
        while not (workers := process.children()):
            assert master.poll() is None
        master.kill()
    assert sweep(storage) == ["nginx"]
    workers[0].wait(5)
    assert not workers[0].is_running() or workers[0].status() == psutil.STATUS_ZOMBIE


def test_a_stranger_that_was_given_the_recorded_number_is_spared(storage: Storage) -> None:
    with subprocess.Popen(SLEEP, start_new_session=True) as stranger:
        note_pid(storage, "users", stranger.pid)
        record = storage.run / "users.json"
        identity = json.loads(record.read_text())
        record.write_text(json.dumps({**identity, "started": identity["started"] - 100}))
        assert sweep(storage) == []
        assert stranger.poll() is None
        stranger.kill()


def test_a_reader_never_finds_half_a_pid_file(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is written, the file of that name holds a whole number before and after."""
    file, write = storage.run / "users.pid", Path.write_text
    seen: list[str] = []

    def look_then_write(path: Path, content: str) -> int:
        with path.open("w"):
            # Opened to be written, and still empty: so a reader may find it.
            seen.append(file.read_text())
        return write(path, content)

    note_pid(storage, "users", 1234)
    monkeypatch.setattr(Path, "write_text", look_then_write)
    note_pid(storage, "users", os.getpid())
    assert seen == ["1234\n", f"{os.getpid()}\n"]
    assert sorted(path.name for path in storage.run.glob("users.*")) == ["users.json", "users.pid"]


def test_forgetting_twice_is_harmless(storage: Storage) -> None:
    note_pid(storage, "users", os.getpid())
    forget_pid(storage, "users")
    forget_pid(storage, "users")
    assert list(storage.run.glob("users.*")) == []


def test_a_full_disk_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    def almost_full(_path: Path) -> Usage:
        return Usage(free=3 * 10**6)

    monkeypatch.setattr(shutil, "disk_usage", almost_full)
    with pytest.raises(LocalError) as refusal:
        Storage(tmp_path / "storage").prepare()
    assert refusal.value.key == "disk_full"
    assert refusal.value.values["free"] == 3


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError) as refusal:
        Storage(tmp_path / "file" / "storage").prepare()
    assert refusal.value.key == "storage_not_writable"


def test_strangers_may_pass_through_the_folder_but_not_look_into_logs(storage: Storage) -> None:
    assert storage.root.stat().st_mode & 0o077 == 0o011
    assert storage.logs.stat().st_mode & 0o077 == 0
    assert storage.run.stat().st_mode & 0o077 == 0
