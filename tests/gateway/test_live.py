"""nginx as the control plane configures it, with real requests: what gets through, and how."""

import asyncio
import socket
import time

import aiohttp
import pytest

from tests.gateway.asking import Answer, ask
from tests.gateway.conftest import SIGN_IN_BURST, Gateway

UPLOAD = "/api/v1/events/7/image"


def raw(gateway: Gateway, request: bytes) -> bytes:
    """Send bytes as they are; return everything that comes until the connection is closed."""
    address = ("127.0.0.1", int(gateway.url().rpartition(":")[2]))
    received = b""
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(request)
        while chunk := connection.recv(65536):
            received += chunk
    return received


def is_problem(answer: Answer, status: int, code: str) -> bool:
    """Whether the answer is that problem, in the form that every service uses."""
    assert answer.status == status, answer
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json
    assert body["message"] == body["detail"]
    assert body["type"] == f"urn:guichet:problem:{code}"
    assert (body["status"], body["code"]) == (status, code)
    assert answer.headers["X-Request-Id"]
    return True


async def test_each_service_gets_its_part_and_the_path_as_it_was_sent(gateway: Gateway) -> None:
    for listener in ("gateway", "load_balancer", "web"):
        answer = await ask(f"{gateway.url(listener)}/api/v1/events/caf%C3%A9%20%2B?q=a+b%26c")
        assert answer.json["name"] == "events"
        assert answer.json["path"] == "/api/v1/events/caf%C3%A9%20%2B?q=a+b%26c"
    for service in ("auth", "events", "tickets", "notifications"):
        for path in (f"/api/v1/{service}", f"/api/v1/{service}/a"):
            answer = await ask(gateway.url() + path)
            assert answer.status == 200, (path, answer)
            assert answer.json["name"].startswith(service)


@pytest.mark.parametrize("name", ["sitemap.xml", "robots.txt"])
async def test_search_engines_find_their_files_at_the_top(gateway: Gateway, name: str) -> None:
    for listener in ("load_balancer", "web"):
        answer = await ask(f"{gateway.url(listener)}/{name}")
        assert (answer.json["name"], answer.json["path"]) == ("events", f"/api/v1/events/{name}")


async def test_instances_share_the_load(gateway: Gateway) -> None:
    # One that answered its probes late, on a machine that pauses, is left out for a moment.
    names, deadline = set[str](), time.monotonic() + 30
    while names != {"tickets-1", "tickets-2"}:
        assert time.monotonic() < deadline
        names.add((await ask(f"{gateway.url()}/api/v1/tickets/x")).json["name"])


async def test_headers_that_only_we_may_set_are_ours(gateway: Gateway) -> None:
    forged = {
        "X-User-Id": "1",
        "X-User-Role": "admin",
        "X-User-Anything": "x",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-User": "root",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-Original-URL": "/admin",
        "X-Account-Id": "1",
    }
    answer = await ask(f"{gateway.url()}/api/v1/events/1", headers={**forged, "X-Kept": "yes"})
    seen = answer.json["headers"]
    assert seen["x-real-ip"] == seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == gateway.url().removeprefix("http://")
    assert seen["x-kept"] == "yes"
    ours = {"x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
    assert not {name.lower() for name in forged} & set(seen) - ours


@pytest.mark.parametrize(
    ("offered", "is_kept"),
    [("buyer-7:attempt.2", True), ("short", False), ("x" * 65, False), ("with space1", False)],
)
async def test_a_request_id_is_kept_where_it_is_well_formed(
    gateway: Gateway, offered: str, is_kept: bool
) -> None:
    answer = await ask(f"{gateway.url()}/api/v1/events/1", headers={"X-Request-Id": offered})
    returned = answer.headers["X-Request-Id"]
    assert answer.json["headers"]["x-request-id"] == returned
    assert (returned == offered) is is_kept
    assert len(answer.headers.getall("X-Request-Id")) == 1


async def test_a_trace_is_passed_on_or_begun(gateway: Gateway) -> None:
    url = f"{gateway.url()}/api/v1/events/1"
    given = f"00-{'ab' * 16}-{'cd' * 8}-01"
    assert (await ask(url, headers={"traceparent": given})).json["headers"]["traceparent"] == given
    for wrong in ("", "nonsense", f"00-{'0' * 32}-{'cd' * 8}-01"):
        answer = await ask(url, headers={"traceparent": wrong})
        version, trace, span, flags = answer.json["headers"]["traceparent"].split("-")
        assert (version, flags) == ("00", "01")
        assert trace == answer.headers["X-Request-Id"]
        assert len(span) == 16
        assert span != "0" * 16


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/auth/internal/accounts/1",
        "/api/v1/auth/internal",
        "/api/v1/auth/%69nternal/accounts/1",
        "/api/v1/auth//internal/accounts/1",
        "/api/v1/auth/x/../internal/accounts/1",
        "/api/v1/auth/x/%2e%2e/internal/accounts/1",
        "/api/v1/auth/x%2f..%2finternal/accounts/1",
    ],
)
async def test_routes_between_services_do_not_exist_outside(gateway: Gateway, path: str) -> None:
    for start in (
        gateway.url(),
        gateway.url("load_balancer"),
        gateway.url("load_balancer") + "/auth",
    ):
        host, _, prefix = start.removeprefix("http://").partition("/")
        target = f"/{prefix}{path}" if prefix else path
        request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        port = int(host.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request.encode())
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        assert received.startswith(b"HTTP/1.1 404 "), received
        assert b'"code": "not_found"' in received


async def test_nothing_else_is_there(gateway: Gateway) -> None:
    for path in (
        "/auth/health/ready",
        "/mailbox/",
        "/metrics",
        "/api/v2/events",
        "/api/v1/eventsx",
    ):
        assert is_problem(await ask(gateway.url() + path), 404, "not_found")
    assert is_problem(
        await ask(f"{gateway.url()}/api/v1/events", "TRACE"), 405, "method_not_allowed"
    )


async def test_the_direct_routes_lead_to_a_service_without_the_prefix(gateway: Gateway) -> None:
    answer = await ask(f"{gateway.url('load_balancer')}/tickets/docs/api?x=1")
    assert answer.json["name"].startswith("tickets")
    assert answer.json["path"] == "/docs/api?x=1"
    answer = await ask(f"{gateway.url('load_balancer')}/auth/api/v1/auth/user")
    assert answer.json["path"] == "/api/v1/auth/user"


@pytest.mark.parametrize(
    ("accepted", "message"),
    [
        ("", "Introuvable."),
        ("en", "Not found."),
        ("en-GB,en;q=0.9,fr;q=0.8", "Not found."),
        ("fr-CA, en", "Introuvable."),
        ("fr;q=0.3, en;q=0.7", "Not found."),
        ("de, EN-us;q=0.5, fr;q=0.4", "Not found."),
        ("de", "Introuvable."),
    ],
)
async def test_errors_are_told_in_the_language_asked_for(
    gateway: Gateway, accepted: str, message: str
) -> None:
    answer = await ask(f"{gateway.url()}/nothing", headers={"Accept-Language": accepted})
    assert is_problem(answer, 404, "not_found")
    assert answer.json["message"] == message


async def test_a_body_beyond_the_limit_is_refused_and_an_image_is_not(gateway: Gateway) -> None:
    large = b"x" * (2 * 1024 * 1024)
    answer = await ask(f"{gateway.url()}/api/v1/events", "POST", data=large[: 256 * 1024 + 1])
    assert is_problem(answer, 413, "payload_too_large")
    answer = await ask(f"{gateway.url()}/api/v1/events", "POST", data=large[: 256 * 1024])
    assert answer.status == 200
    template = f"{gateway.url()}/api/v1/notifications/templates/welcome/fr"
    answer = await ask(template, "PUT", data=large[: 1024 * 1024])
    assert (answer.status, answer.json["bytes"]) == (200, 1024 * 1024)
    answer = await ask(template, "PUT", data=large)
    assert is_problem(answer, 413, "payload_too_large")
    answer = await ask(gateway.url() + UPLOAD, "PUT", data=large)
    assert (answer.status, answer.json["bytes"]) == (200, len(large))
    answer = await ask(gateway.url() + UPLOAD, "PUT", data=large * 7)
    assert is_problem(answer, 413, "payload_too_large")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /%zz HTTP/1.1", 400),
        (b"GET /%00 HTTP/1.1", 400),
        (b"GET /../etc/passwd HTTP/1.1", 400),
        (b"GET /..%2f..%2fetc/passwd HTTP/1.1", 400),
        (b"GET /a\x01 HTTP/1.1", 400),
        (b"NONSENSE", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1", 414),
    ],
)
def test_an_address_that_cannot_be_read_is_the_askers_fault(
    gateway: Gateway, line: bytes, status: int
) -> None:
    answer = raw(gateway, line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:300]
    assert b"application/problem+json" in answer
    assert b'"status":%d' % status in answer.replace(b" ", b"")


async def test_the_pages_of_problems_are_none_of_their_own(gateway: Gateway) -> None:
    for listener in ("gateway", "load_balancer"):
        answer = await ask(f"{gateway.url(listener)}/problem/400")
        assert answer.status != 400


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: +4\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length : 4\r\nTransfer-Encoding: chunked\r\n",
    ],
)
async def test_nothing_is_smuggled(gateway: Gateway, headers: bytes) -> None:
    before = gateway.echoes["events"].posted()
    smuggled = b"0\r\n\r\nPOST /api/v1/events?key=smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(
        gateway, b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + smuggled
    )
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), answer
    assert b"application/problem+json" in answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert gateway.echoes["events"].posted() == before


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fr", "Trop de demandes : réessayez dans un instant."),
        ("en", "Too many requests: try again in a moment."),
    ],
)
async def test_guessing_passwords_is_slowed_down(
    gateway: Gateway, language: str, message: str
) -> None:
    url = f"{gateway.url()}/api/v1/auth/login"
    answers = await asyncio.gather(
        *(ask(url, "POST", {"Accept-Language": language}) for _ in range(SIGN_IN_BURST + 20))
    )
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 10
    assert is_problem(refused[0], 429, "too_many_requests")
    assert refused[0].json["message"] == message
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert (await ask(f"{gateway.url()}/api/v1/auth/user")).status == 200


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fr", "Le service n’a pas répondu : réessayez dans un instant."),
        ("en", "The service did not answer: try again in a moment."),
    ],
)
async def test_a_service_that_breaks_off_is_a_502(
    gateway: Gateway, language: str, message: str
) -> None:
    url = f"{gateway.url()}/api/v1/events/1?break"
    answer = await ask(url, headers={"Accept-Language": language})
    assert is_problem(answer, 502, "bad_gateway")
    assert answer.json["message"] == message


async def test_a_service_without_instances_is_a_503(gateway: Gateway) -> None:
    answer = await ask(f"{gateway.url()}/api/v1/users/me", headers={"Accept-Language": "en"})
    assert is_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


async def test_what_a_service_answers_is_left_alone(gateway: Gateway) -> None:
    answer = await ask(f"{gateway.url()}/api/v1/events/1?status=503")
    assert (answer.status, answer.json["name"]) == (503, "events")
    assert answer.headers["ETag"] == '"v1"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Server"] == "nginx"


async def test_copies_are_made_and_shown_where_no_token_is(gateway: Gateway) -> None:
    url = f"{gateway.url()}/api/v1/events/7?shared=60"
    own = {"Authorization": "Bearer of-somebody"}
    assert "authorization" in (await ask(url, headers=own)).json["headers"]
    strangers = await ask(url)
    assert "authorization" not in strangers.json["headers"]
    assert (await ask(url)).body == strangers.body, "a copy: it tells of the same request"
    assert "authorization" in (await ask(url, headers=own)).json["headers"]


async def test_long_json_is_compressed_for_those_who_can_read_it(gateway: Gateway) -> None:
    url = f"{gateway.url()}/api/v1/events/{'long' * 300}"
    answer = await ask(url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in (await ask(url)).headers


async def test_server_sent_events_come_at_once(gateway: Gateway) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{gateway.url()}/api/v1/notifications/stream") as answer,
    ):
        first = await asyncio.wait_for(answer.content.readline(), 15)
    assert first == b"data: first\n"


async def test_the_index_and_the_documents_are_there(gateway: Gateway) -> None:
    for start in (gateway.url(), gateway.url("load_balancer")):
        # Behind the load balancer the first page is the web app's, where that is built.
        for path in ("/", "/docs/api") if start == gateway.url() else ("/docs/api",):
            page = (await ask(start + path, headers={"Accept-Language": "en"})).body.decode()
            assert 'href="/docs/tickets/api"' in page
        assert (await ask(f"{start}/docs/events/api")).json["path"] == "/docs/api"
        own = await ask(f"{start}/docs/gateway/api/openapi.json")
        assert "/api/v1/health" in own.json["paths"]
        documents = await ask(f"{start}/docs/gateway/api")
        assert "script-src 'self'" in documents.headers["Content-Security-Policy"]
        assert (await ask(f"{start}/docs/assets/swagger-ui-bundle.js")).status == 200
        assert (await ask(f"{start}/docs/index/index.css")).status == 200
