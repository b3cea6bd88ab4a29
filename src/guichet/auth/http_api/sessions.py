"""One's own sessions."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path

from guichet.auth.domain import Session
from guichet.auth.http_api.dependencies import Here, SignedIn
from guichet.auth.http_api.shapes import SessionSeen, SessionsSeen
from guichet.auth.use_cases import sessions
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import NotFound, Unauthenticated
from guichet.kernel.tokens import Principal

router = APIRouter(
    prefix="/api/v1/auth/sessions",
    tags=["sessions"],
    responses={**problem_responses([Unauthenticated])},
)

SessionId = Annotated[str, Path(max_length=64, pattern="^[A-Za-z0-9_-]+$")]


def _seen(found: Sequence[Session], caller: Principal) -> SessionsSeen:
    return SessionsSeen(data=[SessionSeen.of(each, caller.session_id) for each in found])


@router.get("", summary="Where I am signed in")
async def list_sessions(context: Here, caller: SignedIn) -> SessionsSeen:
    """Answer with one's live sessions, the last used first."""
    return _seen(await sessions.list_sessions(context, caller), caller)


@router.delete("", summary="Sign out everywhere else")
async def end_others(context: Here, caller: SignedIn) -> SessionsSeen:
    """Answer with what is left: this session."""
    return _seen(await sessions.end_others(context, caller), caller)


@router.delete(
    "/{session_id}",
    summary="Sign out one device",
    responses={**problem_responses([NotFound])},
)
async def end_one(session_id: SessionId, context: Here, caller: SignedIn) -> SessionsSeen:
    """Answer with the sessions that are left."""
    return _seen(await sessions.end_one(context, caller, session_id), caller)
