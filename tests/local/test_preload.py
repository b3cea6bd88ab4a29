"""What is preloaded exists, and every server has its way in."""

import importlib

import pytest

from guichet.local import preload
from guichet.local.servable_modules import SERVERS


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_every_server_can_be_run_on_a_port(name: str) -> None:
    run = importlib.import_module(SERVERS[name]).run
    assert "port" in run.__annotations__


def test_a_module_that_cannot_be_imported_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preload, "SERVERS", {"broken": "guichet.no_such_service"})
    preload.preload()
    assert "no_such_service" in capsys.readouterr().err
