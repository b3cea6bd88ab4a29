"""Outside `guichet up`, what is not named points at the local system, in development alone."""

from pathlib import Path

import pytest

from guichet.local import servable
from guichet.local.development_secrets import ensure_secrets
from guichet.local.errors import LocalError


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in ("GUICHET_AUTH_DSN", "GUICHET_USERS_DSN", "GUICHET_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path))
    monkeypatch.setenv("GUICHET_PORT_SHIFT", "20000")
    return ensure_secrets(tmp_path / "secrets.env", cluster_exists=False)


def test_a_database_is_found_by_the_local_secrets(known: dict[str, str]) -> None:
    password = known["GUICHET_AUTH_RUNTIME_DATABASE_PASSWORD"]
    expected = f"postgresql://guichet_auth_service:{password}@127.0.0.1:27432/guichet_auth"
    assert servable.dsn_of("auth") == expected
    password = known["GUICHET_AUTH_DATABASE_PASSWORD"]
    expected = f"postgresql://guichet_auth:{password}@127.0.0.1:27432/guichet_auth"
    assert servable.owner_dsn_of("auth") == expected


def test_a_named_database_wins(known: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert known
    monkeypatch.setenv("GUICHET_AUTH_DSN", "postgresql://elsewhere")
    assert servable.dsn_of("auth") == "postgresql://elsewhere"


def test_in_production_nothing_is_guessed(
    known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known
    monkeypatch.setenv("GUICHET_ENVIRONMENT", "production")
    with pytest.raises(LocalError) as refusal:
        servable.dsn_of("auth")
    assert "GUICHET_AUTH_DSN" in str(refusal.value)


def test_before_the_first_start_the_mend_is_named(
    tmp_path: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path / "none"))
    with pytest.raises(LocalError) as refusal:
        servable.dsn_of("users")
    assert "guichet up" in str(refusal.value)


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    for ask in (servable.module_of, servable.dsn_of):
        with pytest.raises(LocalError) as refusal:
            ask("cinema")
        assert "tickets" in str(refusal.value)
    assert servable.module_of("mailbox") == "guichet.local.mailbox.main"


def test_a_server_started_alone_gets_its_share_alone(known: dict[str, str]) -> None:
    assert known
    share = servable.environment_of("users")
    assert "GUICHET_USERS_DSN" in share
    assert "GUICHET_AUTH_DSN" not in share
