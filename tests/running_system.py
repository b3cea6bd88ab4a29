"""A whole system of a test's own: `guichet up` on shifted ports, in a folder of its own."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from guichet.kernel.settings import PORTS

START_SECONDS_MAX = 150.0
STOP_SECONDS_MAX = 60.0


@dataclass
class RunningSystem:
    """`start` it, use it through `port`, break it through `pid`, `stop` it."""

    storage: Path
    shift: int
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        """What `guichet up` has printed."""
        return self.storage.with_suffix(".out")

    def environment(self) -> dict[str, str]:
        """Return the environment of a command that is to meet this system."""
        clean = {name: value for name, value in os.environ.items() if "GUICHET_" not in name}
        return {
            **clean,
            "LC_ALL": "en_GB.UTF-8",
            "GUICHET_STORAGE_DIR": str(self.storage),
            "GUICHET_PORT_SHIFT": str(self.shift),
            "GUICHET_BACKUP_AT": "off",
            **self.settings,
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `guichet …` beside the system and return what it said."""
        return subprocess.run(
            [sys.executable, "-m", "guichet", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=STOP_SECONDS_MAX,
        )

    def start(self) -> None:
        """Start and wait until it says that it is ready; AssertionError with its words if not."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "guichet", "up"],
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = self.process
        eventually(
            lambda: "Ready in" in self.said() or process.poll() is not None, START_SECONDS_MAX
        )
        assert process.poll() is None, self.said()
        assert "Ready in" in self.said(), self.said()

    def said(self) -> str:
        """Return what `guichet up` has printed so far."""
        return self.output.read_text(errors="replace")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop as Ctrl-C does, and return the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS_MAX)

    def pid(self, name: str) -> int:
        """Return the process id of a part: a service, `tickets-2`, postgres, nats, nginx …"""
        return int((self.storage / "run" / f"{name}.pid").read_text())

    def kill(self, name: str) -> int:
        """kill -9 a part; return the process id that it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def port(self, name: str) -> int:
        """Return the port of a listener of `guichet.kernel.settings.PORTS`."""
        return PORTS[name] + self.shift

    def get(self, name: str, path: str) -> tuple[int, object]:
        """Return status and JSON of GET `path` at a listener; (0, None) where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port(name), timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()


def eventually(true: Callable[[], bool], seconds_max: float = 60.0) -> bool:
    """Wait for something to become true; return whether it did in time."""
    deadline = time.monotonic() + seconds_max
    while True:
        # The last look begins once the time is over.
        is_last = time.monotonic() > deadline
        if true():
            return True
        if is_last:
            return False
        time.sleep(0.05)
