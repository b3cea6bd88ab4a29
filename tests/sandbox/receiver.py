"""A webhook receiver that a test controls; it answers in threads of its own."""

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from guichet.tickets.payments.webhook import read_webhook
from tests.sandbox.running import WEBHOOK_SECRET

WAIT_SECONDS_MAX = 20.0


class Receiver:
    """Notes the events of one test. While `gate` is cleared, nothing is answered.

    `statuses` are answered first, one a call; 200 afterwards. Events of other tests, which may
    come late, are accepted and not noted: `order_keys` begin with the test's `prefix`.
    """

    def __init__(self) -> None:
        self.url = ""
        self.gate = threading.Event()
        self.begin("")

    def begin(self, prefix: str) -> None:
        """Forget everything, for a new test."""
        self.prefix = prefix
        self.statuses: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.at: list[float] = []
        self.together_max = 0
        self._together = 0
        self._changed = threading.Condition()
        self.gate.set()

    def receive(self, payload: bytes, signature: str) -> int:
        """Check the signature with the code of the tickets service; return the status."""
        read_webhook(payload, signature, datetime.now(UTC), WEBHOOK_SECRET)
        event = json.loads(payload)
        metadata = event["data"]["object"]["metadata"]
        if not str(metadata.get("order_key", "")).startswith(self.prefix):
            return 200
        with self._changed:
            self._together += 1
            self.together_max = max(self.together_max, self._together)
            self.events.append(event)
            self.at.append(time.monotonic())
            self._changed.notify_all()
        self.gate.wait(WAIT_SECONDS_MAX)
        with self._changed:
            self._together -= 1
            return self.statuses.pop(0) if self.statuses else 200

    @property
    def kinds(self) -> list[str]:
        """What arrived, in order."""
        return [event["type"] for event in self.events]

    @property
    def ids(self) -> set[str]:
        """The different events that arrived."""
        return {event["id"] for event in self.events}

    def wait_for(self, count: int) -> None:
        """Come back when so many have arrived; AssertionError after the time."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.events) >= count, WAIT_SECONDS_MAX)
        assert arrived, f"{len(self.events)} of {count}: {self.kinds}"


@contextmanager
def receiver() -> Generator[Receiver]:
    """Serve on a free port."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.receive(payload, self.headers["Stripe-Signature"])
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silence needs no names
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}/webhook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    found.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()
