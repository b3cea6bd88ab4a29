"""Settings are refused where they would be dangerous, and keep their secrets."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from guichet.tickets.settings import Settings

GOOD: dict[str, Any] = {
    "tickets_dsn": "postgresql://guichet_tickets:hidden-1@localhost/guichet_tickets",
    "tickets_link_secret": "hidden-2 of sixteen signs",
    "stripe_api_key": "hidden-3",
    "stripe_webhook_secret": "hidden-4",
    "service_secret": "hidden-5",
}


def test_no_secret_is_shown() -> None:
    settings = Settings(**GOOD)
    assert settings.tickets_link_secret == "hidden-2 of sixteen signs"
    assert "hidden-" not in repr(settings) + str(settings)


def test_fault_points_are_refused_in_production(tmp_path: Path) -> None:
    assert Settings(**GOOD, tickets_fault_dir=tmp_path).tickets_fault_dir == tmp_path
    with pytest.raises(ValidationError, match="for tests alone"):
        Settings(**GOOD, tickets_fault_dir=tmp_path, environment="production")  # pyright: ignore[reportArgumentType] - as the environment gives it


@pytest.mark.parametrize(
    "wrong",
    [
        {"tickets_link_secret": "short"},
        {"tickets_hold_seconds": 5},
        {"tickets_hold_seconds": 7200},
        {"tickets_connections": 1},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**{**GOOD, **wrong})


def test_the_two_keys_are_of_one_mode() -> None:
    live: dict[str, Any] = {**GOOD, "stripe_api_key": "sk_live_1", "environment": "production"}
    assert Settings(**live, stripe_publishable_key="pk_live_1").payment_mode == "live"
    for key in ("pk_test_1", "sk_live_1", "odd"):
        with pytest.raises(ValidationError):
            Settings(**live, stripe_publishable_key=key)


def test_production_talks_to_the_provider_itself_unless_a_proxy_is_wanted() -> None:
    elsewhere: dict[str, Any] = {**GOOD, "stripe_api_url": "http://127.0.0.1:8010"}
    assert Settings(**elsewhere).payment_mode == "sandbox"
    with pytest.raises(ValidationError, match="GUICHET_STRIPE_API_URL_ALLOWED"):
        Settings(**elsewhere, environment="production")  # pyright: ignore[reportArgumentType] - as the environment gives it
    live: dict[str, Any] = {**elsewhere, "environment": "production", "stripe_api_key": "sk_live_1"}
    assert Settings(**live, stripe_api_url_allowed=True).payment_mode == "live"


def test_accounts_are_slowed_down_in_production_alone() -> None:
    def limit(**more: Any) -> float:
        return Settings(**GOOD, **more).asks_per_account

    assert limit() == 0
    assert limit(environment="production") == 5
    assert limit(environment="production", tickets_asks_per_account=0) == 0
    assert limit(tickets_asks_per_account=2) == 2
