"""Of those who sign in at once, as many as auth hashes in time reach it; the rest cost nothing."""

import asyncio
import time
from contextlib import AsyncExitStack, closing

import pytest

from tests.gateway.asking import Answer, ask
from tests.gateway.conftest import PASSWORDS_PER_INSTANCE, SIGN_IN_BURST, Gateway

LOGIN = "/api/v1/auth/login"
TOO_MANY_FROM_HERE = 429
AT_ONCE = SIGN_IN_BURST + 1
"""What one address may ask at once; all tests come from one."""


async def crowd(gateway: Gateway, language: str) -> list[Answer]:
    """Sign in at once, served after 12 s; returns the answers in the order in which they come."""
    answers: list[Answer] = []

    async def one() -> None:
        url = f"{gateway.url()}{LOGIN}?wait=12"
        answers.append(await ask(url, "POST", {"Accept-Language": language}, b"{}"))

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return answers


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fr", "Le service est momentanément indisponible : réessayez dans un instant."),
        ("en", "The service is unavailable for the moment: try again shortly."),
    ],
)
async def test_beyond_what_auth_hashes_in_time_logins_are_refused_at_once(
    gateway: Gateway, language: str, message: str
) -> None:
    deadline = time.monotonic() + 60
    while True:
        user = ask(f"{gateway.url()}/api/v1/auth/user")
        answers, other = await asyncio.gather(crowd(gateway, language), user)
        if all(answer.status != TOO_MANY_FROM_HERE for answer in answers):
            break
        assert time.monotonic() < deadline, "what other tests asked from here still counts"
    assert other.status == 200, "what needs no password does not wait for those that do"
    served = [answer for answer in answers if answer.status == 200]
    assert len(served) == PASSWORDS_PER_INSTANCE
    assert answers[-len(served) :] == served, "one waited for those that are served"
    for answer in answers[: -len(served)]:
        assert (answer.status, answer.json["code"]) == (503, "unavailable")
        assert answer.json["message"] == message
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.headers["Retry-After"] == "2"


async def test_whoever_sends_a_login_slowly_takes_nobody_s_place(gateway: Gateway) -> None:
    """nginx keeps what is not complete to itself; auth has room for three at once."""
    head = f"POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{"
    port = int(gateway.url().rpartition(":")[2])
    async with AsyncExitStack() as slow_ones:
        for _ in range(PASSWORDS_PER_INSTANCE + 1):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            slow_ones.enter_context(closing(writer))
            writer.write(head.encode())
            await writer.drain()
        deadline, served = time.monotonic() + 60, 0
        # The first ones may be served before nginx has read what the slow ones sent.
        while served < AT_ONCE:
            assert time.monotonic() < deadline, "what other tests asked from here still counts"
            answer = await ask(gateway.url() + LOGIN, "POST", data=b"{}")
            if answer.status == TOO_MANY_FROM_HERE:
                await asyncio.sleep(0.1)
                continue
            assert answer.status == 200
            served += 1
