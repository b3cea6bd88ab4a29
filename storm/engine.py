"""One storm from the first strike to the verdicts."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from storm import calm
from storm.acts import Crowd
from storm.checking import contradictions_of
from storm.crowd import Client, settle
from storm.facts import read_facts
from storm.faults import FAULTS
from storm.history import History
from storm.plan import Plan, Strike
from storm.sales import Sales
from storm.system import Stormed, running_system

FOLDER = Path(__file__).parent
RECOVERY_SECONDS_MAX = 10.0
GIVE_UP_SECONDS = 90.0
"""A recovery that takes longer than allowed is still waited for, to say how long it took."""
FAIR_SECONDS = 2.0
TOKEN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Struck:
    """What a strike did; `recovery_seconds` is None where sales did not go on at all.

    `turned_away` is how many were answered 503 at once.
    """

    strike: Strike
    at_seconds: float
    lasted_seconds: float
    interruption_seconds: float
    recovery_seconds: float | None
    statuses: Counter[int]
    turned_away: int


@dataclass(slots=True)
class Outcome:
    """A whole storm."""

    plan: Plan
    struck: list[Struck] = field(default_factory=list[Struck])
    done: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    broken_promises: list[str] = field(default_factory=list[str])
    invariants: list[tuple[int, str, list[str]]] = field(
        default_factory=list[tuple[int, str, list[str]]]
    )
    calm_seconds: float = 0.0
    seconds: float = 0.0
    logs: Path | None = None
    """Where the logs were kept, of a storm that went wrong."""

    def late(self, seconds_max: float = RECOVERY_SECONDS_MAX) -> list[Struck]:
        """Return the strikes after which sales did not go on in time."""
        return [
            each
            for each in self.struck
            if each.recovery_seconds is None or each.recovery_seconds > seconds_max
        ]

    @property
    def contradictions(self) -> list[str]:
        """Everything that contradicts a promise or an invariant."""
        return [
            *self.broken_promises,
            *(
                f"{number}. {sentence}: {found}"
                for number, sentence, contradictions in self.invariants
                for found in contradictions
            ),
        ]


Told = Callable[[Struck], None]


async def storm(plan: Plan, told: Told) -> Outcome:
    """Start a system, let the plan strike it, wait for calm, check; `told` hears of each strike."""
    began = time.monotonic()
    async with running_system(plan.minutes if plan.needs_small_disk else None) as stormed:
        try:
            outcome = await _storm(stormed, plan, told)
        except Exception:
            await asyncio.to_thread(_keep_logs, stormed, plan)
            raise
        if outcome.contradictions:
            outcome.logs = await asyncio.to_thread(_keep_logs, stormed, plan)
    outcome.seconds = time.monotonic() - began
    return outcome


def _keep_logs(stormed: Stormed, plan: Plan) -> Path:
    """Copy the logs of a storm that went wrong to where its report lies."""
    kept = FOLDER / f"logs-{plan.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(stormed.system.storage / "logs", kept)
    shutil.copy(stormed.system.output, kept / "guichet-up.log")
    return kept


async def _storm(stormed: Stormed, plan: Plan, told: Told) -> Outcome:
    history, outcome = History(), Outcome(plan)
    stormed.hurry()
    world = await settle(stormed)
    crowd = Crowd(stormed, world, history, plan)
    sales = Sales(Client(stormed, world, history, calm.randoms_of_probes(plan), 8_000))
    renewing = asyncio.create_task(_renew(stormed))
    crowd.start()
    sales.start()
    began = time.monotonic()
    try:
        await sales.recovered(began, GIVE_UP_SECONDS)
        await asyncio.sleep(FAIR_SECONDS)
        for strike in plan.strikes:
            struck = await _strike(stormed, strike, sales, history, began)
            outcome.struck.append(struck)
            told(struck)
    finally:
        await asyncio.gather(crowd.stop(), sales.stop())
        renewing.cancel()
    calming = time.monotonic()
    stormed.hurry()
    await calm.all_up(stormed)
    left = await calm.resolve(stormed, history)
    asked_at = time.monotonic()
    await calm.drain(stormed)
    await calm.holds_over(asked_at)
    buried = await calm.take_poison(stormed, plan)
    facts = await read_facts(stormed, history, world)
    outcome.invariants = await calm.judge_all(stormed, history)
    outcome.broken_promises = [*left, *buried, *contradictions_of(history, facts)]
    outcome.done = history.verdicts()
    outcome.calm_seconds = time.monotonic() - calming
    return outcome


async def _strike(
    stormed: Stormed, strike: Strike, sales: Sales, history: History, began: float
) -> Struck:
    await asyncio.sleep(strike.pause_seconds)
    faults = [FAULTS[name] for name in strike.faults]
    at = time.monotonic()
    for fault in faults:
        await fault.strike(stormed)
    await asyncio.sleep(max(0.0, at + strike.seconds - time.monotonic()))
    # At once: one may need what the other has taken away, such as room on the disk.
    await asyncio.gather(*(fault.heal(stormed) for fault in faults))
    healed_at = time.monotonic()
    stormed.hurry()
    recovery = await sales.recovered(healed_at, GIVE_UP_SECONDS)
    over = time.monotonic()
    return Struck(
        strike,
        at - began,
        healed_at - at,
        sales.interruption(at, over),
        recovery,
        history.statuses(at, over),
        history.turned_away(at, over),
    )


async def _renew(stormed: Stormed) -> None:
    """Sign everybody in again before their tokens end."""
    while True:
        await asyncio.sleep(TOKEN_SECONDS)
        with suppress(AssertionError, aiohttp.ClientError, TimeoutError, OSError):
            await stormed.sign_in_all()
