"""Starts the sandbox as its own process, as in real life, for tests that talk to it over HTTP."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from guichet.local.ports import free_port

API_KEY = "sk_test_of_the_tests"
PUBLISHABLE_KEY = "pk_test_of_the_tests"
WEBHOOK_SECRET = "whsec_of_the_tests"
START_SECONDS_MAX = 60.0


class RunningSandbox:
    """One sandbox process. `start` may be called again after `kill`, on the same journal."""

    def __init__(self, storage_dir: Path, webhook_url: str = "", **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.journal = storage_dir / "sandbox" / "journal.jsonl"
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("GUICHET_")},
            "GUICHET_STORAGE_DIR": str(storage_dir),
            "GUICHET_STRIPE_API_KEY": API_KEY,
            "GUICHET_STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
            "GUICHET_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET if webhook_url else "",
            "GUICHET_SANDBOX_WEBHOOK_URL": webhook_url,
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers; AssertionError where it does not."""
        self._process = self.spawn()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._is_ready():
            assert self._process.poll() is None, "the sandbox ended at once"
            assert time.monotonic() < deadline, "the sandbox does not answer"
            time.sleep(0.05)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start without waiting."""
        code = f"from guichet.sandbox.main import run; run({self.port})"
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def kill(self) -> None:
        """End it without any warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    @contextmanager
    def no_room(self) -> Generator[None]:
        """Let its files grow no more, as on a disk that is full."""
        assert self._process is not None
        pid, size = self._process.pid, self.journal.stat().st_size
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    def post(self, path: str, form: Mapping[str, str] | bytes, key: str = "") -> "Reply":
        """Send a form, as the SDK does."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        return self.ask("POST", path, body, {"Idempotency-Key": key} if key else {})

    def get(self, path: str, query: Mapping[str, str] | None = None) -> "Reply":
        """Ask for something."""
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def pay_in_browser(self, intent_id: str, client_secret: str, card: str) -> "Reply":
        """Give a card to the provider as a browser does: without the secret key."""
        form = {
            "key": PUBLISHABLE_KEY,
            "client_secret": client_secret,
            "payment_method_data[type]": "card",
            "payment_method_data[card][number]": card,
            "return_url": "http://127.0.0.1:8080/my/orders/K7QP-2M",
        }
        path = f"/v1/payment_intents/{intent_id}/confirm"
        return self.ask("POST", path, urlencode(form).encode(), with_key=False)

    def fault(self, **fault: Any) -> None:
        """Set a switch; AssertionError where it is refused."""
        reply = self.ask("POST", "/_sandbox/faults", json.dumps(fault).encode())
        assert reply.status == 200, reply.body

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self.ask("DELETE", "/_sandbox/faults")

    def books(self) -> list[dict[str, Any]]:
        """Return what the checker reads."""
        lines = self.ask("GET", "/_sandbox/books").text.splitlines()
        return [json.loads(line) for line in lines]

    def row(self, name: str, value: str) -> dict[str, Any]:
        """Return the one payment with this metadata; AssertionError for none or several."""
        [found] = [row for row in self.books() if row["metadata"].get(name) == value]
        return found

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        with_key: bool = True,
    ) -> "Reply":
        """Send a request, with the secret key; redirects are not followed."""
        authorised = {"Authorization": f"Bearer {API_KEY}"} if with_key else {}
        request = urllib.request.Request(  # noqa: S310 - this machine's own server
            path if path.startswith("http") else self.url + path,
            data=body,
            method=method,
            headers={**authorised, **(headers or {})},
        )
        try:
            with _opener.open(request, timeout=10) as answer:
                return Reply(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read().decode(), dict(error.headers))

    def _is_ready(self) -> bool:
        try:
            return self.get("/health/ready").status == 200
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None


class Reply:
    """An answer, read to its end."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str]) -> None:
        self.status = status
        self.text = text
        self.headers = {name.lower(): value for name, value in headers.items()}

    @property
    def body(self) -> Any:
        """The JSON of the answer."""
        return json.loads(self.text)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Answers a redirect by None, upon which urllib raises the 3xx as an HTTPError."""

    def redirect_request(
        self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any
    ) -> None:
        del req, fp, code, msg, headers, newurl


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def charge_form(order_key: str = "k", **changes: str) -> dict[str, str]:
    """Return what the adapter sends for a charge, with changes; an empty value leaves it out."""
    form = {
        "amount": "4200",
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "automatic_payment_methods[enabled]": "true",
        "return_url": "http://127.0.0.1:8080/commandes/ABC?a=1",
        "description": "2 places — Bénabar",
        "metadata[order_id]": "7",
        "metadata[order_key]": order_key,
        "expand[0]": "latest_charge",
        **changes,
    }
    return {name: value for name, value in form.items() if value}
