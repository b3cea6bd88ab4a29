"""What routes are given: the context, who asks, from where."""

import ipaddress
from typing import Annotated, cast

from fastapi import Depends, Request

from guichet.auth.context import Context
from guichet.auth.domain import Visitor
from guichet.auth.use_cases import sessions
from guichet.kernel.callers import Caller
from guichet.kernel.language import language_of
from guichet.kernel.tokens import Principal

_IPV6_HOME_BITS = 64
_USER_AGENT_CHARACTERS_MAX = 200


async def _context(request: Request) -> Context:
    return cast(Context, request.app.state.context)


Here = Annotated[Context, Depends(_context)]
"""The context that `main.py` opened."""


async def _signed_in(caller: Caller, context: Here) -> Principal:
    await sessions.check_live(context, caller)
    return caller


SignedIn = Annotated[Principal, Depends(_signed_in)]
"""Who asks, checked against the database: a session that has just ended does not count."""


async def _visitor(request: Request) -> Visitor:
    # The gateway sets this header, and takes it away from what comes from outside.
    named = request.headers.get("x-real-ip") or (request.client.host if request.client else "")
    agent = request.headers.get("user-agent", "")[:_USER_AGENT_CHARACTERS_MAX]
    return Visitor(
        address=network_of(named),
        user_agent="".join(sign for sign in agent if sign.isprintable()),
        language=language_of(request.headers.get("accept-language")),
    )


FromVisitor = Annotated[Visitor, Depends(_visitor)]


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, an IPv6 address as its /64, which one home shares."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_HOME_BITS), strict=False))
    return str(parsed)
