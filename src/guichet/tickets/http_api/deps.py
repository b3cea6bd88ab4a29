"""What the routes of tickets share."""

from typing import Annotated, cast

from fastapi import Depends, Path, Query, Request

from guichet.tickets.context import Context

PREFIX = "/api/v1/tickets"

ID_MAX = 2**63 - 1
PathId = Annotated[int, Path(ge=1, le=ID_MAX)]
"""An id in a route's path: what a database column holds, anything else is malformed."""

QueryId = Annotated[int, Query(ge=1, le=ID_MAX)]
"""An id in a query."""


def _context(request: Request) -> Context:
    return cast(Context, request.app.state.context)


Ctx = Annotated[Context, Depends(_context)]
"""The open resources of tickets."""
