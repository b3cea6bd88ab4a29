"""`guichet up` as a person meets it: start, break, restart, stop, start again."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from guichet.local.ports import answers
from tests.own_ports import free_shift
from tests.running_system import RunningSystem, eventually

# A test here may have two starts in it.
pytestmark = pytest.mark.timeout(600)

SERVICES = ("auth", "users", "events", "tickets", "notifications")
REPLICA_PORT = 8104


@pytest.fixture(scope="module")
def system(server_folder: Path) -> Iterator[RunningSystem]:
    settings = {"GUICHET_LOCAL_REPLICAS": "tickets=2"}
    system = RunningSystem(server_folder / "system", free_shift(), settings)
    system.start()
    yield system
    system.stop()


def all_is_well(system: RunningSystem) -> bool:
    status, health = system.get("gateway", "/api/v1/health")
    return status == 200 and '"status": "ok", "checked_at"' in json.dumps(health)


def processes_of(system: RunningSystem) -> list[psutil.Process]:
    assert system.process is not None
    top = psutil.Process(system.process.pid)
    return [top, *top.children(recursive=True)]


def are_gone(processes: list[psutil.Process]) -> bool:
    return all(is_gone(process) for process in processes)


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_everything_answers_and_the_accounts_are_shown(system: RunningSystem) -> None:
    assert eventually(lambda: all_is_well(system))
    for service in SERVICES:
        assert eventually(lambda name=service: system.get(name, "/health/ready")[0] == 200)
    assert "admin@example.com" in system.said()
    assert f"localhost:{system.port('load_balancer')}" in system.said()
    assert eventually(lambda: answers(REPLICA_PORT + system.shift))


@pytest.mark.parametrize("name", [*SERVICES, "tickets-2", "gateway", "nginx", "nats", "postgres"])
def test_a_part_that_is_killed_is_back_within_seconds(system: RunningSystem, name: str) -> None:
    before = system.kill(name)
    assert eventually(lambda: system.pid(name) != before, 30)
    assert eventually(lambda: all_is_well(system))
    assert f"{name} stopped (SIGKILL)" in system.said()


def test_a_second_start_on_the_same_folder_is_refused_in_one_sentence(
    system: RunningSystem,
) -> None:
    answer = system.command("up")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert "already runs" in answer.stderr


def test_status_lists_every_process_with_its_memory(system: RunningSystem) -> None:
    answer = system.command("status")
    assert answer.returncode == 0
    for name in (*SERVICES, "tickets-2", "postgres", "nats", "nginx", "gateway", "mailbox"):
        assert f"● {name} " in answer.stdout
    total = float(answer.stdout.splitlines()[-1].split()[0])
    assert 0 < total < 700


def test_a_stop_leaves_no_process_and_a_start_finds_the_data(system: RunningSystem) -> None:
    processes = processes_of(system)
    assert len(processes) > len(SERVICES)
    assert system.stop(signal.SIGINT) == 0
    assert eventually(lambda: are_gone(processes))
    assert not any((system.storage / "run").glob("*.json"))
    secrets = (system.storage / "secrets.env").read_text()
    system.start()
    assert eventually(lambda: all_is_well(system))
    assert "creating the five databases" not in system.said()
    assert (system.storage / "secrets.env").read_text() == secrets


def test_a_killed_supervisor_leaves_nothing_that_the_next_start_does_not_mend(
    system: RunningSystem,
) -> None:
    processes = processes_of(system)
    system.stop(signal.SIGKILL)
    assert eventually(lambda: are_gone(processes))
    system.start()
    assert eventually(lambda: all_is_well(system))


def test_down_from_elsewhere_stops_it_and_says_when_there_is_nothing(
    system: RunningSystem,
) -> None:
    processes = processes_of(system)
    first = system.command("down")
    assert first.returncode == 0
    assert "has stopped" in first.stdout
    assert eventually(lambda: are_gone(processes))
    assert system.process is not None
    assert system.process.wait(60) == 0
    assert "does not run" in system.command("down").stdout
    assert system.command("status").returncode == 1


def test_a_taken_port_is_said_with_its_holder_and_nothing_is_started(
    system: RunningSystem,
) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", system.port("tickets")))
        listener.listen()
        answer: subprocess.CompletedProcess[str] = system.command("up")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert f"Port {system.port('tickets')} (tickets) is taken by" in answer.stderr
    assert not answers(system.port("postgres"))
