"""Which pages may use the refresh cookie, and how it is kept."""

from typing import Any

import pytest
from pydantic import ValidationError

from guichet.auth.settings import Settings


def settings(**named: Any) -> Settings:
    return Settings(
        auth_dsn="postgresql://nobody@localhost/none", auth_key_passphrase="x" * 16, **named
    )


def test_local_pages_are_allowed_in_development_by_either_name() -> None:
    allowed = settings(port_shift=1000).allowed_origins
    assert {"http://localhost:9080", "http://127.0.0.1:4000"} <= allowed
    assert "http://localhost:8080" not in allowed


def test_production_allows_its_own_address_and_those_named() -> None:
    production = settings(
        environment="production",
        public_url="https://billets.example.com/",
        auth_allowed_origins="https://m.example.com/ , https://admin.example.com",
    )
    assert production.allowed_origins == {
        "https://billets.example.com",
        "https://m.example.com",
        "https://admin.example.com",
    }
    assert production.cookies_are_secure


def test_cookies_need_https_where_there_is_https() -> None:
    assert not settings().cookies_are_secure
    assert settings(public_url="https://billets.example.com").cookies_are_secure


def test_a_short_passphrase_is_refused_and_secrets_are_not_shown() -> None:
    with pytest.raises(ValidationError):
        Settings(auth_dsn="postgresql://x", auth_key_passphrase="short")
    shown = repr(settings(service_secret="a secret not to be shown"))
    assert "x" * 16 not in shown
    assert "not to be shown" not in shown
    assert "postgresql" not in shown
