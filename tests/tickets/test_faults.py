"""Fault points kill, once, and only where a test asked for it."""

import signal
import subprocess
import sys
from pathlib import Path

from guichet.tickets.faults import FaultPoints

PROGRAM = """
import sys
from pathlib import Path
from guichet.tickets.faults import FaultPoints
points = FaultPoints(Path(sys.argv[1]))
points.hit("before_charge")
points.hit("after_charge")
print("survived")
"""


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], capture_output=True, text=True, check=False
    )


def test_the_named_point_kills_once(tmp_path: Path) -> None:
    (tmp_path / "after_charge").touch()
    killed = run(tmp_path)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path).stdout == "survived\n"


def test_without_a_folder_or_a_file_nothing_happens(tmp_path: Path) -> None:
    passed = ["after_charge"]
    for points in (FaultPoints(None), FaultPoints(tmp_path), FaultPoints(tmp_path / "none")):
        points.hit("after_charge")
        passed.append("survived")
    assert len(passed) == 4
