"""The route that purchases are measured against exists only where it is asked for."""

from typing import Any

import pytest
from pydantic import ValidationError

from guichet.kernel.settings import Environment
from guichet.tickets import http_api
from guichet.tickets.context import Context
from guichet.tickets.settings import Settings


def nothing_open() -> Context:
    raise AssertionError


def paths(*, with_no_op: bool) -> set[str]:
    return {route.path for route in http_api.hot_routes(nothing_open, with_no_op=with_no_op)}


def test_it_is_served_where_the_settings_ask_for_it() -> None:
    assert "/api/v1/tickets/no-op" in paths(with_no_op=True)
    assert "/api/v1/tickets/no-op" not in paths(with_no_op=False)


def test_production_refuses_it() -> None:
    settings: dict[str, Any] = {
        "tickets_dsn": "postgresql://u:p@db/tickets",
        "tickets_link_secret": "a secret that is long enough",
        "tickets_no_op": True,
    }
    Settings(**settings)
    with pytest.raises(ValidationError, match="for tests alone"):
        Settings(**settings, environment=Environment.PRODUCTION)
