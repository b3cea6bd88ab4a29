"""What the routes of events have in common."""

from typing import Annotated, Any, cast

from fastapi import Depends, Path, Request, Response

from guichet.contracts.roles import Permission, require
from guichet.events.domain.problems import EventNotFound
from guichet.events.domain.records import Viewer
from guichet.events.http_api.fields import ID_MAX
from guichet.events.use_cases.means import Means, viewer_of
from guichet.kernel.callers import Caller, OptionalCaller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.problems import Forbidden, Language, Problem, Unauthenticated

PREFIX = "/api/v1/events"
FRESH_SECONDS = 1
"""How long the catalogue may be kept by caches on the way; availability is no older than that."""

EventId = Annotated[int, Path(ge=1, le=ID_MAX)]
PartId = Annotated[int, Path(ge=1, le=ID_MAX)]


async def _means(request: Request) -> Means:
    return cast(Means, request.app.state.means)


async def _spectator(principal: OptionalCaller) -> Viewer:
    return viewer_of(principal)


async def _signed_in(principal: Caller) -> Viewer:
    return viewer_of(principal)


async def _organiser(principal: Caller) -> Viewer:
    require(principal, Permission.CREATE_EVENTS)
    return viewer_of(principal)


async def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


OurMeans = Annotated[Means, Depends(_means)]
Spectator = Annotated[Viewer, Depends(_spectator)]
"""Anybody; knows more of those who send a token."""
SignedIn = Annotated[Viewer, Depends(_signed_in)]
Organiser = Annotated[Viewer, Depends(_organiser)]
"""Someone who may create events; 403 for others, before their body is looked at."""
AskedLanguage = Annotated[Language, Depends(_language)]


def refusals(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what a public route documents as its refusals."""
    return {**problem_responses(list(problems))}


def own_refusals(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what a route on one's own event documents as its refusals."""
    return refusals(Unauthenticated, Forbidden, EventNotFound, *problems)


def let_cache(response: Response, viewer: Viewer) -> None:
    """Let shared caches keep an answer that anybody gets; keep one's own view out of them."""
    response.headers["Vary"] = "Authorization"
    if viewer.account_id is None:
        response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
