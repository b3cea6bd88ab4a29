"""Purchases a second on one hot event, free and paid, and over many events."""

from bench import asked
from bench.figures import Figure, against
from bench.load import Load, send
from bench.plan import Plan
from bench.provider import API_KEY, lone_provider
from bench.rows.measuring import OK, against_no_op, checked, rate
from bench.system import Stand

PRICE = 20.0


def free_rate(stand: Stand, plan: Plan, event_ids: list[int] | None = None) -> float:
    """Return how many free orders of two tickets a second distinct buyers get."""
    if event_ids is None:
        event_ids = [stand.event(places=2 * plan.requests_max)["id"]]
    tokens = stand.crowd.tokens(plan.requests_max)
    return rate(stand, plan, asked.purchases(event_ids, tokens))


def free(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure free purchases of two tickets by distinct buyers."""
    name = "free purchases, one hot event"
    return [against_no_op(stand, plan, "free", name, 0.7, lambda: free_rate(stand, plan))]


def paid(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure paid purchases, against what the provider alone gives."""
    rates, limits = list[float](), list[float]()
    with lone_provider() as port:
        for round_number in range(plan.rounds):
            charges = asked.charges(API_KEY, plan.requests_max, prefix=f"{round_number}")
            load = Load(port, charges, plan.connections, plan.seconds)
            limits.append(checked(send(load), {OK}).rate(OK))
            event = stand.event(places=2 * plan.requests_max, price=PRICE)
            tokens = stand.crowd.tokens(plan.requests_max)
            buying = asked.purchases([event["id"]], tokens, is_paid=True)
            rates.append(rate(stand, plan, buying))
    name = "paid purchases, one hot event"
    return [against("paid", name, rates, limits, "the provider alone", 0.5)]


def many(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure the same load over many events, against one hot one."""
    event_ids = [event["id"] for event in stand.events(plan.events, places=2 * plan.requests_max)]
    rates, limits = list[float](), list[float]()
    for _ in range(plan.rounds):
        limits.append(free_rate(stand, plan))
        rates.append(free_rate(stand, plan, event_ids))
    name = f"free purchases over {plan.events} events"
    return [against("many", name, rates, limits, "one hot event", 0.9)]
