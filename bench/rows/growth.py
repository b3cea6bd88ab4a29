"""With a million orders in the tables: as fast as without."""

import time

from bench.database import fetch, run_as_owner
from bench.figures import Figure, median
from bench.filling import Filled, fill
from bench.load import Load, send
from bench.plan import Plan
from bench.requests import request
from bench.rows.measuring import OK, checked, settled
from bench.rows.selling import free_rate
from bench.system import Stand

PLACES_MAX = 1_000_000
"""An event has no more places; half of the orders, of two tickets each, take fewer."""
LATE_MAX = 50
LIST_SECONDS = 2.0
SETTLE_SECONDS_MAX = 600.0
_GIVE_UP = "UPDATE deliveries SET expires_at = now() WHERE status = 'waiting'"
_DUE = "SELECT 1 FROM deliveries WHERE status = 'waiting' AND next_attempt_at <= now() LIMIT 1"
_TICKETS = "/api/v1/tickets"
_LISTS: dict[str, tuple[str, ...]] = {
    "admin": (
        f"{_TICKETS}/orders",
        f"{_TICKETS}/orders?page=100&per_page=100",
        f"{_TICKETS}/orders?status=failed",
        f"{_TICKETS}/orders?status=pending",
        f"{_TICKETS}/orders?needs_attention=true",
        f"{_TICKETS}/orders?q=example.com",
        f"{_TICKETS}/orders?q={{buyer_email}}",
        f"{_TICKETS}/orders?q=nobody.at.all",
        f"{_TICKETS}/orders?event_id={{hot_event_id}}",
        f"{_TICKETS}/orders?event_id={{small_event_id}}&status=failed",
        f"{_TICKETS}/admin/tickets",
        f"{_TICKETS}/admin/tickets?status=cancelled",
        f"{_TICKETS}/admin/tickets?q={{buyer_email}}",
        f"{_TICKETS}?event_id={{hot_event_id}}&page=40",
        f"{_TICKETS}/events/{{hot_event_id}}/attendees",
        f"{_TICKETS}/events/{{hot_event_id}}/attendees?status=used",
        f"{_TICKETS}/events/{{hot_event_id}}/attendees?q={{buyer_email}}",
        f"{_TICKETS}/events/{{hot_event_id}}/figures",
        f"{_TICKETS}/user/{{buyer_id}}",
        f"{_TICKETS}/payments",
        f"{_TICKETS}/payments?status=failed",
        f"{_TICKETS}/payments?q={{buyer_email}}",
        f"{_TICKETS}/overview",
        f"{_TICKETS}/audit",
        f"{_TICKETS}/audit?action=order.cancelled",
        f"{_TICKETS}/dead-letters",
        "/api/v1/users",
        "/api/v1/users?q={buyer_email}",
        "/api/v1/auth/accounts",
        "/api/v1/auth/accounts?q={buyer_email}",
        "/api/v1/auth/accounts?role=admin",
        "/api/v1/notifications/deliveries",
        "/api/v1/notifications/deliveries?status=failed",
        "/api/v1/notifications/deliveries?q={buyer_email}",
        "/api/v1/events",
    ),
    "event_creator": (
        f"{_TICKETS}/orders",
        f"{_TICKETS}/orders?status=failed",
        f"{_TICKETS}/orders?q={{buyer_email}}",
        f"{_TICKETS}",
        f"{_TICKETS}/overview",
    ),
    "user": ("/api/v1/users/me/purchases", "/api/v1/notifications/inbox"),
}


def growth(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure purchases, fill the tables, measure again; then the lists that people open."""
    empty = median([free_rate(stand, plan) for _ in range(plan.rounds)])
    event = stand.event(places=min(2 * plan.grown_orders + 10, PLACES_MAX))
    filled = fill(stand, plan.grown_orders, event)
    full = median([free_rate(stand, plan) for _ in range(plan.rounds)])
    found = [
        Figure(
            row="growth",
            name=f"free purchases with {plan.grown_orders:,} orders stored",
            value=full,
            unit="/s",
            goal="≥ 0.9 × empty",
            is_met=full >= 0.9 * empty,
            limit=empty,
            limit_name="empty",
        )
    ]
    # Lists are opened by few, one after another: not while the mails of that sale are made.
    beside = "" if _mails_are_over(stand) else ", while mails were made"
    for role, paths in _LISTS.items():
        found += [_late(stand, filled, role, path, beside) for path in paths]
    return found


def _mails_are_over(stand: Stand) -> bool:
    """Wait until histories are written and no mail is due; False where that takes too long.

    The mails of so long a sale would take longer than the row: the service gives them up as it
    gives up a link that would come too late.
    """
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < deadline:
        run_as_owner(stand, "notifications", [_GIVE_UP])
        # A busy machine lets so little be done that the system may look idle.
        if settled(stand, deadline - time.monotonic()) and not fetch(stand, "notifications", _DUE):
            return True
    return False


def _late(stand: Stand, filled: Filled, role: str, path: str, beside: str) -> Figure:
    """Ask for a list one request after another, as the person it is for."""
    whose = {"event_creator": filled.organiser_id, "user": filled.buyer_id}.get(role, 0)
    address = path.format(
        hot_event_id=filled.hot_event_id,
        small_event_id=filled.small_event_id,
        buyer_id=filled.buyer_id,
        buyer_email=filled.buyer_email,
    )
    # Auth looks at the session, too, so its own administrator has to be signed in.
    token = stand.token_of_admin() if role == "admin" else stand.crowd.token_of(whose, role)
    asked = request("GET", address, token=token)
    # What is counted once for all who look is counted now.
    checked(send(Load(stand.port("gateway"), [asked], 1, 0.5, repeat=True)), {OK})
    load = Load(stand.port("gateway"), [asked], 1, LIST_SECONDS, repeat=True)
    answers = checked(send(load), {OK})
    late = answers.percentile(0.95)
    return Figure(
        row="growth",
        name=f"p95 of {path.removeprefix('/api/v1')}, {role}",
        value=late,
        unit="ms",
        goal="≤ 50 ms",
        is_met=late <= LATE_MAX,
        note=f"median {answers.percentile(0.5):.1f} ms{beside}",
    )
