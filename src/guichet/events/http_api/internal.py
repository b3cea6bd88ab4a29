"""Routes for other services; `guichet.contracts.clients.events` calls them."""

from fastapi import APIRouter, Response

from guichet.contracts.messages.events import EventSnapshot
from guichet.events.http_api.answers import Export, OwnEvent
from guichet.events.http_api.common import PREFIX, EventId, OurMeans, PartId
from guichet.events.http_api.pictures import calendar_response
from guichet.events.use_cases import reading
from guichet.kernel.callers import CallingService

router = APIRouter(prefix=f"{PREFIX}/internal", include_in_schema=False)


@router.get("/events/{event_id}")
async def get_snapshot(
    means: OurMeans, _service: CallingService, event_id: EventId
) -> EventSnapshot:
    """Return an event in any state, drafts included."""
    return await reading.get_snapshot(means, event_id)


@router.get("/events/{event_id}/calendar.ics")
async def get_calendar(means: OurMeans, _service: CallingService, event_id: EventId) -> Response:
    """Return the calendar file of an event in any state."""
    return calendar_response(await reading.get_calendar(means, None, event_id), event_id)


@router.get("/accounts/{account_id}/export")
async def export_account(means: OurMeans, _service: CallingService, account_id: PartId) -> Export:
    """Return all that events holds of a person."""
    found = await reading.export_account(means, account_id)
    return Export(events=[OwnEvent.model_validate(item) for item in found])
