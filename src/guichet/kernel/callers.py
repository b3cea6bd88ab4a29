"""Route parameters that say who is calling."""

from collections.abc import Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from guichet.kernel.context import ACTOR_HEADER, Actor, acting, actor_told
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Principal, ServiceTokens, TokenVerifier

_scheme = HTTPBearer(auto_error=False, scheme_name="bearer", bearerFormat="JWT")


async def _anyone(
    request: Request, _documented: Annotated[object, Depends(_scheme)]
) -> Principal | None:
    verifier = cast(TokenVerifier, request.app.state.verifier)
    principal = await verifier.verify_header(request.headers.get("authorization"))
    if principal is not None:
        acting.set(Actor(principal.account_id, principal.role))
    return principal


async def _someone(principal: Annotated[Principal | None, Depends(_anyone)]) -> Principal:
    if principal is None:
        raise Unauthenticated
    return principal


def is_required(dependency: Callable[..., Any] | None) -> bool:
    """Whether this is the parameter that refuses who shows no token."""
    return dependency is _someone


async def _a_service(request: Request) -> str:
    tokens = cast(ServiceTokens, request.app.state.service_tokens)
    service = tokens.verify(request.headers.get("authorization"))
    acting.set(actor_told(request.headers.get(ACTOR_HEADER)))
    return service


OptionalCaller = Annotated[Principal | None, Depends(_anyone)]
"""Who asks, None where no token came; an invalid token is a 401 all the same."""

Caller = Annotated[Principal, Depends(_someone)]
"""Who asks; 401 where no valid token came."""

CallingService = Annotated[str, Depends(_a_service)]
"""The name of the service that asks; 401 for anybody else. For internal routes."""
