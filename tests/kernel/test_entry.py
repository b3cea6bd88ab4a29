"""The outermost layer: a request's id, its line in the log, and problems that are always told."""

import time

import asyncpg
import pytest
import sqlalchemy.exc
from prometheus_client import REGISTRY
from starlette.types import ASGIApp, Receive, Scope, Send

from guichet.kernel.access_log import AccessLog
from guichet.kernel.context import request_id, traceparent
from guichet.kernel.entry import Entry, problem_of, send_body
from guichet.kernel.problems import Conflict
from tests.kernel.asgi import call


async def application(scope: Scope, _receive: Receive, send: Send) -> None:
    seen = f"{request_id.get()} {traceparent.get()} {scope['path']}".encode()
    await send_body(send, 200, seen, b"text/plain")


def raising(error: Exception) -> ASGIApp:
    async def endpoint(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return Entry(application, {("POST", "/hot"): endpoint})


async def test_an_id_is_made_and_given_back() -> None:
    answer = await call(Entry(application, {}), "GET", "/x")
    made = answer.headers["x-request-id"]
    assert len(made) == 24
    assert answer.body.decode().split()[0] == made


async def test_the_caller_s_id_and_trace_go_on() -> None:
    answer = await call(
        Entry(application, {}), "GET", "/x", x_request_id="abc-12345", traceparent="00-a-b-01"
    )
    assert answer.headers["x-request-id"] == "abc-12345"
    assert answer.body == b"abc-12345 00-a-b-01 /x"


async def test_a_hostile_id_is_replaced() -> None:
    answer = await call(Entry(application, {}), "GET", "/x", x_request_id="a b\tc;<script>")
    assert "script" not in answer.headers["x-request-id"]


async def test_hot_routes_are_found_by_method_and_path() -> None:
    app = raising(Conflict())
    assert (await call(app, "POST", "/hot")).status == 409
    assert (await call(app, "GET", "/hot")).status == 200
    assert (await call(app, "POST", "/hot/")).status == 200


async def test_a_slash_at_the_end_is_served_without_a_redirect() -> None:
    async def hot(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise Conflict

    app = Entry(application, {("POST", "/api/v1/hot"): hot})
    assert (await call(app, "POST", "/api/v1/hot/")).status == 409
    seen = await call(app, "GET", "/api/v1/x//")
    assert (seen.status, seen.body.decode().split()[-1]) == (200, "/api/v1/x")
    assert (await call(app, "GET", "/docs/")).body.decode().split()[-1] == "/docs/"


async def test_a_head_is_asked_as_a_get() -> None:
    async def routes(scope: Scope, _receive: Receive, send: Send) -> None:
        await send_body(send, 200 if scope["method"] == "GET" else 405, b"{}")

    answer = await call(Entry(routes, {}), "HEAD", "/api/v1/events")
    assert (answer.status, answer.headers["content-length"]) == (200, "2")


@pytest.mark.parametrize(("language", "detail"), [("fr", "L'état"), ("en", "The present")])
async def test_a_refusal_is_problem_json(language: str, detail: str) -> None:
    answer = await call(raising(Conflict()), "POST", "/hot", accept_language=language)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "conflict"
    assert answer.json["detail"].startswith(detail)
    assert answer.headers["x-request-id"]


async def test_an_unforeseen_error_is_told_without_its_reason() -> None:
    answer = await call(raising(KeyError("secret detail")), "POST", "/hot", accept_language="en")
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.body.decode()


def caused_by(cause: Exception) -> Exception:
    try:
        raise RuntimeError("wrapped") from cause
    except RuntimeError as error:
        return error


OUTAGES = [
    ConnectionRefusedError(),
    TimeoutError(),
    asyncpg.ConnectionDoesNotExistError(),
    asyncpg.CannotConnectNowError(),
    sqlalchemy.exc.TimeoutError(),
    caused_by(asyncpg.AdminShutdownError()),
    asyncpg.DiskFullError(),
    asyncpg.TooManyConnectionsError(),
    caused_by(asyncpg.CrashShutdownError()),
    asyncpg.InternalClientError("cannot switch to state 15; another operation is in progress"),
    asyncpg.IdleInTransactionSessionTimeoutError(),
]


@pytest.mark.parametrize("outage", OUTAGES)
async def test_a_dependency_that_is_away_is_no_fault_of_the_request(
    outage: Exception,
) -> None:
    answer = await call(raising(outage), "POST", "/hot")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"


def test_neither_a_bug_nor_bad_data_is_an_outage() -> None:
    assert problem_of(KeyError("x"), "/").status == 500
    assert problem_of(asyncpg.UniqueViolationError(), "/").status == 500
    assert problem_of(asyncpg.CharacterNotInRepertoireError(), "/").status == 422


async def test_requests_are_counted_by_status() -> None:
    def count() -> float:
        labels = {"method": "POST", "status": "409"}
        return REGISTRY.get_sample_value("guichet_requests_total", labels) or 0

    before = count()
    await call(raising(Conflict()), "POST", "/hot")
    assert count() == before + 1


async def test_each_request_leaves_one_line_and_health_checks_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted: list[tuple[str, str, int]] = []

    def note(_log: AccessLog, method: str, path: str, status: int, *_rest: object) -> None:
        noted.append((method, path, status))

    monkeypatch.setattr(AccessLog, "note", note)
    await call(Entry(application, {}), "GET", "/x")
    await call(Entry(application, {}), "GET", "/health/live")
    assert noted == [("GET", "/x", 200)]


@pytest.mark.parametrize("path", ["/hot", "/other"])
async def test_who_has_waited_too_long_is_refused_before_anything_is_done(path: str) -> None:
    begun: list[str] = []

    async def serve(scope: Scope, _receive: Receive, send: Send) -> None:
        begun.append(scope["path"])
        await send_body(send, 200, b"{}")

    app = Entry(serve, {("POST", "/hot"): serve})
    now = time.time()
    # The clocks agree: one request of these minutes was young.
    assert (await call(app, "POST", path, x_request_deadline=f"{now:.3f}+5")).status == 200
    late = await call(
        app, "POST", path, x_request_deadline=f"{now - 6:.3f}+5", accept_language="en"
    )
    assert (late.status, late.json["code"]) == (503, "unavailable")
    assert late.headers["retry-after"] == "2"
    assert (await call(app, "POST", path, x_request_deadline="nonsense")).status == 200
    assert (await call(app, "POST", path)).status == 200
    assert begun == [path] * 3


@pytest.mark.parametrize(("is_answered", "raised"), [(True, []), (False, [RuntimeError])])
async def test_an_error_that_was_answered_does_not_break_the_connection(
    is_answered: bool, raised: list[type[Exception]]
) -> None:
    async def failing(_scope: Scope, _receive: Receive, send: Send) -> None:
        if is_answered:
            await send_body(send, 503, b"{}")
        raise RuntimeError

    reached_the_server: list[type[Exception]] = []

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await Entry(failing, {})(scope, receive, send)
        except Exception as error:
            reached_the_server.append(type(error))
            await send_body(send, 500, b"")

    assert (await call(server, "GET", "/x")).status == (503 if is_answered else 500)
    assert reached_the_server == raised
