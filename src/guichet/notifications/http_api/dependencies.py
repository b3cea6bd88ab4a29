"""What the routes share: the service, the language, who administers."""

from typing import Annotated, Any, cast

from fastapi import Depends, Header, Path, Request

from guichet.contracts.roles import Permission, require
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.problems import Forbidden, Language, Problem, Unauthenticated
from guichet.kernel.tokens import Principal
from guichet.notifications.context import Notifications

PREFIX = "/api/v1/notifications"
ID_MAX = 2**63 - 1


async def _service(request: Request) -> Notifications:
    return cast(Notifications, request.app.state.notifications)


async def _language(accept_language: Annotated[str | None, Header()] = None) -> Language:
    return language_of(accept_language)


async def _administrator(caller: Caller) -> Principal:
    require(caller, Permission.MANAGE_NOTIFICATIONS)
    return caller


Service = Annotated[Notifications, Depends(_service)]
ReadersLanguage = Annotated[Language, Depends(_language)]
Administrator = Annotated[Principal, Depends(_administrator)]
"""Who asks, where the role may manage notifications; 403 otherwise."""

Number = Annotated[int, Path(ge=1, le=ID_MAX)]


def refusals(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the documented refusals of a route for administrators."""
    return {**problem_responses([Unauthenticated, Forbidden, *problems])}


def signed_in(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the documented refusals of a route for everybody with an account."""
    return {**problem_responses([Unauthenticated, *problems])}
