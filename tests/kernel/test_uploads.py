"""One file is taken from a multipart body, and never more of it is read than is accepted."""

import pytest
from fastapi import FastAPI, Request

from guichet.kernel.app import problem_response
from guichet.kernel.problems import PayloadTooLarge, Problem
from guichet.kernel.uploads import OVERHEAD_BYTES_MAX, documented_upload, uploaded_file
from tests.kernel.asgi import Answer, call

KIND = "multipart/form-data; boundary=xyz"
app = FastAPI()


@app.exception_handler(Problem)
async def on_problem(request: Request, error: Problem) -> object:
    return problem_response(request, error)


@app.put("/file")
async def put(request: Request) -> dict[str, int]:
    content = await uploaded_file(request, "file", bytes_max=1000, too_large=PayloadTooLarge())
    return {"size": len(content)}


def part(name: str, content: bytes, *, filename: str | None = "a.png") -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


async def send(*parts: bytes, kind: str = KIND) -> Answer:
    return await call(app, "PUT", "/file", body=[*parts, b"--xyz--\r\n"], content_type=kind)


async def test_the_file_of_the_field_is_read() -> None:
    assert (await send(part("file", b"x" * 900))).json == {"size": 900}
    both = await send(part("note", b"hello", filename=None), part("file", b"\0\r\n--xy\xff"))
    assert both.json == {"size": 8}


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part("other", b"x")],
        [part("file", b"x", filename=None)],
        [b"--xyz\r\nContent-Disposition: form-data\r\n\r\nx\r\n"],
        [b"--xyz\r\nnonsense\r\n\r\nx\r\n"],
        [part(f"file{number}", b"x") for number in range(10)],
        [part(f"field{number}", b"x", filename=None) for number in range(30)],
    ],
)
async def test_a_missing_file_says_which_field(parts: list[bytes]) -> None:
    answer = await send(*parts)
    assert (answer.status, answer.json["code"]) == (422, "file_missing")
    assert answer.json["field"] == "file"


@pytest.mark.parametrize("kind", ["application/json", "", "multipart/form-data", "multipart/mixed"])
async def test_another_kind_of_body_is_refused(kind: str) -> None:
    assert (await send(part("file", b"x"), kind=kind)).status == 422


async def test_reading_stops_where_too_much_came() -> None:
    chunk = part("file", b"x" * 10_000)
    chunks = [chunk] + [b"y" * 10_000] * 1000
    answer = await call(app, "PUT", "/file", body=chunks, content_type=KIND)
    assert (answer.status, answer.json["code"]) == (413, "payload_too_large")


async def test_a_body_that_claims_little_is_counted_all_the_same() -> None:
    body = part("file", b"x" * (1001 + OVERHEAD_BYTES_MAX))
    answer = await call(app, "PUT", "/file", body=body, content_type=KIND, content_length="10")
    assert answer.status == 413


def test_the_document_asks_for_a_file() -> None:
    schema = documented_upload("image")["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["required"] == ["image"]
    assert schema["properties"]["image"]["format"] == "binary"
