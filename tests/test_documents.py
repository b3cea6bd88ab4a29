"""The committed AsyncAPI document; too slow for `make check`, since FastStream is imported."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.repository_files import ROOT
from tools import asyncapi
from tools.documents import all_messages, publish


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi.document()


def test_the_committed_document_is_what_the_messages_say(document: dict[str, Any]) -> None:
    assert json.loads((ROOT / asyncapi.TARGET).read_text("utf-8")) == document


def test_every_message_has_a_channel_and_a_shape(document: dict[str, Any]) -> None:
    assert set(document["channels"]) == {message.subject for message in all_messages()}
    shapes = document["components"]["schemas"]
    assert "order_code" in shapes["OrderConfirmed"]["properties"]


def test_publishing_writes_once_and_then_finds_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = {tmp_path / "some.json": {"städte": 1}}
    assert publish(target, check=False, remake="make it") == 0
    assert "some.json" in capsys.readouterr().out
    assert publish(target, check=False, remake="make it") == 0
    assert publish(target, check=True, remake="make it") == 0
    assert capsys.readouterr().out == ""


def test_checking_tells_a_stale_document_and_leaves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.json"
    path.write_text("{}", "utf-8")
    assert publish({path: {"a": 1}}, check=True, remake="make it") == 1
    assert "make it" in capsys.readouterr().out
    assert path.read_text("utf-8") == "{}"
