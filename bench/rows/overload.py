"""More than can be served: what is done while others are refused, or sign in in crowds."""

from collections import Counter

from bench import asked
from bench.figures import Figure, median
from bench.load import Load, Loading, Outcome, send
from bench.plan import Plan
from bench.rows.measuring import CREATED, checked
from bench.rows.selling import free_rate
from bench.system import Stand

LOGINS_A_SECOND = 200
SHARE_OF_PEAK = 0.5
CONNECTIONS = 1_000
OVERLOADING_CONNECTIONS = 3_000
"""More than may be under way: with fewer, the excess would wait in the generator, unrefused."""


def overload(stand: Stand, plan: Plan) -> list[Figure]:
    """Offer twice of what can be served, at a fixed rate."""
    peak = free_rate(stand, plan)
    offered = 2 * peak
    outcome = _open_loop(stand, plan, offered, OVERLOADING_CONNECTIONS)
    served = outcome.rate(CREATED)
    refused = sum(n for status, n in outcome.statuses.items() if status != CREATED)
    late = max(
        (outcome.percentile(0.99, status) for status in outcome.statuses if status != CREATED),
        default=0.0,
    )
    return [
        Figure(
            row="overload",
            name=f"purchases at twice the load ({offered:.0f}/s offered)",
            value=served,
            unit="/s",
            goal="≥ 0.9 × peak",
            is_met=served >= 0.9 * peak,
            limit=peak,
            limit_name="peak",
            note=f"{refused} refused, accepted p99 {outcome.percentile(0.99, CREATED):.0f} ms",
        ),
        Figure(
            row="overload",
            name="p99 of the refusals",
            value=late,
            unit="ms",
            goal="< 100 ms",
            is_met=late < 100,  # noqa: PLR2004 - the goal
        ),
    ]


def logins(stand: Stand, plan: Plan) -> list[Figure]:
    """Compare purchases at half their peak without and with a crowd that signs in, in turn."""
    rate = SHARE_OF_PEAK * free_rate(stand, plan)
    without, with_crowd = list[float](), list[float]()
    answered = Counter[int]()
    for _ in range(plan.rounds):
        without.append(checked(_open_loop(stand, plan, rate), {CREATED}).percentile(0.95))
        storm = Loading(
            Load(
                stand.port("gateway"),
                asked.logins(int(LOGINS_A_SECOND * (plan.seconds + 2))),
                CONNECTIONS,
                plan.seconds + 2,
                rate=LOGINS_A_SECOND,
            )
        )
        with_crowd.append(checked(_open_loop(stand, plan, rate), {CREATED}).percentile(0.95))
        answered.update(storm.outcome().statuses)
    alone = median(without)
    beside = alone * median([b / a for a, b in zip(without, with_crowd, strict=True)])
    return [
        Figure(
            row="logins",
            name=f"p95 of purchases beside {LOGINS_A_SECOND} logins/s ({rate:.0f}/s offered)",
            value=beside,
            unit="ms",
            goal="≤ 1.5 × without",
            is_met=beside <= 1.5 * alone,
            limit=alone,
            limit_name="without",
            note=f"logins answered: {dict(answered)}",
        )
    ]


def _open_loop(stand: Stand, plan: Plan, rate: float, connections: int = CONNECTIONS) -> Outcome:
    event = stand.event(places=4 * plan.requests_max)
    tokens = stand.crowd.tokens(int(rate * plan.seconds) + 1)
    requests = asked.purchases([event["id"]], tokens)
    return send(Load(stand.port("gateway"), requests, connections, plan.seconds, rate=rate))
