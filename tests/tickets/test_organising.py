"""An event is run by its creator and administrators; operators stand at every door."""

import pytest

from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.organising import event_at_the_door, event_to_run, runs
from guichet.tickets.problems import EventNotFound
from tests.tickets.conftest import Shop
from tests.tickets.people import ADMIN, CREATOR, OPERATOR, OTHER_CREATOR, USER


@pytest.mark.parametrize("who", [CREATOR, ADMIN])
async def test_its_creator_and_administrators_run_an_event(shop: Shop, who: Principal) -> None:
    event_id = await shop.event(title="Nuit blanche")
    found = await event_to_run(shop.database, event_id, who)
    assert (found.event_id, found.title, found.creator_id) == (event_id, "Nuit blanche", 3)
    assert await event_at_the_door(shop.database, event_id, who) == found


@pytest.mark.parametrize("who", [USER, OTHER_CREATOR, OPERATOR])
async def test_others_do_not(shop: Shop, who: Principal) -> None:
    with pytest.raises(Forbidden):
        await event_to_run(shop.database, await shop.event(), who)


async def test_operators_stand_at_every_door(shop: Shop) -> None:
    event_id = await shop.event()
    assert (await event_at_the_door(shop.database, event_id, OPERATOR)).event_id == event_id
    for who in (USER, OTHER_CREATOR):
        with pytest.raises(Forbidden):
            await event_at_the_door(shop.database, event_id, who)


async def test_somebody_elses_draft_does_not_exist(shop: Shop) -> None:
    event_id = await shop.event(status="draft")
    with pytest.raises(EventNotFound):
        await event_to_run(shop.database, event_id, OTHER_CREATOR)


@pytest.mark.parametrize("who", [ADMIN, CREATOR])
async def test_what_is_not_there_is_not_found(shop: Shop, who: Principal) -> None:
    with pytest.raises(EventNotFound):
        await event_to_run(shop.database, 999_999_999, who)


def test_who_was_a_creator_once_runs_nothing() -> None:
    assert runs(3, CREATOR)
    assert not runs(1, USER)
