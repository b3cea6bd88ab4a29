"""Over HTTP: uploading and showing an event's picture."""

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.events.conftest import RunningEvents

pytestmark = pytest.mark.asyncio(loop_scope="module")


def picture(image_format: str = "PNG", size: tuple[int, int] = (1200, 700), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (180, 40, 30)).save(out, image_format, **more)
    return out.getvalue()


async def _upload(running: RunningEvents, event_id: int, content: bytes, **more: Any) -> Any:
    form = aiohttp.FormData()
    form.add_field(more.pop("field", "image"), content, filename="x.png", content_type="image/png")
    token = more.pop("token", running.creator)
    return await running.ask("PUT", f"/{event_id}/image", token=token, data=form)


async def test_a_picture_is_stored_and_shown_in_sizes(running: RunningEvents) -> None:
    made = await running.create()
    answer = await _upload(running, made["id"], picture())
    assert answer.status == 200, answer.body
    address = answer.body["image"].removeprefix("/api/v1/events")
    shown = await running.ask("GET", address, headers={"Accept": "image/webp"})
    assert shown.headers["Content-Type"] == "image/webp"
    assert "immutable" in shown.headers["Cache-Control"]
    assert Image.open(io.BytesIO(shown.body)).size == (1200, 700)
    small = await running.ask("GET", f"{address}&size=400", headers={"Accept": "image/*"})
    assert small.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(small.body)).size[0] == 400
    known = {"Accept": "image/webp", "If-None-Match": shown.headers["ETag"]}
    assert (await running.ask("GET", address, headers=known)).status == 304
    plain = await running.ask("GET", f"/{made['id']}/image")
    assert plain.headers["Cache-Control"] == "no-cache"
    kept = await running.ask(
        "PUT", f"/{made['id']}", {"image": answer.body["image"]}, token=running.creator
    )
    assert kept.body["image"] == answer.body["image"]
    gone = await running.ask("DELETE", f"/{made['id']}/image", token=running.creator)
    assert gone.body["image"] is None
    assert (await running.ask("GET", f"/{made['id']}/image")).status == 404


async def test_a_draft_shows_its_picture_by_its_hash_alone(running: RunningEvents) -> None:
    made = await running.create(status="draft")
    answer = await _upload(running, made["id"], picture())
    address = answer.body["image"].removeprefix("/api/v1/events")
    assert (await running.ask("GET", address)).status == 200
    assert (await running.ask("GET", f"/{made['id']}/image")).status == 404
    own = await running.ask("GET", f"/{made['id']}/image", token=running.creator)
    assert own.status == 200


async def test_what_is_no_picture_is_refused(running: RunningEvents) -> None:
    made = await running.create()
    too_many_bytes = b"\x89PNG\r\n\x1a\n" + bytes(11 * 1024 * 1024)
    for content in (b"", b"not a picture", picture("GIF"), too_many_bytes, picture()[:300]):
        answer = await _upload(running, made["id"], content)
        assert answer.status == 422, (len(content), answer.body)
    assert (await _upload(running, made["id"], picture(), field="file")).status == 422
    json_body = await running.ask(
        "PUT", f"/{made['id']}/image", {"image": "x"}, token=running.creator
    )
    assert (json_body.status, json_body.code) == (422, "file_missing")
    assert (await running.ask("GET", f"/{made['id']}")).body["image"] is None
