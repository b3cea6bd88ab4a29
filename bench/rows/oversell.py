"""A rush on fewer tickets than buyers: exactly as many are sold, and everybody is told."""

import time

from bench import asked, database
from bench.figures import Figure
from bench.load import Load, Loading, Outcome, send
from bench.plan import Plan
from bench.rows.measuring import CREATED, Unexpected
from bench.system import Stand

CONFLICT = 409
ANSWERED = {CREATED, CONFLICT}
QUANTITIES = (1, 2, 1, 1)
CONNECTIONS = 1_000
SECONDS_MAX = 120.0
ASK_AGAIN_MAX = 20
KILL_AFTER_SECONDS = 1.0


def rush(stand: Stand, plan: Plan) -> list[Figure]:
    """Send twice as many buyers as there are tickets, at once."""
    event = stand.event(places=plan.rush_places)
    requests = _requests(stand, plan, event["id"])
    outcome = send(Load(stand.port("gateway"), requests, CONNECTIONS, SECONDS_MAX))
    others = {s: n for s, n in outcome.statuses.items() if s not in ANSWERED}
    return _figures(stand, plan, event["id"], outcome, "oversell", f"others: {others or 'none'}")


def rush_with_a_kill(stand: Stand, plan: Plan) -> list[Figure]:
    """Do the same while one of two instances is killed; who got no answer asks again."""
    event = stand.event(places=plan.rush_places)
    requests = _requests(stand, plan, event["id"])
    loading = Loading(Load(stand.port("gateway"), requests, CONNECTIONS, SECONDS_MAX))
    time.sleep(KILL_AFTER_SECONDS)
    stand.system.kill("tickets-2")
    outcome = loading.outcome()
    unanswered = _unanswered(outcome, requests)
    first = len(unanswered)
    for _ in range(ASK_AGAIN_MAX):
        if not unanswered:
            break
        time.sleep(0.5)
        again = send(Load(stand.port("gateway"), unanswered, 64, SECONDS_MAX))
        unanswered = _unanswered(again, unanswered)
    if unanswered:
        raise Unexpected(f"{len(unanswered)} buyers never got an answer")
    note = f"{first} of {len(requests)} asked again under their key"
    return _figures(stand, plan, event["id"], outcome, "oversell-kill", note)


def _requests(stand: Stand, plan: Plan, event_id: int) -> list[bytes]:
    tokens = stand.crowd.tokens(2 * plan.rush_places)
    return asked.purchases([event_id], tokens, quantities=QUANTITIES)


def _unanswered(outcome: Outcome, requests: list[bytes]) -> list[bytes]:
    answered = {
        number
        for number, status in zip(outcome.numbers, outcome.answered, strict=True)
        if status in ANSWERED
    }
    return [sent for number, sent in enumerate(requests) if number not in answered]


def _figures(
    stand: Stand, plan: Plan, event_id: int, outcome: Outcome, row: str, note: str
) -> list[Figure]:
    counted, live = database.sold(stand, event_id)
    is_exact = counted == live == plan.rush_places
    is_calm = row != "oversell" or set(outcome.statuses) <= ANSWERED
    late = outcome.percentile(0.99) / 1000
    return [
        Figure(
            row=row,
            name=f"tickets sold of {plan.rush_places}, {2 * plan.rush_places} buyers",
            value=live,
            unit="",
            goal=f"exactly {plan.rush_places}, no error",
            is_met=is_exact and is_calm,
            note=note,
        ),
        Figure(
            row=row,
            name=f"p99 of their answers, {CONNECTIONS} at a time",
            value=late,
            unit="s",
            goal="< 2 s",
            is_met=late < 2,  # noqa: PLR2004 - the goal
        ),
    ]
