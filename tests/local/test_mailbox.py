"""The local mailbox as its own process: durable mail, honest listing, harmless display, faults."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest
from starlette.applications import Starlette

from guichet.kernel.settings import PORTS, CommonSettings, Environment
from guichet.local.mailbox import main
from guichet.local.mailbox.texts import TEXTS
from guichet.local.ports import free_port, is_free
from tests.local.mailbox.mails import mail

HOSTILE = '<script>alert("x")</script>'


@dataclass
class Mailbox:
    """A running mailbox; `process` is replaced when a test starts it again."""

    shift: int
    storage: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{PORTS['mailbox'] + self.shift}"

    @property
    def smtp_port(self) -> int:
        return PORTS["smtp"] + self.shift


def start(shift: int, storage: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "GUICHET_PORT_SHIFT": str(shift),
        "GUICHET_STORAGE_DIR": str(storage),
        "GUICHET_ENVIRONMENT": "development",
    }
    command = [sys.executable, "-m", "guichet.local.mailbox.main"]
    return subprocess.Popen(command, env=environment)


def free_shift() -> int:
    for _ in range(100):
        shift = free_port() - PORTS["mailbox"]
        if 0 < shift <= 50_000 and is_free(PORTS["smtp"] + shift):
            return shift
    raise RuntimeError("no free pair of ports")


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    storage, shift = tmp_path_factory.mktemp("storage"), free_shift()
    running = Mailbox(shift, storage, start(shift, storage))
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.fixture
async def http(mailbox: Mailbox) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of an empty mailbox without faults."""
    # Without `unsafe` the jar refuses cookies of a host that is an address.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(mailbox.url, cookie_jar=jar) as session:
        await until_ready(session)
        await session.put("/mailbox/api/faults", json={})
        await session.delete("/mailbox/api/messages")
        yield session
        await session.put("/mailbox/api/faults", json={})


async def until_ready(session: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.get("/health/ready") as answer:
                    assert answer.status == 200
                    return
            await asyncio.sleep(0.05)


async def send(mailbox: Mailbox, message: EmailMessage, to: str = "buyer@example.com") -> str:
    _, reply = await aiosmtplib.send(
        message, hostname="127.0.0.1", port=mailbox.smtp_port, recipients=[to], timeout=5
    )
    return reply


async def listed(http: aiohttp.ClientSession, **query: str) -> list[dict[str, Any]]:
    async with http.get("/mailbox/api/messages", params=query) as answer:
        data: list[dict[str, Any]] = (await answer.json())["data"]
        return data


async def text_of(http: aiohttp.ClientSession, path: str, **headers: str) -> str:
    async with http.get(path, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_mail_is_listed_and_taken_apart(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    assert "Stored" in await send(mailbox, mail())
    (summary,) = await listed(http)
    assert summary["recipients"] == ["buyer@example.com"]
    assert summary["subject"] == "Vos billets « Été »"
    assert summary["attachments"] == ["billets é.pdf"]
    async with http.get(f"/mailbox/api/messages/{summary['id']}") as answer:
        shown = await answer.json()
    assert {"name": "Message-ID", "value": "<one@example.com>"} in shown["headers"]
    assert shown["text"].startswith("Bonjour,")
    assert "<p>Bonjour</p>" in shown["html"]
    async with http.get(shown["attachments"][0]["url"]) as answer:
        assert await answer.read() == b"%PDF-1.7 \xff"
        assert answer.headers["Content-Disposition"].startswith("attachment;")


async def test_the_raw_source_is_what_came_over_smtp(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await send(mailbox, mail())
    (summary,) = await listed(http)
    raw = await text_of(http, f"/mailbox/api/messages/{summary['id']}/raw")
    assert raw.startswith("From: Guichet")
    assert len(raw.encode()) == summary["size"]


async def test_search_looks_at_recipient_subject_text_and_attachment(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await send(mailbox, mail("Première", "<1@example.com>"), "one@example.com")
    await send(mailbox, mail("Deuxième", "<2@example.com>"), "two@example.com")
    assert [each["subject"] for each in await listed(http)] == ["Deuxième", "Première"]
    assert [each["subject"] for each in await listed(http, to="ONE@example.com")] == ["Première"]
    assert await listed(http, to="one") == []
    assert [each["subject"] for each in await listed(http, q="two DEUX")] == ["Deuxième"]
    assert len(await listed(http, q="billets é.pdf voici")) == 2
    assert await listed(http, q="absent") == []


async def test_a_duplicate_is_shown_and_counted(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await send(mailbox, mail())
    await send(mailbox, mail())
    await send(mailbox, mail(message_id="<other@example.com>"))
    assert [(each["copy"], each["copies"]) for each in await listed(http)] == [
        (1, 1),
        (2, 2),
        (1, 2),
    ]
    page = await text_of(http, "/mailbox/", **{"Accept-Language": "fr"})
    assert "Doublon : exemplaire 2 sur 2" in page


async def test_mail_survives_a_kill_right_after_the_250(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await send(mailbox, mail())
    before = await listed(http)
    mailbox.process.send_signal(signal.SIGKILL)
    mailbox.process.wait(10)
    mailbox.process = start(mailbox.shift, mailbox.storage)
    await until_ready(http)
    assert await listed(http) == before
    await send(mailbox, mail(message_id="<next@example.com>"))
    assert [each["id"] for each in await listed(http)] == [before[0]["id"] + 1, before[0]["id"]]


async def test_deleting(mailbox: Mailbox, http: aiohttp.ClientSession) -> None:
    await send(mailbox, mail())
    (summary,) = await listed(http)
    path = f"/mailbox/api/messages/{summary['id']}"
    async with http.delete(path) as answer:
        assert answer.status == 204
    async with http.get(path) as answer:
        assert answer.status == 404
    assert await listed(http) == []
    assert not list((mailbox.storage / "mailbox").glob("*.eml"))


async def test_another_sites_page_cannot_delete(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await send(mailbox, mail())
    async with http.post("/mailbox/clear", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403
    assert len(await listed(http)) == 1
    async with http.post("/mailbox/clear", headers={"Sec-Fetch-Site": "same-origin"}) as answer:
        assert answer.status == 200
    assert await listed(http) == []


async def test_hostile_mail_is_inert(mailbox: Mailbox, http: aiohttp.ClientSession) -> None:
    hostile = f'<html><head></head><body>{HOSTILE}<img src="https://example.com/spy"></body></html>'
    await send(mailbox, mail(subject=f"Bonjour {HOSTILE}", html=hostile))
    (summary,) = await listed(http)
    for view in ("page", "text", "headers", "source"):
        page = await text_of(http, f"/mailbox/messages/{summary['id']}?view={view}")
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page
    async with http.get(f"/mailbox/messages/{summary['id']}/html") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert '<head><base target="_blank">' in await answer.text()
    directives = [directive.strip() for directive in policy.split(";")]
    assert "default-src 'none'" in directives
    assert "img-src data:" in directives
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in directives
    assert "script-src" not in policy


async def test_pages_forbid_foreign_content_and_guessing(http: aiohttp.ClientSession) -> None:
    async with http.get("/mailbox/") as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        page = await answer.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    addresses = re.findall(r'(?:src|href|action|data-address)="([^"]*)"', page)
    assert addresses
    assert all(each.startswith(("/mailbox/", "#")) for each in addresses)
    for path in {each for each in addresses if each.startswith("/mailbox/static/")}:
        await text_of(http, path)


async def test_the_page_speaks_french_and_english(http: aiohttp.ClientSession) -> None:
    french = await text_of(http, "/mailbox/", **{"Accept-Language": "de, fr;q=0.9, en;q=0.5"})
    assert '<html lang="fr">' in french
    assert "Boîte aux lettres" in french
    english = await text_of(http, "/mailbox/", **{"Accept-Language": "en-GB, fr;q=0.5"})
    assert '<html lang="en">' in english
    switched = await text_of(
        http, "/mailbox/language/en?to=/mailbox/%3Fq%3Dx", **{"Accept-Language": "fr"}
    )
    assert '<html lang="en">' in switched
    assert 'value="x"' in switched
    assert set(TEXTS["fr"]) == set(TEXTS["en"])


async def test_the_language_switch_leads_nowhere_else(http: aiohttp.ClientSession) -> None:
    for target in ("https://example.com/", "//example.com/", "/other"):
        async with http.get(
            "/mailbox/language/fr", params={"to": target}, allow_redirects=False
        ) as answer:
            assert answer.headers["Location"] == "/mailbox/"


async def test_sms_are_listed_beside_mails(mailbox: Mailbox, http: aiohttp.ClientSession) -> None:
    message = {"from": "Guichet", "to": "+33612345678", "text": "Demain 20:30 é", "reference": "r1"}
    for _ in range(2):
        async with http.post("/sms", json=message) as answer:
            assert answer.status == 201
    await send(mailbox, mail())
    assert [each["kind"] for each in await listed(http)] == ["mail", "sms", "sms"]
    sms = (await listed(http, kind="sms", to="+33612345678"))[0]
    assert (sms["copy"], sms["copies"]) == (2, 2)
    async with http.get(f"/mailbox/api/messages/{sms['id']}") as answer:
        assert (await answer.json())["text"] == "Demain 20:30 é"
    assert "Demain 20:30" in await text_of(http, f"/mailbox/messages/{sms['id']}")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"json": {"to": "+33612345678"}}, 422),
        ({"json": ["not an object"]}, 422),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": {"to": "a form of another site"}}, 415),
    ],
)
async def test_a_malformed_sms_is_refused(
    http: aiohttp.ClientSession, body: dict[str, Any], status: int
) -> None:
    async with http.post("/sms", **body) as answer:
        assert answer.status == status
    assert await listed(http) == []


async def test_fault_refuse_stores_nothing_for_that_many_mails(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await http.put("/mailbox/api/faults", json={"refuse_count": 2})
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPDataError):
            await send(mailbox, mail())
    await send(mailbox, mail())
    assert len(await listed(http)) == 1


async def test_fault_drop_stores_the_mail_but_gives_no_answer(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await http.put("/mailbox/api/faults", json={"drop_count": 1})
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mailbox, mail())
    assert len(await listed(http)) == 1
    await send(mailbox, mail())
    assert len(await listed(http)) == 2


async def test_fault_down_closes_the_port_and_opens_it_again(
    mailbox: Mailbox, http: aiohttp.ClientSession
) -> None:
    await http.put("/mailbox/api/faults", json={"down": True})
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(mailbox, mail())
    await http.put("/mailbox/api/faults", json={})
    await send(mailbox, mail())
    assert len(await listed(http)) == 1


async def test_fault_slow_delays_the_answer(mailbox: Mailbox, http: aiohttp.ClientSession) -> None:
    await http.put("/mailbox/api/faults", json={"slow_seconds": 0.3})
    started = asyncio.get_running_loop().time()
    await send(mailbox, mail())
    assert asyncio.get_running_loop().time() - started >= 0.3


async def test_an_unknown_fault_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.put("/mailbox/api/faults", json={"explode": True}) as answer:
        assert answer.status == 422


def test_production_refuses_to_start(tmp_path: Path) -> None:
    settings = CommonSettings(environment=Environment.PRODUCTION, storage_dir=tmp_path)
    with pytest.raises(SystemExit, match="GUICHET_SMTP_URL"):
        main.create_app(settings)
    assert isinstance(main.create_app(CommonSettings(storage_dir=tmp_path)), Starlette)
