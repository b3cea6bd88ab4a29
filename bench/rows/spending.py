"""Where the time goes: processor time for each request, by part of the system."""

from collections.abc import Mapping

from bench import asked
from bench.figures import Figure
from bench.load import Load, send
from bench.plan import Plan
from bench.rows.measuring import CREATED, checked
from bench.rows.selling import PRICE
from bench.spent import counting
from bench.system import Stand

REQUESTS = 4_000
SECONDS_MAX = 120.0
SHOWN_MIN = 5.0
"""Microseconds; what uses less is not listed."""


def spending(stand: Stand, plan: Plan) -> list[Figure]:
    """Count what a no-op, a free and a paid purchase take while they are answered.

    Of mails and histories this counts what is done meanwhile; the row `costs` counts all of it.
    """
    del plan
    price = {"no-op": 0.0, "free purchase": 0.0, "paid purchase": PRICE}
    figures: list[Figure] = []
    for name, euros in price.items():
        event = stand.event(places=2 * REQUESTS, price=euros)
        path = asked.NO_OP if name == "no-op" else asked.PURCHASE
        tokens = stand.crowd.tokens(REQUESTS)
        requests = asked.purchases([event["id"]], tokens, path=path, is_paid=bool(euros))
        with counting(stand.system.process.pid) as spent:
            checked(send(Load(stand.port("gateway"), requests, 256, SECONDS_MAX)), {CREATED})
        figures += _figures(name, spent)
    return figures


def _figures(name: str, spent: Mapping[str, float]) -> list[Figure]:
    each = {part: 1_000_000 * seconds / REQUESTS for part, seconds in spent.items()}
    return [
        Figure(row="spending", name=f"{name}: {part}", value=each[part], unit="µs")
        for part in sorted(each, key=lambda part: -each[part])
        if each[part] >= SHOWN_MIN
    ]
