"""Reads of the catalogue, against a file of that size."""

from pathlib import Path

from bench.figures import Figure, against
from bench.load import Load, send
from bench.plan import Plan
from bench.requests import request
from bench.rows.measuring import OK, checked
from bench.system import Stand

PAGES = {"list": "/api/v1/events?per_page=20", "event": "/api/v1/events/{event_id}"}


def catalogue(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure the list and one event's page, each beside a static file with the same bytes."""
    event = stand.event(places=100)
    found: list[Figure] = []
    for name, path in PAGES.items():
        address = path.format(event_id=event["id"])
        page = _bytes_at(stand, "gateway", address)
        file = f"/assets/bench-{name}.json"
        (Path(stand.settings["GUICHET_GATEWAY_WEB_FOLDER"]) / file[1:]).write_bytes(page)
        rates, limits = list[float](), list[float]()
        for _ in range(plan.rounds):
            limits.append(_rate(stand, plan, "load_balancer", file))
            rates.append(_rate(stand, plan, "gateway", address))
        title = f"catalogue reads: {name} ({len(page)} bytes)"
        found.append(against(f"read-{name}", title, rates, limits, "static file", 0.5))
    return found


def _rate(stand: Stand, plan: Plan, listener: str, path: str) -> float:
    load = Load(
        stand.port(listener), [request("GET", path)], plan.connections, plan.seconds, repeat=True
    )
    return checked(send(load), {OK}).rate(OK)


def _bytes_at(stand: Stand, listener: str, path: str) -> bytes:
    load = Load(stand.port(listener), [request("GET", path)], 1, 5.0, keep_bodies=True)
    return checked(send(load), {OK}).bodies[0]
