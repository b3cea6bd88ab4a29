"""Steering: from the roster to nginx's configuration, and the health of all."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from guichet.gateway.data_plane import DataPlane, find_binary
from guichet.gateway.domain import Address, Roster
from guichet.gateway.main import GatewaySettings, layout_of
from guichet.gateway.nginx_conf import Features
from guichet.gateway.use_cases import Steering, files_max, health, new_steering
from guichet.local import nginx
from guichet.local.process import spawn, stop, wait_until
from tests.gateway.conftest import free_shift

HERE = Address("127.0.0.1", 59001)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    made.chmod(0o711)
    (made / "logs").mkdir()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def steering(folder: Path) -> Steering:
    return new(folder)


def new(folder: Path, shift: int | None = None) -> Steering:
    settings = GatewaySettings(storage_dir=folder, port_shift=shift or free_shift())
    plane = DataPlane(find_binary(), folder / "nginx")
    plane.prepare()
    layout = layout_of(settings, plane, Features(), None)
    return new_steering(Roster(), plane, layout, folder / "web")


def bring_up(steering: Steering, service: str = "auth") -> None:
    steering.roster.announced(service, f"{service}-a", HERE, 1.0)
    steering.roster.probed(steering.roster.of(service)[0], 1.0, 0.0021)


async def test_the_configuration_follows_the_roster(steering: Steering) -> None:
    with pytest.raises(RuntimeError, match="no configuration yet"):
        await steering.check()
    assert await steering.apply()
    await steering.check()
    assert "server 127.0.0.1:59001" not in steering.data_plane.file.read_text()
    bring_up(steering)
    assert await steering.apply()
    assert "server 127.0.0.1:59001" in steering.data_plane.file.read_text()


async def test_a_configuration_that_went_missing_is_written_again(steering: Steering) -> None:
    assert await steering.apply()
    steering.data_plane.file.unlink()
    assert await steering.apply()
    assert steering.data_plane.file.exists()


async def test_a_change_is_applied_by_the_running_worker(steering: Steering) -> None:
    task = asyncio.create_task(steering.run())
    try:
        bring_up(steering)
        steering.changed()
        file = steering.data_plane.file
        assert await asyncio.to_thread(wait_until, file.exists, lambda: True, 30)
        assert "server 127.0.0.1:59001" in steering.data_plane.file.read_text()
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_the_web_app_is_served_from_when_it_is_there(steering: Steering) -> None:
    assert await steering.apply()
    assert "try_files" not in steering.data_plane.file.read_text()
    steering.web_folder.mkdir(mode=0o755)
    (steering.web_folder / "index.html").write_text("<!doctype html>")
    assert await steering.apply()
    assert "try_files $uri /index.html" in steering.data_plane.file.read_text()


async def test_a_restarted_control_plane_remembers_while_nginx_runs_on(folder: Path) -> None:
    shift = free_shift()
    before = new(folder, shift)
    bring_up(before)
    assert await before.apply()
    after = new(folder, shift)
    after.recall()
    assert after.roster.all() == [], "nginx does not run: what was known is of another day"
    out = folder / "out"
    process = spawn(nginx.program(before.data_plane.folder, out))
    try:
        assert wait_until(lambda: after.data_plane.master() is not None, lambda: True, 30)
        after.recall()
        assert after.roster.in_rotation("auth") == [HERE]
        after.memory.write_text("[[1]]")
        after.recall()
    finally:
        stop(process, nginx.program(folder, out).stop_signal, 5)


async def test_the_health_tells_every_service_and_instance(steering: Steering) -> None:
    bring_up(steering)
    await steering.apply()
    report = health(steering, is_listening=False, with_addresses=True)
    assert report["status"] == "degraded"
    assert report["gateway"] == {
        "configuration": "accepted",
        "nginx": "stopped",
        "announcements": "unheard",
    }
    assert report["services"]["users"] == {"status": "down", "instances": []}
    (instance,) = report["services"]["auth"]["instances"]
    assert report["services"]["auth"]["status"] == "ok"
    assert instance["instance"] == "auth-a"
    assert instance["state"] == "up"
    assert instance["latency_ms"] == 2.1
    assert instance["address"] == "127.0.0.1:59001"
    hidden = health(steering, is_listening=True, with_addresses=False)
    assert "address" not in hidden["services"]["auth"]["instances"][0]


def test_no_more_files_are_wanted_than_may_be_opened() -> None:
    assert 64 <= files_max() <= 65_536
