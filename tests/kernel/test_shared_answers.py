"""What everybody may read is worked out once a second, and nothing else is shared."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send

from guichet.kernel.etag import ETags
from guichet.kernel.shared_answers import SharedAnswers
from tests.kernel.asgi import Answer, call

PATHS = re.compile(r"/things(/[0-9]+)?")


@dataclass
class Application:
    """Counts how often it is asked, and answers with the count."""

    status: int = 200
    asked: int = 0
    pause_seconds: float = 0.0
    error: Exception | None = None
    seen: list[bytes] = field(default_factory=list[bytes])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.asked += 1
        self.seen.append(scope["query_string"])
        await asyncio.sleep(self.pause_seconds)
        if self.error is not None:
            raise self.error
        body = f'{{"asked": {self.asked}}}'.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def shared(application: Application) -> SharedAnswers:
    return SharedAnswers(ETags(application), paths=PATHS)


@pytest.fixture(autouse=True)
def at_a_second(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1_800_000_000.25]
    monkeypatch.setattr(time, "time", lambda: moment[0])
    return moment


async def get(app: SharedAnswers, path: str = "/things", query: str = "", **headers: str) -> Answer:
    return await call(app, "GET", path, query=query, **cast(Any, headers))


async def test_who_asks_the_same_within_a_second_gets_the_same(
    application: Application, shared: SharedAnswers, at_a_second: list[float]
) -> None:
    first, second = await get(shared), await get(shared)
    assert first.body == second.body == b'{"asked": 1}'
    assert first.headers["x-accel-expires"] == "@1800000000"
    at_a_second[0] += 0.7
    assert (await get(shared)).body == first.body
    at_a_second[0] += 0.1
    later = await get(shared)
    assert later.body == b'{"asked": 2}'
    assert later.headers["x-accel-expires"] == "@1800000001"
    assert application.asked == 2


async def test_those_who_come_together_wait_for_one(
    application: Application, shared: SharedAnswers, at_a_second: list[float]
) -> None:
    application.pause_seconds = 0.02
    answers = await asyncio.gather(*(get(shared) for _ in range(50)))
    assert {answer.body for answer in answers} == {b'{"asked": 1}'}
    assert application.asked == 1
    # One that took over a second to make is as old as its beginning.
    at_a_second[0] += 1
    assert (await get(shared)).body == b'{"asked": 2}'


async def test_another_path_or_query_is_another_answer(
    application: Application, shared: SharedAnswers
) -> None:
    for path in ("/things", "/things/1", "/things/2", "/things"):
        await get(shared, path)
    await get(shared, "/things", "page=2")
    assert application.asked == 4
    assert b"page=2" in application.seen


async def test_a_token_is_answered_for_itself(
    application: Application, shared: SharedAnswers
) -> None:
    await get(shared)
    answer = await get(shared, authorization="Bearer x")
    assert answer.body == b'{"asked": 2}'
    assert "x-accel-expires" not in answer.headers
    assert (await get(shared)).body == b'{"asked": 1}'
    assert application.asked == 2


async def test_other_paths_and_methods_are_not_shared(
    application: Application, shared: SharedAnswers
) -> None:
    for _ in range(2):
        await get(shared, "/things/1/secret")
        await call(shared, "POST", "/things")
    assert application.asked == 4


async def test_who_has_this_version_is_told_so(
    application: Application, shared: SharedAnswers
) -> None:
    tag = (await get(shared)).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await get(shared, if_none_match=known)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == tag
    assert (await get(shared, if_none_match='"other"')).status == 200
    assert application.asked == 1


async def test_the_first_who_asks_may_have_it_already_and_the_others_get_it_whole(
    application: Application, shared: SharedAnswers, at_a_second: list[float]
) -> None:
    tag = (await get(shared)).headers["etag"]
    application.asked = 0
    at_a_second[0] += 1
    assert (await get(shared, if_none_match=tag)).status == 304
    assert (await get(shared)).body == b'{"asked": 1}'


@pytest.mark.parametrize("status", [404, 500, 206])
async def test_only_a_success_is_shared(
    application: Application, shared: SharedAnswers, status: int
) -> None:
    application.status = status
    for _ in range(2):
        answer = await get(shared)
        assert answer.status == status
        assert "x-accel-expires" not in answer.headers
    assert application.asked == 2
    application.pause_seconds = 0.01
    await asyncio.gather(*(get(shared) for _ in range(3)))
    assert application.asked == 5


async def test_an_error_while_it_is_made_reaches_nobody_else(
    application: Application, shared: SharedAnswers
) -> None:
    application.error, application.pause_seconds = RuntimeError("down"), 0.01
    first, second = await asyncio.gather(get(shared), get(shared), return_exceptions=True)
    assert isinstance(first, RuntimeError)
    assert isinstance(second, RuntimeError)
    application.error = None
    assert (await get(shared)).status == 200
