"""After the storm: all is up, the unknown is asked about, queues drain, invariants are judged."""

import asyncio
import random
import time
from contextlib import suppress
from typing import Any

import aiohttp

from guichet.verify.report import judge
from guichet.verify.sources import SERVICES, open_sources
from storm.faults.outside import POISON_PREFIX
from storm.history import Deed, History, Kind, Reply, Verdict
from storm.plan import Plan
from storm.system import HOLD_SECONDS, Stormed

UP_SECONDS_MAX = 90.0
SWEPT_WITHIN_SECONDS = 5.0
RESOLVE_SECONDS_MAX = 150.0
DRAIN_SECONDS_MAX = 90.0
LOOK_SECONDS = 0.5
MESSAGE_WEIGHT = 10
AT_ONCE = 8
STUCK_SECONDS = 90.0
"""Retries of messages and mails are a minute apart at most before they count as given up."""
POISONED = ("users", "notifications")
"""The services that consume what the poison pretends to be."""


def randoms_of_probes(plan: Plan) -> random.Random:
    """Return the numbers from which the probes draw who buys."""
    return random.Random(plan.workload_seed - 1)  # noqa: S311 - no secret


async def all_up(stormed: Stormed) -> None:
    """Wait until all is up and everybody signed in; AssertionError where something stays down."""
    deadline = time.monotonic() + UP_SECONDS_MAX
    while True:
        with suppress(aiohttp.ClientError, AssertionError, ValueError, KeyError, OSError):
            await stormed.system.all_up()
            await stormed.sign_in_all()
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not all is up {UP_SECONDS_MAX:.0f} s after the storm")
        await asyncio.sleep(LOOK_SECONDS)


async def resolve(stormed: Stormed, history: History) -> list[str]:
    """Ask again, under the same keys, until every outcome is known; returns what stays unknown."""
    deadline = time.monotonic() + RESOLVE_SECONDS_MAX
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(deed: Deed) -> Reply:
        async with turn:
            return await stormed.do(deed)

    while waiting := [deed for deed in history.unknown() if deed.kind is not Kind.EVENT]:
        await asyncio.gather(*(ask(deed) for deed in waiting))
        if all(deed.verdict is not Verdict.UNKNOWN for deed in waiting):
            break
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return [
        f"{deed.kind} {deed.request.path} is still unknown: {deed.replies[-1].status}"
        f" {deed.replies[-1].code} {deed.order_code or ''}"
        for deed in history.unknown()
        if deed.kind is not Kind.EVENT
    ]


async def drain(stormed: Stormed) -> None:
    """Wait until nothing waits any more, as long as something still moves.

    How long that takes says how busy the machine is; what stays is for the verdicts to name.
    """
    least, moved_at = await _waiting(stormed), time.monotonic()
    while least != 0 and time.monotonic() - moved_at < STUCK_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        await _hurry_mails(stormed)
        now_waiting = await _waiting(stormed)
        if now_waiting is not None and (least is None or now_waiting < least):
            least, moved_at = now_waiting, time.monotonic()


async def holds_over(asked_at: float) -> None:
    """Wait until every hold is over that was asked for until then; nobody gives the last back."""
    over_at = asked_at + HOLD_SECONDS + SWEPT_WITHIN_SECONDS
    await asyncio.sleep(max(0.0, over_at - time.monotonic()))


async def _hurry_mails(stormed: Stormed) -> None:
    """Let a mail that was refused be tried now: nobody sits out the minutes until its turn.

    That a turn comes by itself is seen during the storm, of those that were refused early.
    """
    async with stormed.admin_connection("guichet_notifications") as connection:
        await connection.execute(
            "UPDATE deliveries SET next_attempt_at = now()"
            " WHERE status = 'waiting' AND next_attempt_at > now()"
        )


async def _waiting(stormed: Stormed) -> int | None:
    """Count what is to be done for messages to be sent or handled, and for mails to be sent.

    A message counts for more than the mails that come of it, so that handling one is progress.
    None where somebody cannot say.
    """
    found = 0
    for service in SERVICES:
        queues = await stormed.read(f"/{service}/queues")
        if queues is None or queues["inbox"] is None:
            return None
        inbox: list[dict[str, Any]] = queues["inbox"]
        in_inbox = sum(int(each["waiting"]) + int(each["in_hand"]) for each in inbox)
        found += MESSAGE_WEIGHT * (int(queues["outbox_waiting"]) + in_inbox)
    health = await stormed.read("/notifications/health")
    return None if health is None else found + int(health["queue_length"])


async def take_poison(stormed: Stormed, plan: Plan) -> list[str]:
    """See that the poison lies among the dead letters of all that consume it, and take it away.

    No one else's letter is touched. Where NATS lost its store, poison may be lost with it.
    """
    if not stormed.poison_ids:
        return []
    may_be_lost = any("nats:emptied" in strike.faults for strike in plan.strikes)
    wrong: list[str] = []
    for service in POISONED:
        async with stormed.admin_connection(f"guichet_{service}") as connection:
            rows = await connection.fetch(
                "DELETE FROM dead_letters WHERE starts_with(message_id, $1) RETURNING message_id",
                POISON_PREFIX,
            )
        missing = set(stormed.poison_ids) - {row["message_id"] for row in rows}
        if missing and not may_be_lost:
            wrong.append(f"{service} has buried no dead letter for {sorted(missing)}")
    return wrong


async def judge_all(stormed: Stormed, history: History) -> list[tuple[int, str, list[str]]]:
    """Run every check of `guichet verify`, once the queues have had the time to drain."""
    acknowledged = tuple(
        sorted({str(deed.order_code) for deed in history.of(Kind.PURCHASE) if deed.promises})
    )
    system = stormed.system
    async with open_sources(
        stormed.settings(),
        sandbox_url=f"http://127.0.0.1:{system.port('sandbox')}",
        mailbox_url=f"http://127.0.0.1:{system.port('mailbox')}",
        answered_codes=acknowledged,
    ) as sources:
        verdicts = await judge(sources, wait_seconds=DRAIN_SECONDS_MAX)
    return [
        (verdict.invariant.number, verdict.invariant.en, list(verdict.contradictions or ()))
        for verdict in verdicts
    ]
