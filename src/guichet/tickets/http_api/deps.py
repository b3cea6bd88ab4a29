"""What the routes of tickets share."""

from typing import Annotated, Any, cast

from fastapi import Depends, Path, Query, Request

from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Problem, Unauthenticated
from guichet.kernel.tokens import Principal
from guichet.tickets.context import Context

PREFIX = "/api/v1/tickets"

ID_MAX = 2**63 - 1
PathId = Annotated[int, Path(ge=1, le=ID_MAX)]
"""An id in a route's path: what a database column holds, anything else is malformed."""

QueryId = Annotated[int, Query(ge=1, le=ID_MAX)]
"""An id in a query."""


async def _context(request: Request) -> Context:
    return cast(Context, request.app.state.context)


Ctx = Annotated[Context, Depends(_context)]
"""The open resources of tickets."""


def refusals(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what a route documents as its refusals, beside those of every route."""
    return {**problem_responses(list(problems))}


def content(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return what a route documents that answers with something other than JSON."""
    name = media_type.partition(";")[0]
    return {200: {"content": {name: {"schema": {"type": "string", "format": "binary"}}}}}


def check_named(caller: Principal | None, access: str | None) -> None:
    """Raise `Unauthenticated` for who shows neither token nor link, whatever there is to see."""
    if caller is None and access is None:
        raise Unauthenticated
