"""An event is counted once for all who look, and each figure is what the tables hold."""

import asyncio

import pytest

from guichet.tickets import figures as module
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.figures import Figures
from guichet.tickets.organising import OwnEvent, event_to_run
from guichet.tickets.repository import figures as figure_rows
from tests.tickets.conftest import HOLDER, Shop, wanted
from tests.tickets.people import ADMIN


async def event_of(shop: Shop, event_id: int) -> OwnEvent:
    return await event_to_run(shop.database, event_id, ADMIN)


async def test_the_figures_are_what_was_sold_held_and_admitted(shop: Shop) -> None:
    event_id = await shop.event(capacity=10, price_minor=2500)
    bought = await shop.selling.buy(wanted(event_id, 3))
    await shop.selling.hold(wanted(event_id, 2))
    first, second, _third = bought.tickets
    await shop.cancelling.cancel_ticket(second, HOLDER)
    admitted = await shop.admissions.admit(AdmissionRequest(first.ticket_id, None, 4))
    found = await Figures(shop.database).of(await event_of(shop, event_id))
    assert (found.capacity, found.sold, found.held) == (10, 2, 2)
    assert (found.admitted, found.revenue_minor) == (1, 5000)
    assert isinstance(found.revenue_minor, int)
    assert found.last_admitted_at == admitted.ticket.used_at
    assert [each.name for each in found.types] == ["Standard"]


async def test_an_event_without_sales_has_zeros(shop: Shop) -> None:
    event = await event_of(shop, await shop.event())
    found = await Figures(shop.database).of(event)
    assert (found.sold, found.admitted, found.revenue_minor) == (0, 0, 0)
    assert found.last_admitted_at is None


async def test_a_hundred_who_look_count_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    count = figure_rows.type_rows

    async def noting(connection: object, event_id: int) -> object:
        counted.append(event_id)
        return await count(connection, event_id)  # pyright: ignore[reportArgumentType] - passed on

    monkeypatch.setattr(figure_rows, "type_rows", noting)
    monkeypatch.setattr(module, "FRESH_SECONDS_MIN", 600)
    event = await event_of(shop, await shop.event())
    figures = Figures(shop.database)
    await asyncio.gather(*(figures.of(event) for _ in range(100)))
    await figures.of(event)
    assert counted == [event.event_id]


async def test_old_figures_are_counted_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRESH_SECONDS_MIN", 0.0)
    monkeypatch.setattr(module, "COUNTING_SHARE_MAX", 1e9)
    event_id = await shop.event()
    event, figures = await event_of(shop, event_id), Figures(shop.database)
    assert (await figures.of(event)).sold == 0
    await shop.selling.buy(wanted(event_id, 1))
    assert (await figures.of(event)).sold == 1


async def test_who_leaves_does_not_end_the_counting_for_others(shop: Shop) -> None:
    event = await event_of(shop, await shop.event())
    figures = Figures(shop.database)
    leaving = asyncio.create_task(figures.of(event))
    staying = asyncio.create_task(figures.of(event))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).capacity == 10


async def test_what_nobody_looks_at_is_forgotten(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH_SECONDS_MIN", 0.0)
    monkeypatch.setattr(module, "COUNTING_SHARE_MAX", 1e9)
    monkeypatch.setattr(module, "EVENTS_KEPT_MAX", 2)
    figures = Figures(shop.database)
    for _ in range(6):
        await figures.of(await event_of(shop, await shop.event()))
    assert figures.events_kept <= 2
