"""Many who sign in at once: a small crowd waits its turn, a large one is told when to come."""

import asyncio
import time

from tests.system.running import PASSWORD, Answer, System

SMALL = 20
TIMES = 2
"""So many times the small crowd are more than may wait at one instance of auth."""
GET_IN_SECONDS_MAX = 120.0


async def test_a_small_crowd_gets_in_at_once_and_a_large_one_by_coming_again_when_told(
    system: System,
) -> None:
    people = await asyncio.gather(*(system.register() for _ in range(SMALL)))
    deadline = time.monotonic() + GET_IN_SECONDS_MAX
    waiting = [person.email for person in people] * TIMES
    while waiting:
        assert time.monotonic() < deadline, f"{len(waiting)} are still outside"
        answers = await asyncio.gather(*(_sign_in(system, email) for email in waiting))
        assert {answer.status for answer in answers} <= {200, 503}
        refused = [answer for answer in answers if answer.status == 503]
        assert all(answer.code == "unavailable" for answer in refused)
        waiting = [
            email for email, answer in zip(waiting, answers, strict=True) if answer.status == 503
        ]
        if refused:
            await asyncio.sleep(max(int(answer.headers["Retry-After"]) for answer in refused))


async def _sign_in(system: System, email: str) -> Answer:
    return await system.call("POST", "/auth/login", {"email": email, "password": PASSWORD})
