"""Where the time goes: processor time for each request, by part of the system."""

import asyncio
from collections.abc import Mapping, Sequence

from bench import asked
from bench.figures import Figure
from bench.load import Load, send
from bench.plan import Plan
from bench.rows.measuring import CREATED, checked
from bench.rows.selling import PRICE
from bench.spent import counting
from bench.system import Stand
from tests.system.running import eventually

REQUESTS = 4_000
FOLLOWED_SECONDS_MAX = 600.0
SHOWN_MIN = 5.0
"""Microseconds; what uses less is not listed."""


def spending(stand: Stand, plan: Plan) -> list[Figure]:
    """Count what a no-op, a free and a paid purchase take, until their mails have left."""
    del plan
    price = {"no-op": 0.0, "free purchase": 0.0, "paid purchase": PRICE}
    figures: list[Figure] = []
    for name, euros in price.items():
        event = stand.event(places=2 * REQUESTS, price=euros)
        path = asked.NO_OP if name == "no-op" else asked.PURCHASE
        tokens = stand.crowd.tokens(REQUESTS)
        requests = asked.purchases([event["id"]], tokens, path=path, is_paid=bool(euros))
        with counting(stand.system.process.pid) as whole:
            with counting(stand.system.process.pid) as meanwhile:
                _send_all(stand, requests)
            asyncio.run(_followed_up(stand))
        figures += _figures(name, meanwhile, whole)
    return figures


def _send_all(stand: Stand, requests: Sequence[bytes]) -> None:
    checked(send(Load(stand.port("gateway"), requests, 256, FOLLOWED_SECONDS_MAX)), {CREATED})


async def _followed_up(stand: Stand) -> None:
    admin = await stand.system.demo("admin")

    async def is_quiet() -> bool:
        for service in ("tickets", "users", "notifications"):
            queues = await stand.system.expect(200, "GET", f"/{service}/queues", who=admin)
            streams = queues["inbox"]
            if streams is None or queues["outbox_waiting"]:
                return False
            if any(stream["waiting"] or stream["in_hand"] for stream in streams):
                return False
        health = await stand.system.expect(200, "GET", "/notifications/health")
        return not health["queue_length"]

    await eventually(is_quiet, FOLLOWED_SECONDS_MAX)


def _figures(name: str, meanwhile: Mapping[str, float], whole: Mapping[str, float]) -> list[Figure]:
    def microseconds(seconds: float) -> float:
        return 1_000_000 * seconds / REQUESTS

    parts = sorted(whole, key=lambda part: -whole[part])
    return [
        Figure(
            row="spending",
            name=f"{name}: {part}",
            value=microseconds(meanwhile[part]),
            unit="µs until answered",
            note=f"{microseconds(whole[part]):.0f} µs with all that follows",
        )
        for part in parts
        if microseconds(whole[part]) >= SHOWN_MIN
    ]
