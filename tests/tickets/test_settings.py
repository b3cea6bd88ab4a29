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
