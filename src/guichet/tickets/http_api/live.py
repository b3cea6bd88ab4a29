"""An event's figures as they change, for who runs it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from typing import cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from guichet.contracts.money import Amount
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.streams import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    OPENING,
    chunk,
    counts_no_more,
    streamed,
)
from guichet.kernel.tokens import Principal, TokenVerifier
from guichet.tickets.context import Context
from guichet.tickets.figures import FRESH_SECONDS_MIN, EventFigures
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId
from guichet.tickets.organising import OwnEvent, event_to_run
from guichet.tickets.problems import EventNotFound

router = APIRouter(
    prefix=f"{PREFIX}/events/{{event_id}}",
    tags=["figures"],
    responses={**problem_responses([Unauthenticated, Forbidden, EventNotFound])},
)


class TypeFiguresView(BaseModel):
    """One ticket type: places, what became of them, and the price of its live tickets."""

    ticket_type_id: int
    name: str
    capacity: int
    sold: int
    held: int
    available: int
    admitted: int
    revenue: Amount


class FiguresView(BaseModel):
    """How an event stands, as of `read_at`."""

    event_id: int
    status: str
    currency: str
    capacity: int
    sold: int
    held: int
    available: int
    admitted: int
    revenue: Amount
    ticket_types: list[TypeFiguresView]
    read_at: datetime


@router.get("/figures", summary="How an event stands")
async def read_figures(
    event_id: PathId, context: Ctx, caller: Caller, response: Response
) -> FiguresView:
    """What the stream begins with, about a second old: to the event's creator or an admin."""
    event = await event_to_run(context.database, event_id, caller)
    response.headers["Cache-Control"] = "no-store"
    return figures_view(event, await context.figures.of(event))


@router.get(
    "/live",
    summary="How an event stands, live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def live(
    event_id: PathId, request: Request, context: Ctx, caller: Caller
) -> StreamingResponse:
    """Server-sent events: `figures` now and whenever they change, at most once a second.

    The data are those of `…/figures`. Read it with `fetch`, which sends the token; `EventSource`
    cannot. The stream ends when the token expires or is revoked, and when this instance stops;
    clients connect again.
    """
    event = await event_to_run(context.database, event_id, caller)
    verifier = cast(TokenVerifier, request.app.state.verifier)
    return streamed(_chunks(context, event, caller, verifier))


async def _chunks(
    context: Context, event: OwnEvent, caller: Principal, verifier: TokenVerifier
) -> AsyncGenerator[bytes]:
    yield OPENING
    shown: EventFigures | None = None
    quiet_seconds = 0.0
    while not (context.shutdown.has_begun or counts_no_more(caller, verifier)):
        found = await context.figures.of(event)
        if shown is None or _differs(found, shown):
            shown, quiet_seconds = found, 0.0
            yield chunk("figures", figures_view(event, found).model_dump_json().encode())
        elif quiet_seconds >= HEARTBEAT_SECONDS:
            quiet_seconds = 0.0
            yield HEARTBEAT
        await context.shutdown.or_after(FRESH_SECONDS_MIN)
        quiet_seconds += FRESH_SECONDS_MIN


def _differs(found: EventFigures, shown: EventFigures) -> bool:
    return replace(found, read_at=shown.read_at) != shown


def figures_view(event: OwnEvent, found: EventFigures) -> FiguresView:
    """Return an event's figures as its organisers see them."""
    return FiguresView.model_construct(
        event_id=event.event_id,
        status=found.status,
        currency=event.currency,
        capacity=found.capacity,
        sold=found.sold,
        held=found.held,
        available=max(0, found.capacity - found.sold - found.held),
        admitted=found.admitted,
        revenue=found.revenue_minor,
        ticket_types=[
            TypeFiguresView.model_construct(
                ticket_type_id=each.ticket_type_id,
                name=each.name,
                capacity=each.capacity,
                sold=each.sold,
                held=each.held,
                available=max(0, each.capacity - each.sold - each.held),
                admitted=each.admitted,
                revenue=each.revenue_minor,
            )
            for each in found.types
        ],
        read_at=found.read_at,
    )
