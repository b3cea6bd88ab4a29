"""The payment provider's stand-in all by itself, whose own rate bounds that of paid purchases.

It is another than the system's own: what is charged here belongs to no order, and no webhooks are
sent for it.
"""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

from bench.system import folder
from guichet.local.ports import free_port, is_free

API_KEY = "sk_test_of_the_benchmark_alone"
START_SECONDS_MAX = 20.0


@contextmanager
def lone_provider() -> Generator[int]:
    """Start one on a free port, and stop it at the end; yields the port."""
    port = free_port()
    with folder() as place:
        environment = {
            "GUICHET_STORAGE_DIR": str(place),
            "GUICHET_STRIPE_API_KEY": API_KEY,
            "GUICHET_STRIPE_WEBHOOK_SECRET": "",
        }
        code = f"from guichet.sandbox.main import run; run({port})"
        with subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while is_free(port):
        if time.monotonic() > deadline:
            raise TimeoutError("the payment provider's stand-in did not start")
        time.sleep(0.05)
