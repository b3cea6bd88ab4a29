"""Organisers see who comes, and take the whole list along whatever its length."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.spreadsheets import Cell
from guichet.tickets import attendees as module
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.attendees import HEADER, attendee_table, list_attendees
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import Buyer
from guichet.tickets.repository.attendees import AttendeesWanted
from tests.tickets.conftest import HOLDER, Shop, wanted


async def listed(shop: Shop, event_id: int, **more: object) -> list[int]:
    """Return the ids of the event's tickets on the first page, and check their number."""
    asked = AttendeesWanted(event_id, **more)  # pyright: ignore[reportArgumentType] - fields by name
    found, total = await list_attendees(shop.database, asked, PageAsked(1, 100))
    assert total == Total(len(found))
    return [each.ticket_id for each in found]


async def table(shop: Shop, event_id: int, language: str = "en") -> list[list[tuple[Cell, ...]]]:
    asked = AttendeesWanted(event_id)
    parts = attendee_table(shop.database, asked, "Europe/Paris", language)  # pyright: ignore[reportArgumentType] - one of both
    return [[tuple(row) for row in part] async for part in parts]


async def test_tickets_are_found_by_all_that_names_them(shop: Shop) -> None:
    event_id, other = await shop.event(price_minor=0), await shop.event(price_minor=0)
    marc = Buyer(9, "Marc Dupré", "marc@example.org", "fr")
    mine = (await shop.selling.buy(wanted(event_id, 2))).tickets
    (his,) = (await shop.selling.buy(wanted(event_id, by=marc))).tickets
    await shop.selling.buy(wanted(other, by=marc))
    one, two = (ticket.ticket_id for ticket in mine)
    assert await listed(shop, event_id) == [his.ticket_id, two, one]
    assert await listed(shop, event_id, text="dupré") == [his.ticket_id]
    assert await listed(shop, event_id, text="marc@example") == [his.ticket_id]
    assert await listed(shop, event_id, text=ticket_number(one)) == [one]
    assert await listed(shop, event_id, text=order_code(mine[0].order_id)) == [two, one]
    assert await listed(shop, event_id, text="%") == []
    assert await listed(shop, event_id, ticket_type_id=other) == []
    await shop.cancelling.cancel_ticket(mine[0], HOLDER)
    assert await listed(shop, event_id, status="cancelled") == [one]
    assert await listed(shop, event_id, status="confirmed", text="compte") == [two]


async def test_pages_follow_one_another(shop: Shop) -> None:
    event_id = await shop.event(price_minor=0)
    await shop.selling.buy(wanted(event_id, 5))
    asked = AttendeesWanted(event_id)
    seen: list[int] = []
    for number in (1, 2, 3):
        found, total = await list_attendees(shop.database, asked, PageAsked(number, 2))
        assert total == Total(5)
        seen += [each.ticket_id for each in found]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
async def test_the_table_has_everybody_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(module, "EXPORTED_AT_ONCE", 2)
    event_id = await shop.event(price_minor=0)
    if count:
        await shop.selling.buy(wanted(event_id, count))
    parts = await table(shop, event_id)
    assert all(len(part) <= 2 for part in parts)
    numbers = [row[0] for part in parts for row in part]
    assert len(set(numbers)) == len(numbers) == count


async def test_a_row_says_it_in_the_events_time_and_the_readers_language(shop: Shop) -> None:
    event_id = await shop.event(price_minor=2550)
    (ticket,) = (await shop.selling.buy(wanted(event_id))).tickets
    await shop.admissions.admit(AdmissionRequest(ticket.ticket_id, None, 4, place="Nord"))
    bought_at = datetime(2027, 6, 15, 21, 30, tzinfo=UTC)
    await shop.rows("UPDATE tickets SET created_at = $1", bought_at)
    ((row,),) = await table(shop, event_id, "fr")
    assert len(row) == len(HEADER["fr"]) == len(HEADER["en"])
    assert row[:8] == (
        ticket_number(ticket.ticket_id),
        order_code(ticket.order_id),
        "Compte 1",
        "compte1@example.com",
        "Standard",
        Decimal("25.50"),
        "EUR",
        "utilisé",
    )
    assert row[8] == datetime(2027, 6, 15, 23, 30)  # noqa: DTZ001 - the clock at the place
    assert row[9] is not None
    assert row[10:] == ("Nord", None)
