"""Hashing passwords: argon2id, beside the event loop, bounded in number."""

import asyncio
import functools
import importlib.util
import os
import secrets
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from guichet.auth.domain import (
    normal_password,
)
from guichet.auth.domain.refusals import (
    PASSWORD_CHARACTERS_MAX,
    PasswordTooCommon,
)
from guichet.kernel.deadlines import not_after
from guichet.kernel.metrics import REQUESTS_SHED
from guichet.kernel.problems import TooManyRequests, Unavailable

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
"""OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane at the least."""

COMMON_PASSWORDS = 3000
_RETRY_SECONDS = 2
_THREAD_NICENESS = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a password was right, and whether its hash was made with older parameters."""

    is_right: bool
    needs_rehash: bool = False


class Passwords:
    """Hashes and verifies in threads of its own; `close` it at the end."""

    def __init__(self, *, threads: int = 1, waiting_max: int = 200) -> None:
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(threads, "password", initializer=_step_back)
        self._busy_max = threads + waiting_max
        self._busy = 0
        self._nobodys_hash = _hash_that_nothing_matches()

    def close(self) -> None:
        """Forget what waits and end the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def refuse_when_busy(self) -> None:
        """Raise `TooManyRequests` where no further password may wait."""
        if self._busy >= self._busy_max:
            raise TooManyRequests(retry_after_seconds=_RETRY_SECONDS)

    async def new_hash(self, password: str) -> str:
        """Return the hash of a checked password; `PasswordTooCommon` where it is guessed first.

        Raises `TooManyRequests`, as `verify` does, before any work where too many wait.
        """

        def work() -> str:
            if password.casefold() in common_passwords():
                raise PasswordTooCommon
            return self._hasher.hash(password)

        return await self._run(work)

    async def rehash(self, password: str) -> str:
        """Return the hash of a password that was accepted before."""
        return await self._run(lambda: self._hasher.hash(normal_password(password)))

    async def verify(self, stored: str | None, password: str) -> Verified:
        """Compare a password with a stored hash; with None it takes as long and is wrong."""
        if len(password) > PASSWORD_CHARACTERS_MAX:
            return Verified(is_right=False)
        hashed = stored or self._nobodys_hash
        is_right = await self._run(lambda: self._matches(hashed, normal_password(password)))
        if not is_right or stored is None:
            return Verified(is_right=False)
        return Verified(is_right=True, needs_rehash=self._hasher.check_needs_rehash(stored))

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        self.refuse_when_busy()
        self._busy += 1
        limit = not_after.get()

        def work_in_time() -> T:
            if limit is not None and time.monotonic() > limit:
                # Whoever sent it has given up; the core is somebody else's.
                REQUESTS_SHED.labels("late").inc()
                raise Unavailable
            return work()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work_in_time)
        finally:
            self._busy -= 1


def _step_back() -> None:
    """Let the rest of this process go first: on Linux each thread has its own niceness.

    Between processes that lead sessions of their own, their own niceness counts.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _THREAD_NICENESS)


def _hash_that_nothing_matches() -> str:
    """Return a well-formed hash of no password: verifying it costs as much as a real one."""
    salt, digest = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"


@functools.cache
def common_passwords() -> frozenset[str]:
    """Return the 3,000 commonest passwords, lower case, from the list that zxcvbn carries.

    Only that one file is loaded: zxcvbn itself would build tables of every dictionary it has.
    """
    package = importlib.util.find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise RuntimeError("zxcvbn is not installed")
    spec = importlib.util.spec_from_file_location(
        "guichet_frequency_lists", Path(package.origin).with_name("frequency_lists.py")
    )
    if spec is None or spec.loader is None:
        raise RuntimeError("zxcvbn has no frequency lists")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ranked: list[str] = module.FREQUENCY_LISTS["passwords"]
    return frozenset(word.casefold() for word in ranked[:COMMON_PASSWORDS])
