"""Route: an event again, as a draft."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from guichet.events.http_api.answers import EventAnswer, event_answer
from guichet.events.http_api.common import PREFIX, EventId, OurMeans, SignedIn, own_refusals
from guichet.events.http_api.fields import Moment, Title
from guichet.events.use_cases.duplicating import duplicate_event

router = APIRouter(prefix=PREFIX, tags=["events"])


class Duplication(BaseModel):
    """What is different about the copy; a date without an offset is by the event's clock."""

    model_config = ConfigDict(extra="forbid")

    date: Moment | None = None
    title: Title | None = None


@router.post(
    "/{event_id}/duplicate",
    status_code=201,
    summary="Make a draft like an event",
    responses=own_refusals(),
)
async def duplicate(
    means: OurMeans, viewer: SignedIn, event_id: EventId, body: Duplication | None = None
) -> EventAnswer:
    """With its ticket types, line-up, sponsors and picture; `date` moves all its times along."""
    asked = body or Duplication()
    event = await duplicate_event(means, viewer, event_id, starts_at=asked.date, title=asked.title)
    return event_answer(event, viewer)
