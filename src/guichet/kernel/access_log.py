"""One line a request, written many at a time.

An access log line costs a busy service more than many a request does, where each is built from a
record, masked value by value and written on its own. Here a line is put together from values
that are known to be harmless, and lines wait a moment for others.
"""

import asyncio
import logging
from datetime import UTC, datetime

import msgspec

from guichet.kernel.logs import READY, mask_card_numbers

WAIT_SECONDS = 0.2
LINES_MAX = 500
_encode = msgspec.json.Encoder().encode


class AccessLog:
    """The access log of one process; a process that is killed loses the last moment of it."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._lines: list[bytes] = []
        self._writing: asyncio.TimerHandle | None = None
        self._logger = logging.getLogger("guichet.access")

    def note(self, method: str, path: str, status: int, seconds: float, request_id: str) -> None:
        """Note an answered request; what went wrong here is written at once.

        A 503 is no such thing: under overload there are many, and they must stay cheap.
        """
        self._lines.append(
            _encode(
                {
                    "service": self._service,
                    "source": "guichet.access",
                    "event": "request",
                    "method": method,
                    "path": mask_card_numbers(path),
                    "status": status,
                    "milliseconds": round(1000 * seconds, 1),
                    "level": "info",
                    "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                    "request_id": request_id,
                }
            )
        )
        is_failure = status >= 500 and status != 503  # noqa: PLR2004 - HTTP
        if is_failure or len(self._lines) >= LINES_MAX:
            self.write()
        elif self._writing is None:
            self._writing = asyncio.get_running_loop().call_later(WAIT_SECONDS, self.write)

    def write(self) -> None:
        """Write what waits."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        lines, self._lines = self._lines, []
        if lines:
            self._logger.info("%s", b"\n".join(lines).decode(), extra={READY: True})
