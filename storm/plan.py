"""What strikes when: drawn from a seed, the same each time."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from storm.faults import FAULTS
from storm.faults.outside import DiskFull

PAIRS_SHARE, PAIRS_SHARE_QUICK = 0.5, 0.75
"""How many of the faults strike together with another one."""
STRIKE_SECONDS_MAX_QUICK = 3.0
PAUSE_SECONDS, PAUSE_SECONDS_QUICK = (0.3, 2.0), (0.2, 0.8)
RECOVERY_SECONDS_GUESSED = 2.5
"""Of one strike, to know how many make an hour."""
CLIENTS, CLIENTS_QUICK = 12, 4
DISK_FULL = DiskFull.name

CHEAP = (
    "kill:tickets",
    "kill:notifications",
    "point:after_charge",
    "point:before_issue",
    "provider:lost-after-capture",
    "provider:duplicate-webhooks",
    "mail:dropped-before-250",
    "postgres:reset",
    "message:poison",
)
"""A few that are over in seconds: what the tests let strike."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One or two faults at once, for so long, after a pause; by name."""

    faults: tuple[str, ...]
    seconds: float
    pause_seconds: float


@dataclass(frozen=True, slots=True)
class Mix:
    """How often the clients do what, as weights."""

    free: int
    paid: int
    scarce: int
    holds: int
    cancels: int
    refunds: int
    goodwill: int
    admissions: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole storm; `workload_seed` draws what the clients do."""

    seed: int
    strikes: tuple[Strike, ...]
    mix: Mix
    clients: int
    workload_seed: int

    @property
    def minutes(self) -> float:
        """How long it takes, roughly, without the calm."""
        return _seconds_guessed(self.strikes) / 60

    @property
    def needs_small_disk(self) -> bool:
        """Whether a disk is to be filled."""
        return any(DISK_FULL in strike.faults for strike in self.strikes)


class UnknownFault(Exception):
    """Somebody asked for a fault that there is not."""


def draw(
    seed: int,
    *,
    quick: bool = False,
    minutes: float | None = None,
    clients: int | None = None,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Plan:
    """Return the plan of a seed; raises `UnknownFault`.

    Every fault strikes once in a round; `minutes` is how long to go on, in whole rounds, where
    one round is not long enough.
    """
    if unknown := set(only) - set(FAULTS):
        raise UnknownFault(", ".join(sorted(unknown)))
    rng = random.Random(seed)  # noqa: S311 - no secret: the seed is printed
    names = [name for name in FAULTS if (not only or name in only) and name not in without]
    strikes = _round(rng, names, quick=quick)
    while minutes is not None and _seconds_guessed(strikes) < minutes * 60:
        strikes += _round(rng, names, quick=quick)
    mix = Mix(*(rng.randint(2, 6) for _ in range(8)))
    at_work = clients or (CLIENTS_QUICK if quick else CLIENTS)
    return Plan(seed, tuple(strikes), mix, at_work, rng.randrange(2**32))


def _seconds_guessed(strikes: Sequence[Strike]) -> float:
    return sum(each.pause_seconds + each.seconds + RECOVERY_SECONDS_GUESSED for each in strikes)


def _round(rng: random.Random, names: Sequence[str], *, quick: bool) -> list[Strike]:
    pairs_share, pause_seconds, seconds_max = (
        (PAIRS_SHARE_QUICK, PAUSE_SECONDS_QUICK, STRIKE_SECONDS_MAX_QUICK)
        if quick
        else (PAIRS_SHARE, PAUSE_SECONDS, math.inf)
    )
    waiting = list(names)
    rng.shuffle(waiting)
    strikes: list[Strike] = []
    while waiting:
        chosen = [waiting.pop()]
        if waiting and rng.random() < pairs_share:
            ground = FAULTS[chosen[0]].ground
            other = rng.randrange(len(waiting))
            if FAULTS[waiting[other]].ground != ground:
                chosen.append(waiting.pop(other))
        seconds = min(seconds_max, max(FAULTS[name].seconds for name in chosen))
        strikes.append(Strike(tuple(chosen), seconds, round(rng.uniform(*pause_seconds), 2)))
    return strikes
