"""What strikes when: drawn from a seed, the same each time."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from storm.faults import FAULTS
from storm.faults.outside import DiskFull

PAIRS_SHARE = 0.5
"""How many of the faults strike together with another one."""
PAUSE_SECONDS = (0.3, 2.0)
ROUND_SECONDS_GUESSED = 240.0
CLIENTS, CLIENTS_QUICK = 16, 12
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
    rounds = 1 if minutes is None else max(1, round(minutes * 60 / ROUND_SECONDS_GUESSED))
    strikes = [strike for _ in range(rounds) for strike in _round(rng, names, quick=quick)]
    mix = Mix(*(rng.randint(2, 6) for _ in range(8)))
    at_work = clients or (CLIENTS_QUICK if quick else CLIENTS)
    return Plan(seed, tuple(strikes), mix, at_work, rng.randrange(2**32))


def _round(rng: random.Random, names: Sequence[str], *, quick: bool) -> list[Strike]:
    waiting = list(names)
    rng.shuffle(waiting)
    strikes: list[Strike] = []
    while waiting:
        chosen = [waiting.pop()]
        if waiting and rng.random() < PAIRS_SHARE:
            ground = FAULTS[chosen[0]].ground
            other = rng.randrange(len(waiting))
            if FAULTS[waiting[other]].ground != ground:
                chosen.append(waiting.pop(other))
        seconds = max(
            FAULTS[name].seconds_quick if quick else FAULTS[name].seconds for name in chosen
        )
        strikes.append(Strike(tuple(chosen), seconds, round(rng.uniform(*PAUSE_SECONDS), 2)))
    return strikes
