"""Settings come from GUICHET_* variables; ports move together."""

import socket
from pathlib import Path

import pytest
from pydantic import ValidationError

from guichet.kernel.settings import PORTS, CommonSettings, Environment


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CommonSettings.model_fields:
        monkeypatch.delenv(f"GUICHET_{name.upper()}", raising=False)


def test_defaults_are_a_development_system_on_this_machine() -> None:
    settings = CommonSettings()
    assert settings.environment is Environment.DEVELOPMENT
    assert not settings.is_production
    assert settings.port("gateway") == 8000
    assert settings.url_of("auth") == "http://127.0.0.1:8001"
    assert settings.outside_url == "http://localhost:8080"


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_ENVIRONMENT", "production")
    monkeypatch.setenv("GUICHET_PORT_SHIFT", "10000")
    monkeypatch.setenv("GUICHET_STORAGE_DIR", "/srv/guichet")
    monkeypatch.setenv("GUICHET_AUTH_URL", "http://auth.internal:80/")
    monkeypatch.setenv("GUICHET_PUBLIC_URL", "https://tickets.example.com/")
    settings = CommonSettings()
    assert settings.is_production
    assert settings.storage_dir == Path("/srv/guichet")
    assert settings.port("postgres") == 17432
    assert settings.url_of("auth") == "http://auth.internal:80"
    assert settings.url_of("users") == "http://127.0.0.1:18002"
    assert settings.outside_url == "https://tickets.example.com"


def test_no_two_listeners_share_a_port() -> None:
    assert len(set(PORTS.values())) == len(PORTS)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT_SHIFT", "-1"), ("PORT_SHIFT", "60000"), ("ENVIRONMENT", "staging")]
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"GUICHET_{name}", value)
    with pytest.raises(ValidationError):
        CommonSettings()


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        CommonSettings().port("fax")
    with pytest.raises(KeyError):
        CommonSettings().url_of("fax")


def test_the_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_SERVICE_SECRET", "s3cret-s3cret")
    assert "s3cret" not in repr(CommonSettings())


def test_an_instance_on_every_interface_is_announced_by_a_name() -> None:
    assert CommonSettings(host="10.0.0.7").reachable_host == "10.0.0.7"
    assert CommonSettings(host="0.0.0.0").reachable_host == socket.gethostname()  # noqa: S104 - not bound
    named = CommonSettings(host="0.0.0.0", advertised_host="tickets-2.internal")  # noqa: S104 - not bound
    assert named.reachable_host == "tickets-2.internal"


def test_an_ipv6_address_can_stand_in_a_url() -> None:
    assert CommonSettings(host="0.0.0.0", advertised_host="fd00::7").reachable_host == "[fd00::7]"  # noqa: S104 - not bound
    assert CommonSettings(host="::1").reachable_host == "[::1]"
    assert CommonSettings(host="127.0.0.1").reachable_host == "127.0.0.1"
