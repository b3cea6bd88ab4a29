"""What the use cases work with, and who asks for them."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from guichet.contracts.clients.tickets import EventSales
from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import StockLevel
from guichet.contracts.roles import Permission, may
from guichet.events.domain.records import Viewer
from guichet.events.domain.terms import FRENCH_HOUSE, HouseTerms
from guichet.kernel.database import Database
from guichet.kernel.tokens import Principal


class TicketsOffice(Protocol):
    """What events asks of tickets; `TicketsClient` answers over HTTP."""

    async def offer(self, event: EventSnapshot) -> list[StockLevel]:
        """Make tickets know the offer at once; see `TicketsClient.offer`."""
        ...

    async def sales(self, event_id: int) -> EventSales:
        """Return the event's figures; see `TicketsClient.sales`."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """The database, the tickets service, the address that people use, the terms of the house."""

    database: Database
    tickets: TicketsOffice
    outside_url: str
    house: HouseTerms = FRENCH_HOUSE
    one_picture: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Decoding a picture takes a second and up to 200 MB at worst; two would double that."""


def viewer_of(principal: Principal | None) -> Viewer:
    """Return what the caller may do with events."""
    if principal is None:
        return Viewer()
    return Viewer(
        account_id=principal.account_id,
        creates_events=may(principal, Permission.CREATE_EVENTS),
        manages_all=may(principal, Permission.MANAGE_ALL_EVENTS),
    )
