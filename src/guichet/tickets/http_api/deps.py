"""What the routes of tickets share."""

from typing import Annotated, cast

from fastapi import Depends, Path, Query, Request

from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Principal
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


def check_named(caller: Principal | None, access: str | None) -> None:
    """Raise `Unauthenticated` for who shows neither token nor link, whatever there is to see."""
    if caller is None and access is None:
        raise Unauthenticated
