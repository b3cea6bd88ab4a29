"""Calling events."""

from guichet.contracts.messages.events import EventSnapshot
from guichet.kernel.http_client import RemoteRefusal, ServiceClient

HTTP_NOT_FOUND = 404


class EventsClient(ServiceClient):
    """The internal routes of events."""

    async def snapshot(self, event_id: int) -> EventSnapshot | None:
        """Return the event as its messages carry it, None where there is none."""
        try:
            found = await self.call("GET", f"/api/v1/events/internal/events/{event_id}")
        except RemoteRefusal as refusal:
            if refusal.status == HTTP_NOT_FOUND:
                return None
            raise
        return EventSnapshot.model_validate(found)

    async def calendar(self, event_id: int) -> bytes:
        """Return the event's calendar file (iCalendar, UTF-8)."""
        return await self.fetch(f"/api/v1/events/internal/events/{event_id}/calendar.ics")

    async def export(self, account_id: int) -> dict[str, object]:
        """Return all that events holds of a person."""
        held: dict[str, object] = await self.call(
            "GET", f"/api/v1/events/internal/accounts/{account_id}/export"
        )
        return held
