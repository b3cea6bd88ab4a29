"""Starting a program so that it cannot outlive the process that started it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from guichet.kernel.processes import die_with_parent
from guichet.local.unprivileged import Identity


@dataclass(frozen=True)
class Program:
    """An executable of a wheel, and how it likes to be started and stopped."""

    name: str
    command: Sequence[str]
    folder: Path
    log: Path
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    identity: Identity | None = None


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, so that a terminal's Ctrl-C spares it.

    Must be called from a thread that lives as long as the program: for Linux the "parent" is
    the thread that forked.
    """
    parent = os.getpid()

    def before_exec() -> None:
        die_with_parent(program.stop_signal, parent)

    program.log.parent.mkdir(parents=True, exist_ok=True)
    identity = program.identity
    with program.log.open("ab") as log:
        return subprocess.Popen(
            list(program.command),
            cwd=program.folder,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
            preexec_fn=before_exec,  # noqa: PLW1509 - only libc's prctl; no thread runs here
        )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, seconds_max: float) -> None:
    """End the process and whatever it started; by force after `seconds_max`."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    end_session(process.pid)


def end_session(leader: int) -> None:
    """Kill what is left of the session that `leader` opened (nginx workers, for example)."""
    for member in session_members(leader):
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def lives(pid: int) -> bool:
    """Return whether a process runs, be it our child, adopted or a stranger's; our dead are buried.

    Where this process is the first of a container, the orphans in it become its children.
    """
    with suppress(ChildProcessError):
        ended, _ = os.waitpid(pid, os.WNOHANG)
        return ended == 0
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def session_members(leader: int) -> list[psutil.Process]:
    """Return the living processes of the session that `leader` opened."""
    members: list[psutil.Process] = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == leader:
                members.append(psutil.Process(pid))
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return members


def wait_until(ready: Callable[[], bool], alive: Callable[[], bool], seconds_max: float) -> bool:
    """Wait for `ready`; False once `alive` is false or the time is over, after a last look."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        if ready():
            return True
        if not alive():
            return False
        time.sleep(0.02)
    # This process itself may not have run for a while.
    return ready()


def last_lines(log: Path, count: int = 3) -> str:
    """Return the end of a log on one line, to say why a program did not start."""
    if not log.exists():
        return ""
    lines = log.read_text(errors="replace").strip().splitlines()
    return " | ".join(line.strip() for line in lines[-count:])
