"""`down` signals nobody but the holder of the lock; `status` shows what is alive."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guichet.local import control
from guichet.local.storage import Storage, note_pid


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path))
    storage = Storage(tmp_path)
    storage.prepare()
    return storage


def test_a_stale_pid_file_harms_nobody(storage: Storage) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        (storage.run / "guichet.pid").write_text(str(stranger.pid))
        assert control.down() == "not_running"
        assert stranger.poll() is None
        stranger.kill()


def test_what_a_crash_left_is_ended_by_down(storage: Storage) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(command, start_new_session=True) as leftover:
        note_pid(storage, "users", leftover.pid)
        assert control.down() == "swept"
        leftover.wait(5)
    assert control.down() == "not_running"


def test_status_tells_the_living_from_the_dead(storage: Storage) -> None:
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    note_pid(storage, "alive", os.getpid())
    (storage.run / "dead.pid").write_text(f"{gone.pid}\n")
    (storage.run / "torn.pid").write_text("")
    found = {process.name: process for process in control.status()}
    assert set(found) == {"alive", "dead"}
    assert found["alive"].is_alive
    assert found["alive"].megabytes > 1
    assert not found["dead"].is_alive
    assert found["dead"].megabytes == 0
