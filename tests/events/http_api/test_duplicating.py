"""Over HTTP: an event again as a draft, and the files for search engines."""

from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from tests.events.conftest import RunningEvents, ahead
from tests.events.http_api.test_pictures import picture

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


async def duplicated(running: RunningEvents, event_id: int, **more: Any) -> Any:
    token = more.pop("token", running.creator)
    return await running.ask("POST", f"/{event_id}/duplicate", more or None, token=token)


async def test_a_copy_is_a_draft_of_its_own_with_everything(running: RunningEvents) -> None:
    made = await running.create(
        speakers=[{"name": "Ada", "topic": "Orgue"}], sponsors=[{"name": "Encre"}]
    )
    form = aiohttp.FormData()
    form.add_field("image", picture(), filename="x.png", content_type="image/png")
    await running.ask("PUT", f"/{made['id']}/image", token=running.creator, data=form)
    answer = await duplicated(running, made["id"])
    copy = answer.body
    assert (answer.status, copy["status"], copy["title"]) == (201, "draft", made["title"])
    assert copy["id"] != made["id"]
    assert copy["date"] == made["date"]
    kinds = [(kind["name"], kind["price"], kind["capacity"]) for kind in copy["ticket_types"]]
    assert kinds == [("Standard", "25.50", 100)]
    assert copy["ticket_types"][0]["id"] != made["ticket_types"][0]["id"]
    assert [each["name"] for each in copy["speakers"]] == ["Ada"]
    assert [each["name"] for each in copy["sponsors"]] == ["Encre"]
    address = copy["image"].removeprefix("/api/v1/events")
    assert address.startswith(f"/{copy['id']}/image")
    assert (await running.ask("GET", address)).status == 200
    assert await running.messages(copy["id"]) == []
    kept = (await running.ask("GET", f"/{made['id']}")).body
    assert [each["name"] for each in kept["speakers"]] == ["Ada"]


async def test_a_date_moves_it(running: RunningEvents) -> None:
    made = await running.create()
    wanted = ahead(60)
    copy = (await duplicated(running, made["id"], date=wanted, title="Encore")).body
    assert (copy["date"], copy["title"]) == (wanted, "Encore")
    for wrong in ({"date": "demain"}, {"title": ""}, {"price": 1}):
        assert (await duplicated(running, made["id"], **wrong)).status == 422


async def test_only_who_runs_an_event_duplicates_it(running: RunningEvents) -> None:
    made = await running.create()
    assert (await duplicated(running, made["id"], token=None)).status == 401
    for token in (running.other_creator, running.buyer):
        assert (await duplicated(running, made["id"], token=token)).status == 403
    assert (await duplicated(running, 999_999_999)).status == 404
    by_admin = await duplicated(running, made["id"], token=running.admin)
    assert (by_admin.status, by_admin.body["creator_id"]) == (201, made["creator_id"])


async def test_the_sitemap_has_what_is_published_and_ahead(running: RunningEvents) -> None:
    shown, draft = await running.create(), await running.create(status="draft")
    answer = await running.ask("GET", "/sitemap.xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "public" in answer.headers["Cache-Control"]
    body = answer.body if isinstance(answer.body, bytes) else str(answer.body).encode()
    pages = {
        page.findtext(f"{SPACE}loc"): page.findtext(f"{SPACE}lastmod")
        for page in ET.fromstring(body)  # noqa: S314 - our own answer
    }
    home = running.means.outside_url
    assert f"{home}/" in pages
    assert pages[f"{home}/e/{shown['id']}"] is not None
    assert f"{home}/e/{draft['id']}" not in pages


async def test_robots_are_shown_the_sitemap_and_kept_from_data(running: RunningEvents) -> None:
    answer = await running.ask("GET", "/robots.txt")
    body = answer.body.decode() if isinstance(answer.body, bytes) else str(answer.body)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /api/" in body
    assert "Allow: /api/v1/events\n" in body
    assert f"Sitemap: {running.means.outside_url}/sitemap.xml" in body
