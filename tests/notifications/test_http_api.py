"""Over HTTP: one's own inbox live, and what administrators see and change."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import aiohttp
import pytest

from guichet.contracts.messages.auth import SessionRevoked
from guichet.kernel.clock import now
from guichet.kernel.tokens import ServiceTokens
from guichet.notifications.domain import LANGUAGES, Person, TemplateKey
from guichet.notifications.samples import SAMPLES
from guichet.notifications.use_cases.telling import Telling, tell
from tests.notifications.conftest import SERVICE_SECRET, RunningNotifications
from tests.notifications.occasions import NOW, number
from tests.notifications.office import eventually

INBOX = import_module("guichet.notifications.http_api.inbox")
"""The module; the package means the routes by that name."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN_ROUTES = [
    ("GET", "/queues"),
    ("GET", "/deliveries"),
    ("GET", "/deliveries/1"),
    ("GET", "/deliveries/1/content"),
    ("POST", "/deliveries/1/retry"),
    ("GET", "/dead-letters"),
    ("POST", "/dead-letters/1/retry"),
    ("GET", "/templates"),
    ("GET", "/templates/welcome/fr"),
    ("GET", "/templates/welcome/fr/versions"),
    ("PUT", "/templates/welcome/fr"),
    ("POST", "/templates/welcome/fr/reset"),
    ("POST", "/templates/welcome/fr/preview"),
]
OWN_ROUTES = [
    ("GET", "/inbox"),
    ("POST", "/inbox/read"),
    ("POST", "/inbox/1/read"),
    ("GET", "/stream"),
]


async def remind(running: RunningNotifications, account_id: int, count: int = 1) -> None:
    """Tell an account of that many events."""
    person = Person(account_id, f"account{account_id}@example.com", "Camille", "fr")
    tellings = [
        Telling(
            TemplateKey.REMINDER, f"{number()}", person, SAMPLES[TemplateKey.REMINDER], path="/x"
        )
        for _ in range(count)
    ]
    async with running.context.database.transaction() as transaction:
        await tell(transaction, running.context.desk, tellings, now())


@asynccontextmanager
async def streaming(
    running: RunningNotifications, token: str, last_id: int | None = None
) -> AsyncGenerator[aiohttp.ClientResponse]:
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    if last_id is not None:
        headers["Last-Event-ID"] = str(last_id)
    url = f"{running.url}/api/v1/notifications/stream"
    async with running.session.get(url, headers=headers) as answer:
        yield answer


async def next_notice(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    """Return the next event of a stream, with its id."""
    async with asyncio.timeout(60):
        while True:
            line = (await answer.content.readline()).decode()
            assert line, "the stream ended"
            if line.startswith("data: "):
                content: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return content


async def test_nobody_comes_in_without_a_token_or_the_role(running: RunningNotifications) -> None:
    for method, path in ADMIN_ROUTES + OWN_ROUTES:
        assert ((await running.ask(method, path)).status, path) == (401, path)
    for role in ("user", "operator", "event_creator"):
        token = running.token(number(), role)
        for method, path in ADMIN_ROUTES:
            assert ((await running.ask(method, path, token=token)).status, path) == (403, path)


async def test_the_inbox_is_paged_newest_first_in_the_language_asked_for(
    running: RunningNotifications,
) -> None:
    account_id = number()
    token = running.token(account_id)
    await remind(running, account_id, 5)
    first = (await running.ask("GET", "/inbox?limit=3", token=token)).body
    cursor = first["next_cursor"]
    second = (await running.ask("GET", f"/inbox?limit=3&cursor={cursor}", token=token)).body
    ids = [each["id"] for each in first["data"] + second["data"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5
    assert (first["unread"], second["next_cursor"]) == (5, None)
    assert first["data"][0]["title"] == "Tomorrow: Nuit blanche au Trianon"
    french = await running.ask("GET", "/inbox", token=token, language="fr")
    assert french.body["data"][0]["title"] == "C’est demain : Nuit blanche au Trianon"
    assert "secret" not in json.dumps(first)


async def test_reading_is_for_the_owner_alone_and_counts_once(
    running: RunningNotifications,
) -> None:
    account_id = number()
    token = running.token(account_id)
    await remind(running, account_id, 3)
    line = (await running.ask("GET", "/inbox", token=token)).body["data"][0]
    stranger = await running.ask("POST", f"/inbox/{line['id']}/read", token=running.token(number()))
    assert (stranger.status, stranger.body["code"]) == (404, "no_such_notice")
    read = await running.ask("POST", f"/inbox/{line['id']}/read", token=token)
    again = await running.ask("POST", f"/inbox/{line['id']}/read", token=token)
    assert read.body["read_at"] == again.body["read_at"] is not None
    assert (await running.ask("GET", "/inbox", token=token)).body["unread"] == 2
    everything = await running.ask("POST", "/inbox/read", token=token)
    assert everything.body == {"marked": 2, "unread": 0}


async def test_the_stream_shows_new_lines_to_their_owner(
    running: RunningNotifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that it is the news that wakes the stream, not its heartbeat.
    monkeypatch.setattr(INBOX, "HEARTBEAT_SECONDS", 600)
    account_id, other = number(), number()
    await remind(running, account_id)
    async with streaming(running, running.token(account_id)) as stream:
        assert stream.content_type == "text/event-stream"
        await stream.content.readline()
        await remind(running, other)
        await remind(running, account_id)
        event = await next_notice(stream)
        assert event["notice"]["title"].startswith("Tomorrow")
        assert event["unread"] == 2


async def test_a_stream_continues_where_it_was_lost(running: RunningNotifications) -> None:
    account_id = number()
    token = running.token(account_id)
    await remind(running, account_id, 3)
    lines = (await running.ask("GET", "/inbox", token=token)).body["data"]
    async with streaming(running, token, last_id=lines[-1]["id"]) as stream:
        shown = [(await next_notice(stream))["notice"]["id"] for _ in range(2)]
    assert shown == [lines[1]["id"], lines[0]["id"]]


async def test_a_stream_ends_with_its_session(running: RunningNotifications) -> None:
    account_id = number()
    token = running.token(account_id, sid=f"session-of-{account_id}")
    async with streaming(running, token) as stream:
        await stream.content.readline()
        await running.publish(
            SessionRevoked(
                account_id=account_id, session_id=f"session-of-{account_id}", occurred_at=NOW
            )
        )
        async with asyncio.timeout(60):
            await stream.content.read()
        assert stream.content.at_eof()


async def test_streams_end_when_the_process_stops(
    running: RunningNotifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(INBOX, "HEARTBEAT_SECONDS", 600)
    async with streaming(running, running.token(number())) as stream:
        await stream.content.readline()
        running.context.listener.close_streams()
        async with asyncio.timeout(60):
            await stream.content.read()
        assert stream.content.at_eof()
    running.context.listener.is_closing = False


async def test_health_tells_the_queue_to_everybody(running: RunningNotifications) -> None:
    answer = await running.ask("GET", "/health")
    assert answer.status == 200
    assert set(answer.body) == {
        "queue_length",
        "oldest_waiting_seconds",
        "failures_last_hour",
        "given_up",
        "dead_letters",
        "channels",
    }
    assert answer.body["channels"] == [{"channel": "email", "is_down": False}]


async def test_administrators_find_a_delivery_but_not_its_secrets(
    running: RunningNotifications,
) -> None:
    account_id = number()
    admin = running.token(1, "admin")
    await remind(running, account_id)
    path = f"/deliveries?q=account{account_id}@&template=reminder&channel=email"

    async def is_sent() -> bool:
        found = (await running.ask("GET", f"{path}&status=sent", token=admin)).body
        return found["total"] == 1

    await eventually(is_sent)
    found = (await running.ask("GET", path, token=admin)).body["data"][0]
    detail = (await running.ask("GET", f"/deliveries/{found['id']}", token=admin)).body
    assert detail["history"][0]["outcome"] == "sent"
    assert "link" not in detail["context"]
    content = (await running.ask("GET", f"/deliveries/{found['id']}/content", token=admin)).body
    assert detail["context"]["event"]["title"] in content["text"]
    assert "tickets.example.com" in content["html"]
    refused = await running.ask("POST", f"/deliveries/{found['id']}/retry", token=admin)
    assert (refused.status, refused.body["code"]) == (409, "delivery_not_retryable")
    assert (await running.ask("GET", "/deliveries/999999", token=admin)).status == 404
    assert (await running.ask("GET", "/deliveries?status=odd", token=admin)).status == 422


async def test_a_template_is_tried_saved_used_and_reset(running: RunningNotifications) -> None:
    admin = running.token(1, "admin")
    path = "/templates/reminder/en"
    before = (await running.ask("GET", path, token=admin)).body
    assert (before["version"], before["is_default"]) == (0, True)
    sources = {name: before[name] for name in ("mjml", "text", "sms")}

    broken = await running.ask("PUT", path, sources | {"subject": "{{ nobody }}"}, token=admin)
    assert (broken.status, broken.body["code"]) == (422, "template_broken")
    assert "undefined" in broken.body["errors"]["subject"][0]

    change = sources | {"subject": "Soon: {{ event.title }}", "base_version": 0}
    preview = await running.ask(
        "POST", f"{path}/preview", sources | {"subject": change["subject"]}, token=admin
    )
    assert preview.body["subject"] == "Soon: Nuit blanche au Trianon"
    assert preview.body["html"].startswith("<!doctype html>")
    saved = await running.ask("PUT", path, change, token=admin)
    assert (saved.status, saved.body["version"], saved.body["edited_by"]) == (200, 1, 1)
    late = await running.ask("PUT", path, change, token=admin)
    assert (late.status, late.body["code"]) == (409, "template_changed")

    used = await running.ask("POST", f"{path}/preview", token=admin)
    assert used.body["subject"] == "Soon: Nuit blanche au Trianon"
    reset = await running.ask("POST", f"{path}/reset", token=admin)
    assert (reset.body["version"], reset.body["is_default"]) == (2, True)
    assert reset.body["subject"] == before["subject"]
    log = (await running.ask("GET", "/audit", token=admin)).body["data"]
    assert [(entry["action"], entry["after"]["version"]) for entry in log] == [
        ("notifications.template.reset", 2),
        ("notifications.template.changed", 1),
    ]
    versions = (await running.ask("GET", f"{path}/versions", token=admin)).body["data"]
    assert [each["version"] for each in versions] == [2, 1]


async def test_every_template_is_listed_and_no_other_is_known(
    running: RunningNotifications,
) -> None:
    admin = running.token(1, "admin")
    listed = (await running.ask("GET", "/templates", token=admin)).body["data"]
    assert len(listed) == len(TemplateKey) * len(LANGUAGES)
    for path in ("/templates/odd/fr", "/templates/welcome/de"):
        answer = await running.ask("GET", path, token=admin)
        assert (answer.status, answer.body["code"]) == (404, "no_such_template")


async def test_the_export_is_for_services_alone(running: RunningNotifications) -> None:
    account_id = number()
    await remind(running, account_id)
    path = f"/internal/accounts/{account_id}/export"
    assert (await running.ask("GET", path, token=running.token(1, "admin"))).status == 401
    token = ServiceTokens(SERVICE_SECRET, service="users").issue("notifications")
    held = (await running.ask("GET", path, token=token)).body
    assert len(held["inbox"]) == 1


async def test_the_documents_name_every_route(running: RunningNotifications) -> None:
    async with running.session.get(f"{running.url}/docs/api/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    documented = {(method.upper(), path) for path, routes in paths.items() for method in routes}
    prefix = "/api/v1/notifications"
    assert ("GET", f"{prefix}/stream") in documented
    assert ("PUT", f"{prefix}/templates/{{key}}/{{language}}") in documented
    assert not [path for path in paths if "internal" in path]
