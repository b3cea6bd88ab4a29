"""Rates of one kind of request, and what they are compared with."""

import time
from collections.abc import Callable, Collection, Sequence

from bench import asked
from bench.figures import Figure, against
from bench.load import Load, Outcome, send
from bench.plan import Plan
from bench.spent import seconds_by_part
from bench.system import Stand

OK, CREATED = 200, 201
SETTLE_SECONDS_MAX = 90.0
SETTLED_SHARE = 0.15
"""Of a core: less is what the system does by itself."""
LOOK_SECONDS = 2.0


class Unexpected(Exception):
    """Answers that a row does not allow for: it has no figure then."""


def checked(outcome: Outcome, allowed: Collection[int]) -> Outcome:
    """Return the outcome; raises `Unexpected` where there are answers of another status."""
    others = {status: n for status, n in outcome.statuses.items() if status not in allowed}
    if others:
        raise Unexpected(f"statuses and how many: {others}")
    return outcome


def rate(stand: Stand, plan: Plan, requests: Sequence[bytes], status: int = CREATED) -> float:
    """Return how many of these requests a second were answered, all with that status."""
    load = Load(stand.port("gateway"), requests, plan.connections, plan.seconds)
    return checked(send(load), {status}).rate(status)


def no_op_rate(stand: Stand, plan: Plan) -> float:
    """Return what gateway and tickets do at most: check body and token, and answer."""
    tokens = stand.crowd.tokens(plan.requests_max)
    return rate(stand, plan, asked.purchases([1], tokens, path=asked.NO_OP))


def against_no_op(
    stand: Stand, plan: Plan, row: str, name: str, share_min: float, measure: Callable[[], float]
) -> Figure:
    """Measure in turn with the no-op route, and compare neighbouring runs."""
    values, limits = list[float](), list[float]()
    for _ in range(plan.rounds):
        limits.append(no_op_rate(stand, plan))
        values.append(measure())
    return against(row, name, values, limits, "no-op", share_min)


def settled(stand: Stand, seconds_max: float = SETTLE_SECONDS_MAX) -> bool:
    """Wait until mails and histories are made, which come after a sale; False where they are not.

    What is measured from then on has the machine for itself.
    """
    deadline = time.monotonic() + seconds_max
    spent = _seconds(stand)
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        before, spent = spent, _seconds(stand)
        if spent - before < SETTLED_SHARE * LOOK_SECONDS:
            return True
    return False


def _seconds(stand: Stand) -> float:
    return sum(seconds_by_part(stand.system.process.pid).values())
