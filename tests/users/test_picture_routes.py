"""A picture is uploaded over HTTP, within bounds, and shown to whoever has its address."""

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from guichet.users.pictures import UPLOAD_BYTES_MAX
from tests.users.conftest import Answer, RunningUsers

pytestmark = pytest.mark.asyncio(loop_scope="module")


def png(colour: str = "red") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(target, "PNG")
    return target.getvalue()


async def upload(running: RunningUsers, token: str, content: bytes, **more: Any) -> Answer:
    form = aiohttp.FormData()
    form.add_field(more.get("field", "picture"), content, filename="me.png", content_type="x/y")
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    async with running.session.put(
        f"{running.url}/api/v1/users/me/picture", data=form, headers=headers
    ) as answer:
        return Answer(answer.status, await answer.json(), answer.headers)


async def show(running: RunningUsers, address: str, **headers: str) -> Answer:
    return await running.ask("GET", address.removeprefix("/api/v1/users"), headers=headers)


async def test_an_uploaded_picture_is_found_at_its_address(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    answer = await upload(running, token, png())
    assert answer.status == 200
    address = answer.body["profile_picture"]
    assert address.startswith(f"/api/v1/users/{account_id}/picture?v=")

    shown = await show(running, address)
    assert shown.status == 200
    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in shown.headers["Cache-Control"]
    again = await show(running, address, **{"If-None-Match": shown.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


async def test_without_its_address_the_rules_of_the_profile_count(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    await upload(running, token, png())
    _, stranger = await running.someone()
    _, operator = await running.someone(role="operator")
    path = f"/{account_id}/picture"
    assert (await running.ask("GET", path)).status == 404
    assert (await running.ask("GET", f"{path}?v={'0' * 24}")).status == 404
    assert (await running.ask("GET", path, token=stranger)).status == 403
    assert (await running.ask("GET", path, token=operator)).status == 200
    assert (await running.ask("GET", path, token=token)).status == 200


async def test_another_picture_has_another_address_and_the_old_one_is_gone(
    running: RunningUsers,
) -> None:
    _, token = await running.someone()
    first = (await upload(running, token, png("red"))).body["profile_picture"]
    second = (await upload(running, token, png("blue"))).body["profile_picture"]
    assert first != second
    assert (await show(running, first)).status == 404
    await running.ask("PUT", "/profile", {"profile_picture": None}, token=token)
    assert (await show(running, second)).status == 404


async def test_a_deleted_person_s_picture_is_gone(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    address = (await upload(running, token, png())).body["profile_picture"]
    await running.ask("DELETE", f"/{account_id}", token=token)
    assert (await show(running, address)).status == 404


async def test_the_export_holds_the_picture(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    await upload(running, token, png())
    held = (await running.as_service(f"/accounts/{account_id}/export")).body["picture"]
    assert held["content_type"] == "image/webp"
    assert len(held["content_base64"]) > 40


@pytest.mark.parametrize(
    ("content", "field", "status", "code"),
    [
        (b"not a picture", "picture", 422, "not_a_picture"),
        (b"", "picture", 422, "not_a_picture"),
        (b"x", "other", 422, "file_missing"),
        (b"x" * (UPLOAD_BYTES_MAX + 1), "picture", 413, "picture_too_heavy"),
        (b"x" * (2 * UPLOAD_BYTES_MAX), "picture", 413, "picture_too_heavy"),
    ],
)
async def test_a_wrong_upload_is_refused(
    running: RunningUsers, content: bytes, field: str, status: int, code: str
) -> None:
    _, token = await running.someone()
    answer = await upload(running, token, content, field=field)
    assert (answer.status, answer.body["code"]) == (status, code)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"never ends"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="picture"\r\n\r\ntext\r\n--x--\r\n',
        ),
    ],
)
async def test_a_body_without_a_file_says_what_is_missing(
    running: RunningUsers, kind: str, body: bytes
) -> None:
    _, token = await running.someone()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    async with running.session.put(
        f"{running.url}/api/v1/users/me/picture", data=body, headers=headers
    ) as answer:
        assert answer.status == 422
        assert (await answer.json())["code"] == "file_missing"
