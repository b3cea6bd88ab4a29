"""The wiring: what of the configuration follows from the settings and this machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from guichet.gateway import main
from guichet.gateway.data_plane import DataPlane, find_binary
from guichet.gateway.domain import SERVICES, Address
from guichet.gateway.main import GatewaySettings, layout_of, load_balancer_ports, may_bind, own_host
from guichet.gateway.nginx_conf import Features
from guichet.kernel.settings import Environment


@pytest.fixture
def plane(tmp_path: Path) -> DataPlane:
    made = DataPlane(find_binary(), tmp_path / "nginx")
    made.folder.mkdir()
    return made


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def binding(monkeypatch: pytest.MonkeyPatch, *, is_free: bool) -> None:
    """Let every port be free, or none."""

    def answer(_host: str, _port: int) -> bool:
        return is_free

    monkeypatch.setattr(main, "may_bind", answer)


def test_a_taken_port_cannot_be_bound(taken_port: int) -> None:
    assert not may_bind("127.0.0.1", taken_port)
    assert may_bind("127.0.0.1", 0)


@pytest.mark.parametrize(
    ("is_free", "shift", "expected"),
    [
        (True, 0, [8080, 3000, 80]),
        (False, 0, [8080, 3000]),
        (True, 1000, [9080, 4000]),
    ],
)
def test_port_80_is_taken_where_it_is_free_and_nothing_is_shifted(
    plane: DataPlane,
    monkeypatch: pytest.MonkeyPatch,
    is_free: bool,
    shift: int,
    expected: list[int],
) -> None:
    binding(monkeypatch, is_free=is_free)
    settings = GatewaySettings(port_shift=shift)
    assert load_balancer_ports(settings, "127.0.0.1", plane) == expected


def test_a_restarted_control_plane_keeps_the_port_80_of_its_running_nginx(
    plane: DataPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    binding(monkeypatch, is_free=False)
    monkeypatch.setattr(plane, "master", object)
    plane.file.write_text("listen 127.0.0.1:80 backlog=4096;")
    assert 80 in load_balancer_ports(GatewaySettings(port_shift=0), "127.0.0.1", plane)


def test_every_service_has_a_target_and_named_ones_replace_it() -> None:
    settings = GatewaySettings(
        port_shift=1000, gateway_instances="tickets=http://10.0.0.1:8004,http://10.0.0.2:8004"
    )
    targets = settings.targets()
    assert set(targets) == set(SERVICES)
    assert targets["tickets"] == [Address("10.0.0.1", 8004), Address("10.0.0.2", 8004)]
    assert targets["auth"] == [Address("127.0.0.1", 9001)]


def test_production_limits_each_address_and_development_does_not(plane: DataPlane) -> None:
    development = layout_of(GatewaySettings(), plane, Features(), None)
    assert (development.general_rate, development.connections_per_address) == (0, 0)
    assert development.mailbox is not None
    settings = GatewaySettings(environment=Environment.PRODUCTION)
    production = layout_of(settings, plane, Features(), None)
    assert production.general_rate > 0
    assert production.connections_per_address > 0
    assert production.mailbox is None
    assert (development.sign_in_rate, development.sign_in_burst) == (200, 400)
    assert (production.sign_in_rate, production.sign_in_burst) == (20, 40)
    chosen = GatewaySettings(environment=Environment.PRODUCTION, gateway_general_rate=0)
    assert layout_of(chosen, plane, Features(), None).general_rate == 0
    slower = layout_of(
        GatewaySettings(gateway_sign_in_rate=5, gateway_sign_in_burst=0), plane, Features(), None
    )
    assert (slower.sign_in_rate, slower.sign_in_burst) == (5, 0)


def test_the_control_plane_is_reached_where_it_listens() -> None:
    assert own_host("0.0.0.0") == "127.0.0.1"  # noqa: S104 - compared, not bound
    assert own_host("::") == "127.0.0.1"
    assert own_host("10.0.0.5") == "10.0.0.5"


def test_the_providers_fields_are_shown_for_its_key_and_not_for_the_sandbox() -> None:
    assert not GatewaySettings().pays_at_provider()
    key = "pk_test_0123456789"
    assert GatewaySettings(stripe_publishable_key=key).pays_at_provider()
    sandbox = GatewaySettings(stripe_publishable_key=key, stripe_api_url="http://127.0.0.1:8010")
    assert not sandbox.pays_at_provider()
