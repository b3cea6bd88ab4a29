"""Has NATS started anew where it can write no more although there is room again.

A stream that met a full disk refuses every message from then on, also when room has been made;
only a start of its server opens it again. Until then the outboxes keep what is to be sent.
"""

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, cast

from guichet.local.children import Child
from guichet.local.nats import Broker

LOOK_SECONDS = 3.0
ANSWER_SECONDS_MAX = 0.5
ROOM_BYTES_MIN = 16 * 1024 * 1024
_MARK = "write error"


class NatsWatch:
    """Looks at a broker now and then; `child` is the process that serves it."""

    def __init__(
        self, broker: Broker, child: Child, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._broker = broker
        self._child = child
        self._clock = clock
        self._looked_at = clock()

    def tick(self) -> bool:
        """Look, where it is time to; returns whether the broker was told to stop.

        Whoever looks after its process starts it again.
        """
        if self._clock() - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = self._clock()
        if not (cannot_write(self._broker) and has_room(self._broker)):
            return False
        self._child.ask_to_stop()
        return True


def cannot_write(broker: Broker) -> bool:
    """Whether a stream says that it could not write; False where the server does not answer."""
    address = f"http://127.0.0.1:{broker.monitor_port}/healthz?details=true"
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS_MAX):
            return False
    except urllib.error.HTTPError as error:
        return _names_a_write(error.read())
    except (urllib.error.URLError, OSError):
        return False


def _names_a_write(content: bytes) -> bool:
    try:
        told: Any = json.loads(content)
    except ValueError:
        return False
    if not isinstance(told, dict):
        return False
    errors = cast("dict[str, list[object] | None]", told).get("errors") or []
    return any(_MARK in str(each) for each in errors)


def has_room(broker: Broker) -> bool:
    """Whether the disk takes messages again: a start on a full one would fail, again and again."""
    return shutil.disk_usage(broker.folder).free >= ROOM_BYTES_MIN
