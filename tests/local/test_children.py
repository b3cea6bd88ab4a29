"""Children start, say that they ended, stop when asked, and die with their parent."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from guichet.local.children import ForkedChild, ProgramChild, WarmParent
from guichet.local.ports import answers, free_port
from guichet.local.process import Program

TOY = Path(__file__).parent


def eventually(true: Callable[[], bool], seconds_max: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds_max
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def warm_parent(tmp_path: Path) -> Iterator[WarmParent]:
    parent = WarmParent(folder=TOY, log=tmp_path / "warm-parent.log", preload="json")
    parent.start()
    yield parent
    parent.force_to_stop()


@pytest.fixture
def toy(warm_parent: WarmParent, tmp_path: Path) -> ForkedChild:
    assert eventually(lambda: warmed(warm_parent))
    return ForkedChild(
        name="toy",
        log=tmp_path / "toy.log",
        module="toy_server",
        arguments=(free_port(),),
        environment={"GUICHET_ONLY": "this"},
        warm_parent=warm_parent,
    )


def warmed(parent: WarmParent) -> bool:
    parent.listen(0.05)
    return parent.is_warm


def serving(toy: ForkedChild) -> tuple[int, int]:
    """Start it and wait until it answers; return its process id and its port."""
    pid, port = toy.start(), int(str(toy.arguments[0]))
    assert eventually(lambda: answers(port))
    return pid, port


def said_by(port: object) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", int(str(port)), timeout=5)
    connection.request("GET", "/")
    answer: dict[str, object] = json.loads(connection.getresponse().read())
    return answer


def test_a_fork_serves_with_its_own_environment_alone_and_stops_when_asked(
    toy: ForkedChild,
) -> None:
    pid, port = serving(toy)
    assert said_by(port) == {"status": "ok", "pid": pid, "environment": ["GUICHET_ONLY"]}
    assert os.getsid(pid) == pid
    assert toy.ended() is None
    toy.ask_to_stop()
    assert eventually(lambda: toy.ended() == 0)
    assert toy.log.read_text() == "starting\n"


def test_a_killed_fork_is_noticed_and_can_be_started_again_on_its_port(toy: ForkedChild) -> None:
    pid, port = serving(toy)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: toy.ended() == -signal.SIGKILL)
    again = toy.start()
    assert again != pid
    assert eventually(lambda: answers(port))
    toy.force_to_stop()
    assert eventually(lambda: toy.ended() == -signal.SIGKILL)


def test_a_fork_that_fails_leaves_its_reason_in_its_log(toy: ForkedChild) -> None:
    toy.function, toy.arguments = "fail", ("no such database",)
    toy.start()
    assert eventually(lambda: toy.ended() == 1)
    assert "no such database" in toy.log.read_text()


def kill(parent: WarmParent) -> None:
    own = psutil.Process().children()
    [process] = [each for each in own if "guichet.local.warm_parent" in each.cmdline()]
    process.kill()
    assert eventually(lambda: parent.ended() is not None)


def test_forks_serve_on_without_the_warm_parent_and_are_still_looked_after(
    toy: ForkedChild, warm_parent: WarmParent
) -> None:
    pid, port = serving(toy)
    kill(warm_parent)
    assert toy.ended() is None
    assert said_by(port)["pid"] == pid
    warm_parent.start()
    assert eventually(lambda: warmed(warm_parent))
    assert toy.ended() is None
    toy.ask_to_stop()
    assert eventually(lambda: toy.ended() is not None)
    assert toy.start() != pid
    assert eventually(lambda: answers(port))


def test_a_fork_that_dies_without_the_warm_parent_waits_for_the_next_one(
    toy: ForkedChild, warm_parent: WarmParent
) -> None:
    pid, port = serving(toy)
    kill(warm_parent)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: toy.ended() == -signal.SIGKILL)
    with pytest.raises(ConnectionError):
        toy.start()
    warm_parent.start()
    assert toy.ended() is not None
    assert eventually(lambda: warmed(warm_parent))
    assert toy.start() != pid
    assert eventually(lambda: answers(port))


def test_forks_end_with_a_warm_parent_that_is_stopped_by_force(
    toy: ForkedChild, warm_parent: WarmParent
) -> None:
    _, port = serving(toy)
    warm_parent.force_to_stop()
    assert eventually(lambda: not answers(port))
    assert eventually(lambda: toy.ended() is not None)


def test_everything_dies_with_a_killed_supervisor(tmp_path: Path) -> None:
    """The supervisor's own stand-in is a script that starts one child of each kind."""
    script = tmp_path / "supervisor.py"
    port = free_port()
    script.write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from guichet.local.children import ForkedChild, WarmParent\n"
        "from guichet.local.process import Program, spawn\n"
        f"folder, toy = Path({str(tmp_path)!r}), Path({str(TOY)!r})\n"
        "parent = WarmParent(folder=toy, log=folder / 'parent.log', preload='json')\n"
        "warm = parent.start()\n"
        "while not parent.is_warm: parent.listen(0.05)\n"
        f"fork = ForkedChild('toy', folder / 'toy.log', 'toy_server', ({port},), {{}}, parent)\n"
        "sleeper = Program('s', [sys.executable, '-c', 'import time; time.sleep(60)'],\n"
        "                  folder, folder / 's.log', {})\n"
        "print(warm, fork.start(), spawn(sleeper).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 3
        processes = [psutil.Process(pid) for pid in pids]
        supervisor.kill()
    assert eventually(lambda: not any(lives(process) for process in processes))


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_program_is_described_anew_at_each_start(tmp_path: Path) -> None:
    seconds = iter(["60", "0"])

    def describe() -> Program:
        command = ["/bin/sleep", next(seconds)]
        return Program("sleep", command, tmp_path, tmp_path / "sleep.log", {})

    child = ProgramChild("sleep", tmp_path / "sleep.log", describe)
    child.start()
    assert child.ended() is None
    child.ask_to_stop()
    assert eventually(lambda: child.ended() == -signal.SIGTERM)
    child.start()
    assert eventually(lambda: child.ended() == 0)
