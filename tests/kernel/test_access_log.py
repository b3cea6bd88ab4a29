"""Each request leaves a line; lines are written together, and those of errors at once."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from guichet.kernel import access_log
from guichet.kernel.access_log import AccessLog
from guichet.kernel.logs import configure_logs


@pytest.fixture
def log_file(tmp_path: Path, logs_as_before: None) -> Path:  # noqa: ARG001 - it puts them back
    configure_logs("kernel-test", tmp_path)
    return tmp_path / "logs" / "kernel-test.log"


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def test_lines_wait_a_moment_for_others(
    log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "WAIT_SECONDS", 0.01)
    log = AccessLog("tickets")
    log.note("GET", "/a", 200, 0.0123, "request-1")
    log.note("POST", "/é\n", 201, 1.0, "request-2")
    assert lines_of(log_file) == []
    await asyncio.sleep(0.05)
    first, second = lines_of(log_file)
    assert first["timestamp"].endswith("Z")
    del first["timestamp"]
    assert first == {
        "service": "tickets",
        "source": "guichet.access",
        "event": "request",
        "level": "info",
        "method": "GET",
        "path": "/a",
        "status": 200,
        "milliseconds": 12.3,
        "request_id": "request-1",
    }
    assert (second["path"], second["request_id"]) == ("/é\n", "request-2")


async def test_what_went_wrong_is_written_at_once_with_what_went_before(log_file: Path) -> None:
    log = AccessLog("tickets")
    log.note("GET", "/a", 200, 0.01, "request-1")
    log.note("GET", "/b", 500, 0.01, "request-2")
    assert [line["status"] for line in lines_of(log_file)] == [200, 500]


async def test_refusals_under_overload_wait_for_others_like_any_line(log_file: Path) -> None:
    log = AccessLog("tickets")
    log.note("POST", "/b", 503, 0.01, "request-1")
    assert lines_of(log_file) == []
    log.write()
    assert [line["status"] for line in lines_of(log_file)] == [503]


async def test_a_card_number_in_a_path_is_masked(log_file: Path) -> None:
    log = AccessLog("tickets")
    log.note("GET", "/cards/4242424242424242", 404, 0.01, "request-1")
    log.write()
    log.write()
    (line,) = lines_of(log_file)
    assert line["path"] == "/cards/[redacted]"
