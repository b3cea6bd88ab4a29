"""Calling tickets."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import StockLevel
from guichet.kernel.http_client import ServiceClient


class DaySales(BaseModel):
    """What was sold on one day, by the event's calendar."""

    day: date
    tickets: int
    revenue_minor: int


class HourSales(BaseModel):
    """What was sold within the hour that begins at that instant."""

    hour: datetime
    tickets: int
    revenue_minor: int


class EventSales(BaseModel):
    """The figures of one event, read from the source: stock, orders and admissions.

    `revenue_minor` is what the live tickets cost, `fees_minor` the booking fees on top of that.
    `by_hour` covers the last 48 hours of the clock; hours and days without a sale are left out.
    """

    model_config = ConfigDict(extra="ignore")

    event_id: int
    currency: str
    capacity: int
    sold: int
    held: int
    revenue_minor: int
    fees_minor: int = 0
    refunded_minor: int
    admitted: int
    cancelled: int
    levels: list[StockLevel]
    by_day: list[DaySales]
    by_hour: list[HourSales] = []


class TicketsClient(ServiceClient):
    """The internal routes of tickets."""

    async def offer(self, event: EventSnapshot) -> list[StockLevel]:
        """Make tickets know an event's ticket types and capacities before the event changes.

        Applies the offer at once. Raises `RemoteRefusal` 409 `capacity_below_sold` where a
        capacity would fall below what is sold and held, or a type with sales would go; nothing
        has changed then. An older `version` than the one known changes nothing.
        """
        levels = await self.call(
            "PUT",
            f"/api/v1/tickets/internal/events/{event.event_id}/offer",
            json=event.model_dump(mode="json"),
        )
        return [StockLevel.model_validate(level) for level in levels]

    async def sales(self, event_id: int) -> EventSales:
        """Return the event's figures; all zero where tickets has never heard of it."""
        found = await self.call("GET", f"/api/v1/tickets/internal/events/{event_id}/sales")
        return EventSales.model_validate(found)

    async def order_pdf(self, order_code: str) -> bytes:
        """Return the PDF with every live ticket of an order, in the buyer's language."""
        return await self.fetch(f"/api/v1/tickets/internal/orders/{order_code}/tickets.pdf")

    async def export(self, account_id: int) -> dict[str, object]:
        """Return all that tickets holds of a person."""
        held: dict[str, object] = await self.call(
            "GET", f"/api/v1/tickets/internal/accounts/{account_id}/export"
        )
        return held
