"""Who comes to an event, for its organisers: page by page, and whole as a table to take along."""

from collections.abc import AsyncGenerator
from decimal import Decimal
from zoneinfo import ZoneInfo

from guichet.contracts.money import amount_of
from guichet.contracts.times import zone_of
from guichet.kernel.database import Database
from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.problems import Language
from guichet.kernel.spreadsheets import Cell, Rows
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.repository import attendees as attendee_rows
from guichet.tickets.repository.attendees import Attendee, AttendeesWanted

EXPORTED_AT_ONCE = 500

HEADER: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Billet",
        "Commande",
        "Nom",
        "E-mail",
        "Type de billet",
        "Prix",
        "Devise",
        "État",
        "Acheté le",
        "Entré le",
        "Entrée",
        "Annulé le",
    ),
    "en": (
        "Ticket",
        "Order",
        "Name",
        "E-mail",
        "Ticket type",
        "Price",
        "Currency",
        "Status",
        "Bought at",
        "Admitted at",
        "Entrance",
        "Cancelled at",
    ),
}
_STATUSES: dict[Language, dict[str, str]] = {
    "fr": {"confirmed": "valable", "used": "utilisé", "cancelled": "annulé"},
    "en": {"confirmed": "valid", "used": "used", "cancelled": "cancelled"},
}


async def list_attendees(
    database: Database, wanted: AttendeesWanted, asked: PageAsked
) -> tuple[list[Attendee], Total]:
    """Return a page of attendees, newest first, and how many there are."""
    async with database.listing() as connection:
        return await attendee_rows.page(connection, wanted, asked)


async def attendee_table(
    database: Database, wanted: AttendeesWanted, time_zone: str, language: Language
) -> AsyncGenerator[Rows]:
    """Yield the attendees' rows, oldest first, some hundred at a time; times are the event's.

    No connection is kept between two parts, however slowly somebody reads.
    """
    zone, after = zone_of(time_zone), 0
    while True:
        async with database.listing() as connection:
            found = await attendee_rows.following(connection, wanted, after, EXPORTED_AT_ONCE)
        if not found:
            return
        yield [_row(each, zone, language) for each in found]
        after = found[-1].ticket_id


def _row(attendee: Attendee, zone: ZoneInfo, language: Language) -> tuple[Cell, ...]:
    moments = [
        moment and moment.astimezone(zone).replace(tzinfo=None)
        for moment in (attendee.created_at, attendee.used_at, attendee.cancelled_at)
    ]
    return (
        ticket_number(attendee.ticket_id),
        order_code(attendee.order_id),
        attendee.buyer_name,
        attendee.buyer_email,
        attendee.ticket_type,
        Decimal(amount_of(attendee.price_minor)),
        attendee.currency,
        _STATUSES[language][attendee.status],
        moments[0],
        moments[1],
        attendee.used_where,
        moments[2],
    )
