"""Routes: an event's picture and its calendar file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from guichet.events import pictures
from guichet.events.domain import problems
from guichet.events.http_api.answers import EventAnswer, event_answer
from guichet.events.http_api.common import (
    PREFIX,
    EventId,
    OurMeans,
    SignedIn,
    Spectator,
    own_refusals,
    refusals,
)
from guichet.events.use_cases import pictures as use_cases
from guichet.events.use_cases import reading
from guichet.kernel.uploads import FileMissing, documented_upload, uploaded_file

router = APIRouter(prefix=f"{PREFIX}/{{event_id}}", tags=["events"])

IMAGE_SECONDS = 365 * 24 * 3600
NOT_MODIFIED = 304


@router.put(
    "/image",
    summary="Upload the event's picture",
    responses=own_refusals(FileMissing, problems.ImageRefused, problems.EditedMeanwhile),
    openapi_extra=documented_upload("image"),
)
async def upload_image(
    request: Request, means: OurMeans, viewer: SignedIn, event_id: EventId
) -> EventAnswer:
    """JPEG, PNG or WebP; kept in three sizes, without metadata."""
    await reading.get_own_event(means, viewer, event_id)
    upload = await uploaded_file(
        request,
        "image",
        bytes_max=pictures.UPLOAD_BYTES_MAX,
        too_large=pictures.refused(),
    )
    return event_answer(await use_cases.upload_image(means, viewer, event_id, upload), viewer)


@router.delete(
    "/image",
    summary="Remove the uploaded picture",
    responses=own_refusals(problems.EditedMeanwhile),
)
async def remove_image(means: OurMeans, viewer: SignedIn, event_id: EventId) -> EventAnswer:
    """The event has no picture afterwards."""
    return event_answer(await use_cases.remove_image(means, viewer, event_id), viewer)


@router.get(
    "/image",
    summary="Show the event's picture",
    response_class=Response,
    responses={
        200: {"content": {"image/webp": {}, "image/jpeg": {}}, "description": "The picture"},
        **refusals(problems.PartNotFound),
    },
)
async def show_image(
    request: Request,
    means: OurMeans,
    viewer: Spectator,
    event_id: EventId,
    size: Annotated[int, Query(ge=1, le=10_000, description="Width in pixels.")] = 1600,
    v: Annotated[str | None, Query(max_length=64, description="Hash of the content.")] = None,
) -> Response:
    """As WebP where the browser accepts it, else as JPEG; kept for a year where `v` names it."""
    accepts_webp = "image/webp" in request.headers.get("accept", "")
    image = await use_cases.show_image(
        means, viewer, event_id, width=size, accepts_webp=accepts_webp, version=v
    )
    tag = f'"{image.tag}"'
    age = f"public, max-age={IMAGE_SECONDS}, immutable" if image.is_lasting else "no-cache"
    headers = {
        "ETag": tag,
        "Vary": "Accept",
        "Cache-Control": age,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    kind = "image/webp" if accepts_webp else "image/jpeg"
    return Response(image.content, media_type=kind, headers=headers)


@router.get(
    "/calendar.ics",
    summary="Download the event for a calendar",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {}}, "description": "iCalendar (RFC 5545)"},
        **refusals(problems.EventNotFound),
    },
)
async def get_calendar(means: OurMeans, viewer: Spectator, event_id: EventId) -> Response:
    """One entry, in the event's time zone."""
    content = await reading.get_calendar(means, viewer, event_id)
    return calendar_response(content, event_id)


def calendar_response(content: bytes, event_id: int) -> Response:
    """Return a calendar file as a download."""
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="guichet-{event_id}.ics"',
            "Cache-Control": "no-cache",
        },
    )
