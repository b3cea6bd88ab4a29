"""PDFs are made in another process, which comes and goes and may be killed."""

import asyncio
import os
import signal

import pytest

from guichet.tickets.documents.typesetting import Typesetter


def whoami(content: str, language: str) -> bytes:
    """Return what was given, and which process made it; one that is told to die does."""
    if content == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if content == "fail":
        raise ValueError(language)
    return f"{content} {language} {os.getpid()}".encode()


async def pid_of(typesetter: Typesetter, content: str = "a") -> int:
    made = (await typesetter.run(whoami, content, "fr")).decode().split()
    assert made[:2] == [content, "fr"]
    return int(made[2])


async def test_it_is_another_process_and_the_same_one_for_the_next() -> None:
    typesetter = Typesetter()
    first = await pid_of(typesetter)
    assert first not in {0, os.getpid()}
    assert await pid_of(typesetter, "b") == first
    assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, 0)
    typesetter.end()


async def test_one_that_was_killed_is_replaced() -> None:
    typesetter = Typesetter()
    first = await pid_of(typesetter)
    os.kill(first, signal.SIGKILL)
    assert await pid_of(typesetter) != first
    typesetter.end()


async def test_it_ends_when_it_has_not_been_needed_for_a_while() -> None:
    typesetter = Typesetter(idle_seconds=0.05)
    first = await pid_of(typesetter)
    await asyncio.sleep(0.1)
    for _ in range(100):
        try:
            os.kill(first, 0)
        except ProcessLookupError:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("it lives on")
    assert await pid_of(typesetter) != first
    typesetter.end()


async def test_an_error_there_is_an_error_here_and_the_next_is_served() -> None:
    typesetter = Typesetter()
    with pytest.raises(ValueError, match="fr"):
        await typesetter.run(whoami, "fail", "fr")
    assert await pid_of(typesetter)
    typesetter.end()


async def test_closing_waits_until_the_process_is_gone() -> None:
    typesetter = Typesetter()
    first = await pid_of(typesetter)
    await typesetter.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    await typesetter.close()
