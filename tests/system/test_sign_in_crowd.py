"""Many who sign in at once: a small crowd waits its turn, a large one is told when to come."""

import asyncio
import time

from tests.system.running import PASSWORD, Answer, System

SMALL = 20
TIMES = 2
"""So many times the small crowd are more than may wait at one instance of auth."""
GET_IN_SECONDS_MAX = 240.0
COME_AGAIN = {503, 504}
"""What a crowd is told: that so many wait, or that it was waited for too long."""


async def test_a_small_crowd_gets_in_at_once_and_a_large_one_by_coming_again_when_told(
    system: System,
) -> None:
    # One after the other: registering costs as much as signing in, and this is not its crowd.
    people = [await system.register() for _ in range(SMALL)]
    deadline = time.monotonic() + GET_IN_SECONDS_MAX
    waiting = [person.email for person in people] * TIMES
    while waiting:
        assert time.monotonic() < deadline, f"{len(waiting)} are still outside"
        answers = await asyncio.gather(*(_sign_in(system, email) for email in waiting))
        assert {answer.status for answer in answers} <= {200, *COME_AGAIN}
        refused = [answer for answer in answers if answer.status in COME_AGAIN]
        assert all(answer.code == "unavailable" for answer in refused if answer.status == 503)
        waiting = [
            email
            for email, answer in zip(waiting, answers, strict=True)
            if answer.status in COME_AGAIN
        ]
        if refused:
            await asyncio.sleep(max(int(answer.headers["Retry-After"]) for answer in refused))


async def _sign_in(system: System, email: str) -> Answer:
    return await system.call("POST", "/auth/login", {"email": email, "password": PASSWORD})
