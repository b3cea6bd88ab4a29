"""An edit of what was read before undoes nothing that came since: line-up and picture count too."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import func, update

from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import StockLevel
from guichet.events.domain.problems import EditedMeanwhile
from guichet.events.domain.records import EventEdit, Speaker, Sponsor, Viewer
from guichet.events.repository import writing
from guichet.events.tables import events
from guichet.events.use_cases import editing, line_up, pictures
from guichet.events.use_cases.means import Means
from tests.events.conftest import RunningEvents

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN_VIEWER = Viewer(account_id=1, creates_events=True, manages_all=True)
ELSEWHERE = "https://example.com/poster.jpg"

Change = Callable[[Means, int], Awaitable[object]]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1200, 700), (180, 40, 30)).save(out, "PNG")
    return out.getvalue()


async def upload(running: RunningEvents, event_id: int) -> Any:
    form = aiohttp.FormData()
    form.add_field("image", picture(), filename="x.png", content_type="image/png")
    return await running.ask("PUT", f"/{event_id}/image", token=running.creator, data=form)


async def read(running: RunningEvents, event_id: int) -> dict[str, Any]:
    answer = await running.ask("GET", f"/{event_id}", token=running.creator)
    assert answer.status == 200
    return answer.body


async def put(running: RunningEvents, event_id: int, **body: object) -> Any:
    return await running.ask("PUT", f"/{event_id}", body, token=running.creator)


@pytest.mark.parametrize("part", ["speakers", "sponsors"])
async def test_who_was_added_since_is_not_removed(running: RunningEvents, part: str) -> None:
    made = await running.create(**{part: "Ada Exemple"})
    added = await running.ask(
        "POST", f"/{made['id']}/{part}", {"name": "Alan Exemple"}, token=running.creator
    )
    assert added.status == 201
    stale = await put(running, made["id"], version=made["version"], **{part: made[part]})
    assert stale.status == 409
    assert stale.code == "edited_meanwhile"
    now = await read(running, made["id"])
    assert [item["name"] for item in now[part]] == ["Ada Exemple", "Alan Exemple"]
    known = await put(running, made["id"], version=now["version"], **{part: now[part][1:]})
    assert [item["name"] for item in known.body[part]] == ["Alan Exemple"]


@pytest.mark.parametrize("part", ["speakers", "sponsors"])
async def test_every_change_of_the_line_up_draws_a_version(
    running: RunningEvents, part: str
) -> None:
    made = await running.create()
    path = f"/{made['id']}/{part}"
    versions = [made["version"]]

    async def ask(method: str, below: str, body: object = None) -> Any:
        answer = await running.ask(method, path + below, body, token=running.creator)
        versions.append((await read(running, made["id"]))["version"])
        return answer

    number = (await ask("POST", "", {"name": "Ada Exemple"})).body["id"]
    assert (await ask("PUT", f"/{number}", {"name": "Alan Exemple"})).status == 200
    assert (await ask("DELETE", f"/{number}")).status == 200
    assert versions == [made["version"] + n for n in range(4)]
    # Nobody else needs to know, and what is told later is told as later.
    assert len(await running.messages(made["id"])) == 1
    await put(running, made["id"], title="Autre titre")
    told = (await running.messages(made["id"]))[-1][1]["event"]
    assert told["version"] > versions[-1]


async def test_a_picture_uploaded_since_is_not_dropped(running: RunningEvents) -> None:
    made = await running.create(image=ELSEWHERE)
    uploaded = await upload(running, made["id"])
    stale = await put(running, made["id"], version=made["version"], image=ELSEWHERE)
    assert stale.status == 409
    assert stale.code == "edited_meanwhile"
    assert (await read(running, made["id"]))["image"] == uploaded.body["image"]
    known = await put(running, made["id"], version=uploaded.body["version"], title="Autre titre")
    assert (known.status, known.body["image"]) == (200, uploaded.body["image"])


async def test_a_picture_removed_since_does_not_come_back(running: RunningEvents) -> None:
    made = await running.create()
    shown = (await upload(running, made["id"])).body
    gone = await running.ask("DELETE", f"/{made['id']}/image", token=running.creator)
    assert gone.body["version"] == shown["version"] + 1
    stale = await put(running, made["id"], version=shown["version"], image=ELSEWHERE)
    assert stale.status == 409
    assert stale.code == "edited_meanwhile"


async def add_speaker(means: Means, event_id: int) -> None:
    await line_up.add_speaker(means, ADMIN_VIEWER, event_id, Speaker(name="Alan Exemple"))


async def add_sponsor(means: Means, event_id: int) -> None:
    await line_up.add_sponsor(means, ADMIN_VIEWER, event_id, Sponsor(name="Alan Exemple"))


async def upload_image(means: Means, event_id: int) -> None:
    await pictures.upload_image(means, ADMIN_VIEWER, event_id, picture())


async def remove_image(means: Means, event_id: int) -> None:
    await pictures.remove_image(means, ADMIN_VIEWER, event_id)


CHANGES = [add_speaker, add_sponsor, upload_image, remove_image]


@pytest.mark.parametrize("change", CHANGES)
async def test_an_edit_that_asks_tickets_keeps_other_changes_out(
    running: RunningEvents, change: Change
) -> None:
    """Else the edit would be stored over them, or come back to an event that went on."""
    made = await running.create()
    refused: list[int] = []

    class Slow:
        sales = running.means.tickets.sales

        async def offer(self, event: EventSnapshot) -> list[StockLevel]:
            with pytest.raises(EditedMeanwhile):
                await change(running.means, event.event_id)
            refused.append(event.version)
            return []

    edit = EventEdit(
        values={"image_url": ELSEWHERE},
        capacity=10,
        speakers=(Speaker(name="Ada Exemple"),),
        sponsors=(Sponsor(name="Ada Exemple"),),
    )
    slow = replace(running.means, tickets=Slow())
    stored = await editing.update_event(slow, ADMIN_VIEWER, made["id"], edit)
    assert refused == [stored.version]
    assert stored.capacity == 10
    await change(running.means, made["id"])


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_after_a_forgotten_edit_has_tickets_hear_what_counts(
    running: RunningEvents, change: Change
) -> None:
    made = await running.create()
    async with running.database.transaction() as transaction:
        offered = await writing.begin_asking(transaction, made["id"])
        forgotten = func.now() - timedelta(minutes=1)
        await transaction.execute(
            update(events).where(events.c.id == made["id"]).values(asking_since=forgotten)
        )
    await change(running.means, made["id"])
    told = (await running.messages(made["id"]))[-1][1]["event"]
    assert offered < told["version"] < (await read(running, made["id"]))["version"]
