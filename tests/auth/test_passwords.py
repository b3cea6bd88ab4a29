"""Passwords are hashed strongly, in bounded number, and beside everything else."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher, extract_parameters

from guichet.auth.domain.refusals import (
    PasswordTooCommon,
)
from guichet.auth.passwords import Passwords, common_passwords
from guichet.kernel.deadlines import not_after
from guichet.kernel.problems import TooManyRequests, Unavailable
from tests.auth.conftest import Work


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


async def test_hashes_are_as_strong_as_asked_for(passwords: Passwords) -> None:
    hashed = await passwords.new_hash("un mot de passe à part")
    found = extract_parameters(hashed)
    assert hashed.startswith("$argon2id$")
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19 * 1024, 2, 1)
    assert (await passwords.verify(hashed, "un mot de passe à part")).is_right
    assert not (await passwords.verify(hashed, "un mot de passe a part")).is_right


async def test_nothing_of_a_long_password_is_ignored(passwords: Passwords) -> None:
    hashed = await passwords.new_hash("x" * 1023 + "a")
    assert (await passwords.verify(hashed, "x" * 1023 + "a")).is_right
    assert not (await passwords.verify(hashed, "x" * 1023 + "b")).is_right
    assert not (await passwords.verify(hashed, "x" * 5000)).is_right


async def test_zero_characters_do_not_end_a_password(passwords: Passwords) -> None:
    hashed = await passwords.new_hash("before\0after")
    assert not (await passwords.verify(hashed, "before\0other")).is_right


async def test_nobodys_password_is_never_right_and_takes_as_long(
    passwords: Passwords, work: Work
) -> None:
    hashed = await passwords.new_hash("un mot de passe à part")
    for stored in (None, hashed):
        assert not (await passwords.verify(stored, "another one")).is_right
    assert work.hashes == [extract_parameters(hashed)] * 2


async def test_hashes_with_older_parameters_are_told(passwords: Passwords) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("un secret")
    verified = await passwords.verify(old, "un secret")
    assert (verified.is_right, verified.needs_rehash) == (True, True)
    renewed = await passwords.rehash("un secret")
    verified = await passwords.verify(renewed, "un secret")
    assert (verified.is_right, verified.needs_rehash) == (True, False)


async def test_the_commonest_are_refused_in_any_case(passwords: Passwords) -> None:
    assert 2900 < len(common_passwords()) <= 3000
    for word in ("password", "PassWord", "12345678", "password123", "football1"[:8]):
        with pytest.raises(PasswordTooCommon):
            await passwords.new_hash(word)


async def test_a_stored_value_that_is_no_hash_opens_nothing(passwords: Passwords) -> None:
    for stored in ("", "plain", "$argon2id$v=19$m=19456,t=2,p=1$", "$2b$12$abc"):
        assert not (await passwords.verify(stored, stored)).is_right


async def test_beyond_the_bound_callers_are_turned_away_at_once() -> None:
    passwords = Passwords(threads=1, waiting_max=2)
    try:
        tasks = [asyncio.create_task(passwords.verify(None, "x")) for _ in range(12)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        refused = [result for result in results if isinstance(result, TooManyRequests)]
        assert len(refused) == 9
        assert refused[0].headers() == {"Retry-After": "2"}
        passwords.refuse_when_busy()
    finally:
        passwords.close()


async def test_the_event_loop_goes_on_while_passwords_are_hashed(passwords: Passwords) -> None:
    hashing = asyncio.gather(*(passwords.verify(None, "x") for _ in range(5)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert len(await hashing) == 5
    assert turns > 20


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own there")
async def test_hashing_steps_back_behind_everything_else(passwords: Passwords) -> None:
    niceness: list[int] = []

    def note(*_matched: str) -> bool:
        niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return True

    with patch.object(Passwords, "_matches", note):
        await passwords.verify("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA", "x")
    assert niceness == [10]


async def test_a_password_that_nobody_waits_for_is_not_looked_at(passwords: Passwords) -> None:
    looked_at: list[str] = []

    def note(*matched: str) -> bool:
        looked_at.extend(matched[1:])
        return True

    token = not_after.set(time.monotonic() - 0.001)
    try:
        with (
            patch.object(Passwords, "_matches", note),
            pytest.raises(Unavailable),
        ):
            await passwords.verify(None, "x")
    finally:
        not_after.reset(token)
    assert looked_at == []
    assert not (await passwords.verify(None, "x")).is_right
