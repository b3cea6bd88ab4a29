"""Calls between services against a real server: time limits, retries, refusals, context."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from guichet.kernel import http_client
from guichet.kernel.context import request_id
from guichet.kernel.http_client import RemoteRefusal, RemoteUnreachable, ServiceClient
from guichet.kernel.tokens import ServiceTokens
from guichet.local.ports import free_port

SECRET = "a secret of thirty-two characters or more"

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Remote:
    """A server that answers what a test tells it to; it keeps the requests that came."""

    port: int
    handle: Handle | None = None
    requests: list[web.Request] = field(default_factory=list[web.Request])

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        await request.read()
        assert self.handle is not None
        return await self.handle(request)

    def answers(self, *statuses: int, body: object = None) -> None:
        """Answer with these statuses in turn, the last one for ever."""

        async def handle(_request: web.Request) -> web.StreamResponse:
            status = statuses[min(len(self.requests), len(statuses)) - 1]
            return web.json_response(body, status=status)

        self.handle = handle


@pytest.fixture(autouse=True)
def time_for_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no pause of the machine use up the time in which a call is tried again."""
    monkeypatch.setattr(http_client, "RETRY_SECONDS_MAX", 600)


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    made = Remote(free_port())
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", made.port).start()
    yield made
    await runner.cleanup()


@pytest.fixture
async def client(remote: Remote) -> AsyncIterator[ServiceClient]:
    async with aiohttp.ClientSession() as session:
        yield client_of(session, remote.port)


def client_of(
    session: aiohttp.ClientSession, port: int, *, timeout_seconds: float = 30
) -> ServiceClient:
    return ServiceClient(
        session,
        f"http://127.0.0.1:{port}/",
        service="events",
        tokens=ServiceTokens(SECRET, service="users"),
        timeout_seconds=timeout_seconds,
    )


async def test_a_call_carries_who_calls_and_for_which_request(
    remote: Remote, client: ServiceClient
) -> None:
    remote.answers(200, body={"a": 1})
    token = request_id.set("request-17")
    answer = await client.call("GET", "/things", params={"page": 2})
    request_id.reset(token)
    assert answer == {"a": 1}
    (request,) = remote.requests
    assert request.path_qs == "/things?page=2"
    assert request.headers["X-Request-Id"] == "request-17"
    verifier = ServiceTokens(SECRET, service="events")
    assert verifier.verify(request.headers["Authorization"]) == "users"


async def test_an_empty_answer_is_none_and_a_fetch_is_bytes(
    remote: Remote, client: ServiceClient
) -> None:
    async def empty(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    remote.handle = empty
    assert await client.call("DELETE", "/things/1") is None

    async def file(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"%PDF")

    remote.handle = file
    assert await client.fetch("/file") == b"%PDF"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [502, 503, 504])
async def test_what_may_be_repeated_is_repeated(
    remote: Remote, client: ServiceClient, method: str, status: int
) -> None:
    remote.answers(status, status, 200, body={"a": 1})
    assert await client.call(method, "/things") == {"a": 1}
    assert len(remote.requests) == 3


async def test_a_post_is_never_repeated(remote: Remote, client: ServiceClient) -> None:
    remote.answers(503, 200, body={})
    with pytest.raises(RemoteUnreachable):
        await client.call("POST", "/things", json={})
    assert len(remote.requests) == 1


async def test_trouble_that_lasts_is_a_503_to_be_tried_again(
    remote: Remote, client: ServiceClient
) -> None:
    remote.answers(503, body={})
    with pytest.raises(RemoteUnreachable) as refusal:
        await client.call("GET", "/things")
    assert len(remote.requests) == 3
    assert (refusal.value.status, refusal.value.code) == (503, "dependency_unavailable")
    assert refusal.value.headers()["Retry-After"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500])
async def test_a_refusal_is_handed_on_at_once(
    remote: Remote, client: ServiceClient, status: int
) -> None:
    remote.answers(status, body={"code": "sold_out", "detail": "…"})
    with pytest.raises(RemoteRefusal) as refusal:
        await client.call("PUT", "/things", json={"a": 1})
    assert len(remote.requests) == 1
    assert (refusal.value.status, refusal.value.code) == (status, "sold_out")
    assert refusal.value.body["detail"] == "…"


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"text"', b"", b"\xff"])
async def test_a_refusal_without_a_problem_has_no_code(
    remote: Remote, client: ServiceClient, body: bytes
) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, body=body, content_type="text/html")

    remote.handle = refuse
    with pytest.raises(RemoteRefusal) as refusal:
        await client.call("GET", "/things")
    assert (refusal.value.status, refusal.value.code) == (404, "")


async def test_an_answer_that_is_no_json_is_unreachable_too(
    remote: Remote, client: ServiceClient
) -> None:
    async def proxy_page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>", content_type="text/html")

    remote.handle = proxy_page
    with pytest.raises(RemoteUnreachable):
        await client.call("GET", "/things")


async def test_a_slow_service_is_waited_for_no_longer_than_said(remote: Remote) -> None:
    async def slow(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.json_response({})

    remote.handle = slow
    tries: list[str] = []

    async def note(*event: Any) -> None:
        tries.append(event[-1].method)

    # Counted here: on a machine that pauses, a try may be given up before it arrives.
    counting = aiohttp.TraceConfig()
    counting.on_request_start.append(note)
    async with aiohttp.ClientSession(trace_configs=[counting]) as session:
        client = client_of(session, remote.port, timeout_seconds=0.3)
        started = time.monotonic()
        with pytest.raises(RemoteUnreachable):
            await client.call("POST", "/things", json={})
        with pytest.raises(RemoteUnreachable):
            await client.call("GET", "/things")
        assert time.monotonic() - started < 50
    assert tries == ["POST", "GET", "GET", "GET"]


async def test_nobody_listening_is_unreachable() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(RemoteUnreachable):
            await client_of(session, free_port()).call("GET", "/things")


async def test_a_service_that_comes_back_meanwhile_is_reached() -> None:
    port = free_port()
    runner = web.AppRunner(web.Application())
    runner.app.router.add_get("/things", _back)
    await runner.setup()

    async def come_back() -> None:
        await asyncio.sleep(0.03)
        await web.TCPSite(runner, "127.0.0.1", port).start()

    async with aiohttp.ClientSession() as session, contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        returning = asyncio.create_task(come_back())
        client = client_of(session, port, timeout_seconds=30)
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(RemoteUnreachable):
                    answer = await client.call("GET", "/things")
                    break
        await returning
    assert answer == {"back": True}


async def _back(_request: web.Request) -> web.Response:
    return web.json_response({"back": True})


async def test_a_connection_lost_before_the_answer_is_tried_again(
    remote: Remote, client: ServiceClient
) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        if len(remote.requests) < 3:
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"a": 1})

    remote.handle = cut
    assert await client.call("GET", "/things") == {"a": 1}


async def test_a_redirect_is_not_followed(remote: Remote, client: ServiceClient) -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"{_request.url}/secret"})

    remote.handle = elsewhere
    with pytest.raises(RemoteRefusal) as refusal:
        await client.call("GET", "/things")
    assert refusal.value.status == 302
    assert len(remote.requests) == 1
