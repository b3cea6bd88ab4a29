"""A JSON answer names its version; who has that version already is told so."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from guichet.kernel.etag import ETags
from tests.kernel.asgi import call

app = FastAPI()
app.add_middleware(ETags)
state = {"number": 1}


@app.get("/json")
async def read() -> dict[str, int]:
    return state


@app.post("/json")
async def write() -> dict[str, int]:
    return state


@app.get("/missing")
async def missing() -> JSONResponse:
    return JSONResponse({}, status_code=404)


@app.get("/text")
async def plain() -> PlainTextResponse:
    return PlainTextResponse("text")


@app.get("/chunks")
async def chunks() -> StreamingResponse:
    return StreamingResponse(iter(['{"a":', "1}"]), media_type="application/json")


async def test_the_same_content_has_the_same_tag() -> None:
    state["number"] = 1
    first = await call(app, "GET", "/json")
    again = await call(app, "GET", "/json")
    state["number"] = 2
    changed = await call(app, "GET", "/json")
    assert first.headers["etag"] == again.headers["etag"] != changed.headers["etag"]
    assert changed.json == {"number": 2}


async def test_who_has_it_gets_no_body() -> None:
    tag = (await call(app, "GET", "/json")).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = await call(app, "GET", "/json", if_none_match=known)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "content-length" not in answer.headers
    assert (await call(app, "GET", "/json", if_none_match='"other"')).status == 200


async def test_a_star_matches_any_version() -> None:
    assert (await call(app, "GET", "/json", if_none_match="*")).status == 304


async def test_only_successful_json_reads_are_tagged() -> None:
    for method, path in (("POST", "/json"), ("GET", "/missing"), ("GET", "/text")):
        assert "etag" not in (await call(app, method, path)).headers


async def test_an_answer_in_chunks_is_tagged_as_a_whole() -> None:
    answer = await call(app, "GET", "/chunks")
    assert answer.json == {"a": 1}
    assert answer.headers["etag"]
