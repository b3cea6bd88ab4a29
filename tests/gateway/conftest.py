"""A real nginx with its control plane in front of services that say what reached them."""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from guichet.kernel.settings import PORTS
from guichet.local import nginx
from guichet.local.health import is_ready
from guichet.local.ports import free_port
from guichet.local.process import Program, spawn, stop, wait_until
from guichet.local.servers import NatsServer
from tests.own_ports import own_shifts

ECHO = Path(__file__).parent.parent / "fakes" / "echo_service.py"
START_SECONDS_MAX = 60.0
SIGN_IN_RATE = 5
SIGN_IN_BURST = 5
SALES_PER_INSTANCE = 5
PASSWORDS_PER_INSTANCE = 3
NOBODY_SERVES = 503


@dataclass
class Echo:
    """One instance of a fake service."""

    name: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def journal(self) -> Path:
        return self.folder / f"{self.name}.journal"

    def posted(self) -> list[str]:
        """Return the keys of the POSTs that reached it."""
        return self.journal.read_text("utf-8").split() if self.journal.exists() else []

    def launch(self) -> None:
        """Start it, from the main thread: it dies with the thread that started it."""
        command = [sys.executable, str(ECHO), str(self.port), self.name, str(self.journal)]
        self.process = spawn(
            Program("echo", command, self.folder, self.folder / f"{self.name}.log", os.environ)
        )

    def start(self) -> None:
        self.launch()
        assert wait_until(lambda: is_ready(self.port), lambda: True, 60)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Gateway:
    """The running gateway and the instances behind it."""

    shift: int
    folder: Path
    nats: NatsServer
    echoes: dict[str, Echo] = field(default_factory=dict[str, Echo])

    def url(self, listener: str = "gateway") -> str:
        return f"http://127.0.0.1:{PORTS[listener] + self.shift}"

    def configuration(self) -> str:
        return (self.folder / "storage" / "nginx" / "nginx.conf").read_text("utf-8")

    def health(self) -> dict[str, Any]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", PORTS["gateway"] + self.shift, timeout=30
        )
        try:
            connection.request("GET", "/api/v1/health")
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def status_of(self, path: str) -> int:
        """Return what nginx answers, 0 where nothing does."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", PORTS["gateway"] + self.shift, timeout=30
        )
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def serves(self, services: Iterable[str]) -> bool:
        """Whether nginx itself has these services, and has given up users, whom nobody serves."""
        found = [self.status_of(f"/api/v1/{service}/1") for service in services]
        return set(found) == {200} and self.status_of("/api/v1/users/1") == NOBODY_SERVES

    def state_of(self, echo: Echo) -> str:
        """Return what the gateway thinks of an instance, "unknown" where it knows none."""
        try:
            services = self.health()["services"].values()
        except OSError:
            return "unknown"
        for service in services:
            for instance in service["instances"]:
                if instance["address"] == f"127.0.0.1:{echo.port}":
                    return instance["state"]
        return "unknown"

    def settles(self, echo: Echo, state: str, seconds_max: float = 30.0) -> bool:
        """Wait until the gateway thinks so, and nginx has it."""
        listed = f"server 127.0.0.1:{echo.port} "
        return wait_until(
            lambda: (
                self.state_of(echo) == state and (listed in self.configuration()) is (state == "up")
            ),
            lambda: True,
            seconds_max,
        )


def free_shift() -> int:
    """Return a shift under which every port of the gateway is free."""
    wanted = [PORTS[name] for name in ("gateway", "load_balancer", "web", "control_plane")]
    shifts = own_shifts()
    for shift in random.sample(shifts, len(shifts)):
        sockets = [socket.socket() for _ in wanted]
        try:
            for probe, port in zip(sockets, wanted, strict=True):
                probe.bind(("127.0.0.1", port + shift))
        except OSError:
            continue
        finally:
            for probe in sockets:
                probe.close()
        return shift
    raise RuntimeError("no free ports")


@pytest.fixture(scope="session")
def gateway(server_folder: Path, nats: NatsServer) -> Iterator[Gateway]:
    """One gateway for all tests here: auth and events once, tickets twice, users nowhere."""
    folder = server_folder / "gateway"
    folder.mkdir(mode=0o755)
    here = Gateway(free_shift(), folder, nats)
    names = ("auth", "events", "tickets-1", "tickets-2", "notifications", "late")
    here.echoes = {name: Echo(name, free_port(), folder) for name in names}
    services = ("auth", "events", "tickets", "notifications")
    instances = ";".join(
        f"{service}="
        + ",".join(echo.url for name, echo in here.echoes.items() if name.startswith(service))
        for service in services
    )
    environment = {
        # Where the code under test is not what is installed, the gateway is of that code too.
        **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
        "GUICHET_PORT_SHIFT": str(here.shift),
        "GUICHET_STORAGE_DIR": str(folder / "storage"),
        "GUICHET_NATS_URL": nats.url,
        "GUICHET_GATEWAY_INSTANCES": f"{instances};users=http://127.0.0.1:{free_port()}",
        "GUICHET_GATEWAY_SIGN_IN_RATE": str(SIGN_IN_RATE),
        "GUICHET_GATEWAY_SIGN_IN_BURST": str(SIGN_IN_BURST),
        "GUICHET_GATEWAY_SALES_PER_INSTANCE": str(SALES_PER_INSTANCE),
        "GUICHET_GATEWAY_PASSWORDS_PER_INSTANCE": str(PASSWORDS_PER_INSTANCE),
    }
    command = [sys.executable, "-c", "from guichet.gateway.main import run; run()"]
    log = folder / "log"
    control_plane = spawn(Program("control", command, folder, log, environment))
    data_plane: subprocess.Popen[bytes] | None = None
    try:
        for name, echo in here.echoes.items():
            if name != "late":
                echo.start()
        conf = folder / "storage" / "nginx"
        assert wait_until(
            (conf / "nginx.conf").exists, lambda: control_plane.poll() is None, START_SECONDS_MAX
        ), log.read_text()
        data_plane = spawn(nginx.program(conf, folder / "nginx.log"))
        for name, echo in here.echoes.items():
            assert name == "late" or here.settles(echo, "up", START_SECONDS_MAX), log.read_text()
        # What the control plane has written, nginx may not have read yet.
        assert wait_until(lambda: here.serves(services), lambda: True, START_SECONDS_MAX)
        yield here
    finally:
        for process in (data_plane, control_plane):
            if process is not None:
                stop(process, nginx.program(folder, log).stop_signal, 10)
        for echo in here.echoes.values():
            echo.kill()
