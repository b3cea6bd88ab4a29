"""A server that is unavailable for a moment is none that fails; one that is so each time is."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import not_a_server_error  # pyright: ignore[reportUnknownVariableType] - a case of any API
from schemathesis.core.failures import FailureGroup

from tests.fuzz import schema_hooks

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/ask-again": {"get": {"responses": {"200": {}, "503": {}}}},
        "/never-so": {"get": {"responses": {"200": {}}}},
    },
}


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers 503 so many times, then 200."""

    left = 0
    code = "unavailable"

    def do_GET(self) -> None:
        status, Answers.left = (503 if self.left else 200), max(0, self.left - 1)
        content = f'{{"code":"{self.code}"}}'.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of such a server."""
    monkeypatch.setattr(schema_hooks, "AGAIN_SECONDS", 0.0)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "code", "times", "fails"),
    [
        ("/ask-again", "unavailable", 1, False),
        ("/ask-again", "dependency_unavailable", 3, False),
        ("/ask-again", "unavailable", 1000, True),
        ("/ask-again", "internal_error", 1, True),
        ("/never-so", "unavailable", 1, True),
    ],
)
def test_a_503_is_a_failure_unless_it_is_documented_and_passes(
    url: str, monkeypatch: pytest.MonkeyPatch, path: str, code: str, times: int, fails: bool
) -> None:
    monkeypatch.setattr(Answers, "left", times)
    monkeypatch.setattr(Answers, "code", code)
    schema: Any = schemathesis.openapi.from_dict(DOCUMENT)
    case = schema[path]["GET"].Case()
    response = case.call(base_url=url)
    assert response.status_code == 503
    with pytest.raises(FailureGroup) if fails else nullcontext():
        case.validate_response(response, checks=[not_a_server_error])
