"""Admissions at the door."""

from bench import asked, database
from bench.figures import Figure
from bench.load import Load, send
from bench.plan import Plan
from bench.rows.measuring import CREATED, OK, against_no_op, checked, rate
from bench.system import Stand

OPERATORS = 20
TICKETS_EACH = 10


def admissions(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure first scans of valid tickets by some operators at once."""
    wanted = plan.rounds * plan.requests_max
    buyers = -(-wanted // TICKETS_EACH)
    event = stand.event(places=wanted + TICKETS_EACH)
    requests = asked.purchases(
        [event["id"]], stand.crowd.tokens(buyers), quantities=(TICKETS_EACH,)
    )
    checked(send(Load(stand.port("gateway"), requests, plan.connections, 600.0)), {CREATED})
    codes = database.scan_codes(stand, event["id"])
    operators = stand.crowd.tokens(OPERATORS, role="operator")

    def measure() -> float:
        mine = [codes.pop() for _ in range(min(plan.requests_max, len(codes)))]
        return rate(stand, plan, asked.admissions(event["id"], mine, operators), OK)

    name = "tickets admitted once"
    return [against_no_op(stand, plan, "admissions", name, 0.7, measure)]
