"""nginx starts by itself once the control plane has written its first configuration."""

import threading
from pathlib import Path

import pytest

from guichet.gateway import serve_nginx
from guichet.gateway.main import GatewaySettings
from guichet.gateway.serve_nginx import NoConfiguration, command


def settings(folder: Path) -> GatewaySettings:
    return GatewaySettings(storage_dir=folder, nginx_binary="/opt/nginx")


def test_it_waits_for_the_configuration_and_stays_in_the_foreground(tmp_path: Path) -> None:
    def write() -> None:
        (tmp_path / "nginx").mkdir()
        (tmp_path / "nginx" / "nginx.conf").write_text("events {}")

    writing = threading.Timer(0.3, write)
    writing.start()
    arguments = command(settings(tmp_path))
    writing.join()
    folder = f"{tmp_path.resolve()}/nginx/"
    assert arguments == ["/opt/nginx", "-p", folder, "-c", "nginx.conf", "-g", "daemon off;"]


def test_without_a_control_plane_it_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve_nginx, "WAIT_SECONDS_MAX", 0.05)
    with pytest.raises(NoConfiguration):
        command(settings(tmp_path))
