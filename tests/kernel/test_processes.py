"""A process ends with its parent, and can let the others go first."""

import os
import subprocess
import sys

NICE = """
import os
from guichet.kernel.processes import step_back
os.setsid()
step_back(7)
print(os.getpriority(os.PRIO_PROCESS, 0))
try:
    print(open("/proc/self/autogroup").read().split()[-1])
except OSError:
    print(7)
"""

NAMED = """
import psutil
from guichet.kernel.processes import take_name
take_name("tickets-2")
print(psutil.Process().name())
"""

LATE = """
import signal
from guichet.kernel.processes import die_with_parent
die_with_parent(signal.SIGKILL, 1 << 22)
print("lives on")
"""

SELDOM = """
import gc
from guichet.kernel.processes import collect_seldom
loaded = [[] for _ in range(1_000)]
collect_seldom()
print(gc.get_freeze_count() > 1_000)
collections = sum(each["collections"] for each in gc.get_stats())
kept = [[] for _ in range(5_000)]
print(sum(each["collections"] for each in gc.get_stats()) - collections)
for _ in range(50_000):
    cycle = []
    cycle.append(cycle)
print(gc.get_count()[0] < 25_000)
"""


def test_a_process_steps_back_with_its_session() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    done = subprocess.run(
        [sys.executable, "-c", NICE], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["7", "7"]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_a_process_whose_parent_is_gone_already_ends_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (1, "")


def test_a_process_is_seen_under_its_name() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NAMED], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["tickets-2"]


def test_garbage_is_looked_for_less_often_and_not_among_what_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SELDOM], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["True", "0", "True"]
