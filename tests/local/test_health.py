"""Readiness is read over HTTP; silence is not readiness."""

from collections.abc import Iterator

import pytest

from guichet.local.health import all_services_ready, is_ready
from guichet.local.ports import free_port
from guichet.local.process import wait_until
from tests.local import toy_server


@pytest.fixture
def port() -> Iterator[int]:
    server = toy_server.serve_in_thread()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_200_is_ready_and_anything_else_is_not(port: int) -> None:
    # Each asks for two seconds: on a busy machine, once may be too few.
    assert wait_until(lambda: is_ready(port), lambda: True, 60)
    assert not is_ready(port, "/missing")
    assert not is_ready(free_port())


def test_the_gateway_must_find_every_service_in_order(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wait_until(lambda: all_services_ready(port), lambda: True, 60)
    for said in ('{"status": "degraded"}', "[]", "no JSON"):
        monkeypatch.setattr(toy_server, "answer", said.encode)
        assert not all_services_ready(port)
    assert not all_services_ready(free_port())
