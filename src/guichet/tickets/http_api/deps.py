"""What the routes of tickets share."""

from typing import Annotated, cast

from fastapi import Depends, Request

from guichet.tickets.context import Context

PREFIX = "/api/v1/tickets"


def _context(request: Request) -> Context:
    return cast(Context, request.app.state.context)


Ctx = Annotated[Context, Depends(_context)]
"""The open resources of tickets."""
