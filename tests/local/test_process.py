"""Programs start in a session of their own, and stop with all that they started."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from guichet.local.process import (
    Program,
    last_lines,
    session_members,
    spawn,
    stop,
    wait_until,
)
from guichet.local.unprivileged import Identity


def program(folder: Path, code: str, identity: Identity | None = None) -> Program:
    command = [sys.executable, "-c", code]
    return Program("p", command, folder, folder / "p.log", {}, identity=identity)


def test_a_terminals_ctrl_c_does_not_reach_it(tmp_path: Path) -> None:
    process = spawn(program(tmp_path, "import time; time.sleep(60)"))
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    stop(process, signal.SIGTERM, 60)
    assert process.returncode == -signal.SIGTERM


def test_stopping_takes_its_children_along(tmp_path: Path) -> None:
    code = "import subprocess, time; subprocess.Popen(['/bin/sleep', '60']); time.sleep(60)"
    process = spawn(program(tmp_path, code))
    assert wait_until(lambda: len(session_members(process.pid)) == 2, lambda: True, 60)
    stop(process, signal.SIGTERM, 60)
    assert wait_until(lambda: session_members(process.pid) == [], lambda: True, 60)


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN);"
    code += "print(1, flush=True); time.sleep(60)"
    process = spawn(program(tmp_path, code))
    assert wait_until(lambda: (tmp_path / "p.log").read_text() == "1\n", lambda: True, 60)
    stop(process, signal.SIGTERM, 0.2)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights up")
def test_root_gives_up_user_group_and_further_groups(server_folder: Path) -> None:
    wanted = Program(
        "id",
        ["/usr/bin/id"],
        server_folder,
        server_folder / "identity.log",
        {},
        identity=Identity(54_321, 54_321),
    )
    assert spawn(wanted).wait(60) == 0
    said = (server_folder / "identity.log").read_text()
    assert "54321" in said
    assert "0(root)" not in said


def test_waiting_ends_with_the_process_or_the_time() -> None:
    assert wait_until(lambda: True, lambda: False, 1)
    assert not wait_until(lambda: False, lambda: False, 60)
    began = time.monotonic()
    assert not wait_until(lambda: False, lambda: True, 0.1)
    assert time.monotonic() - began < 60


def test_the_end_of_a_log_fits_on_one_line(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert last_lines(log) == ""
    log.write_text("one\ntwo\n  three\nfour\n")
    assert last_lines(log) == "two | three | four"
