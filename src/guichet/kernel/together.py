"""Statements that write different tables, sent to the database as one.

Each statement of a transaction is a round trip, and a lock is held for all that come after it. On
a row that everybody wants, ten trips of a busy process are ten times its event loop's delay.
"""

import re
from typing import Any, Protocol

_PARAMETER = re.compile(r"\$([0-9]+)")


class Writes(Protocol):
    """Where a statement goes whose result nobody needs: a raw connection, or `Together`."""

    async def execute(self, query: str, *args: Any) -> Any:
        """Execute the statement, at once or with others."""
        ...


class Together:
    """Gathers statements and executes them as one, as data-modifying parts of a `WITH`.

    All of them see the database as it was before, in no order among themselves, so no two may
    change the same row, and none may read what another writes. What references new rows of
    another is well: that is checked at the end.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._values: list[Any] = []

    async def execute(self, query: str, *args: Any) -> None:
        """Take a statement and its values, `$1` being the first of them."""
        before = len(self._values)
        self._parts.append(
            _PARAMETER.sub(lambda found: f"${int(found[1]) + before}", query) if before else query
        )
        self._values += args

    async def write(self, connection: Writes) -> None:
        """Execute all that was gathered, and forget it."""
        parts, values = self._parts, self._values
        self._parts, self._values = [], []
        if len(parts) > 1:
            named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts))
            await connection.execute(f"WITH {named} SELECT", *values)
        elif parts:
            await connection.execute(parts[0], *values)
