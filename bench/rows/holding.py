"""Holds and their giving back."""

import msgspec

from bench import asked
from bench.figures import Figure, against
from bench.load import Load, send
from bench.plan import Plan
from bench.rows.measuring import CREATED, OK, checked, no_op_rate
from bench.system import Stand


def holds(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure holds of distinct buyers, then their release by those who have them."""
    holding, releasing, limits = list[float](), list[float](), list[float]()
    port = stand.port("gateway")
    for _ in range(plan.rounds):
        limits.append(no_op_rate(stand, plan))
        event = stand.event(places=2 * plan.requests_max)
        tokens = stand.crowd.tokens(plan.requests_max)
        load = Load(
            port, asked.holds(event["id"], tokens), plan.connections, plan.seconds, keep_bodies=True
        )
        outcome = checked(send(load), {CREATED})
        holding.append(outcome.rate(CREATED))
        ids = [msgspec.json.decode(body)["hold"]["id"] for body in outcome.bodies]
        holders = [tokens[number] for number in outcome.numbers]
        back = Load(port, asked.releases(ids, holders), plan.connections, plan.seconds)
        releasing.append(checked(send(back), {OK}).rate(OK))
    return [
        against("holds", "holds, one hot event", holding, limits, "no-op", 0.7),
        against("releases", "holds given back", releasing, limits, "no-op", 0.7),
    ]
