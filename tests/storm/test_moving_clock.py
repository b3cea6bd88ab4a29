"""A forked process tells another time as soon as its file says so, and then the right one again."""

import os
import subprocess
import sys
import time
from pathlib import Path

from storm.system import MOVING_CLOCK
from tests.repository_files import ROOT

SECONDS_MAX = 30.0
# Forks as the process does from which the services come, and has the fork say what time it is.
FORKING = """
import os, sys, time
if os.fork() == 0:
    print(os.getpid(), flush=True)
    for _ in sys.stdin:
        print(time.time(), time.monotonic(), flush=True)
    os._exit(0)
os.wait()
"""


def test_the_clock_of_a_fork_is_moved_and_put_right(tmp_path: Path) -> None:
    forking = subprocess.Popen(
        # Its name is what the hook looks for.
        [sys.executable, "-c", FORKING, "guichet.local.warm_parent"],
        env={"PYTHONPATH": str(MOVING_CLOCK), "STORM_CLOCK_DIR": str(tmp_path)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert forking.stdin
    assert forking.stdout
    pid = int(forking.stdout.readline())
    assert pid != os.getpid()
    for seconds in (600.0, -600.0, 0.0):
        wanted = tmp_path / str(pid)
        wanted.write_text(str(seconds))
        deadline = time.monotonic() + SECONDS_MAX
        moved = wanted.with_suffix(".moved")
        while not moved.exists() or moved.read_text() != str(seconds):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        forking.stdin.write("\n")
        forking.stdin.flush()
        wall, steady = (float(word) for word in forking.stdout.readline().split())
        assert abs(wall - time.time() - seconds) < SECONDS_MAX
        assert abs(steady - time.monotonic()) < SECONDS_MAX
    forking.stdin.close()
    forking.stdout.close()
    assert forking.wait(SECONDS_MAX) == 0
