"""What one free purchase costs, part by part: what `make simulate` reckons with.

Processor time is counted by the kernel, so that a busy machine hardly disturbs it. How long a batch
keeps the row is a time by the clock, and best measured on a quiet one.
"""

import asyncio
import time
import urllib.request
from dataclasses import dataclass

import asyncpg

from bench import asked
from bench.figures import Figure
from bench.load import Load, Outcome, send
from bench.model import FOLLOWERS, PARTS, SALE
from bench.plan import Plan
from bench.rows.measuring import CREATED, checked, settled
from bench.spent import seconds_by_part
from bench.system import Stand

FEW, MANY = 2, 256
"""Connections of a lone buyer's batches, and of a crowd's."""
IDLE_SECONDS = 8.0
_GROUPS = {
    "tickets": "tickets",
    "nginx": "gateway",
    "nats-server": "messages",
    "postgres for tickets": "database",
    "postgres itself": "database",
}


@dataclass(frozen=True, slots=True)
class Batches:
    """What the places writer of tickets has written so far."""

    count: float
    orders: float
    seconds: float

    def since(self, before: "Batches") -> "Batches":
        """Return what has been written since then."""
        return Batches(
            self.count - before.count, self.orders - before.orders, self.seconds - before.seconds
        )


def costs(stand: Stand, plan: Plan) -> list[Figure]:
    """Measure a crowd's purchases, then a few buyers' for the smallest batches."""
    # What another row has left to be done is nobody's idleness.
    _settled(stand)
    idle = _idle(stand)
    wal_before, before, first = _wal_bytes(stand), _spent(stand), _batches(stand)
    began = time.monotonic()
    crowd = _sell(stand, plan, MANY)
    sold_seconds, sold = time.monotonic() - began, _spent(stand)
    crowded = _batches(stand).since(first)
    spent = _settled(stand)
    seconds = time.monotonic() - began
    wal = _wal_bytes(stand) - wal_before
    second = _batches(stand)
    _sell(stand, plan, FEW)
    alone = _batches(stand).since(second)
    orders = crowd.statuses[CREATED]
    # What tickets and its database do once the sale is over, they do for mails and histories.
    sale = {part: sold[part] - before[part] - idle[part] * sold_seconds for part in SALE}
    whole = sum(spent[part] - before[part] - idle[part] * seconds for part in PARTS)
    each_part = {**sale, FOLLOWERS: whole - sum(sale.values())}
    figures = [
        Figure("costs", part, 1e6 * max(0.0, each_part[part]) / orders, "µs") for part in PARTS
    ]
    fixed, each = _line(alone, crowded)
    rate = crowd.rate(CREATED)
    return [
        *figures,
        Figure(
            "costs",
            "batch",
            1e6 * fixed,
            "µs",
            note=f"{crowded.orders / crowded.count:.0f} orders a batch",
        ),
        Figure("costs", "batch_order", 1e6 * each, "µs"),
        Figure("costs", "wal", wal / orders, "bytes"),
        Figure("costs", "rate", rate, "/s", note="while it was measured"),
    ]


def _line(alone: Batches, crowded: Batches) -> tuple[float, float]:
    """Return how long a batch takes without orders, and each order of it: a line through two."""
    sizes = alone.orders / alone.count, crowded.orders / crowded.count
    seconds = alone.seconds / alone.count, crowded.seconds / crowded.count
    each = max(0.0, (seconds[1] - seconds[0]) / (sizes[1] - sizes[0]))
    return max(0.0, seconds[0] - each * sizes[0]), each


def _sell(stand: Stand, plan: Plan, connections: int) -> Outcome:
    event = stand.event(places=2 * plan.requests_max)
    requests = asked.purchases([event["id"]], stand.crowd.tokens(plan.requests_max))
    return checked(
        send(Load(stand.port("gateway"), requests, connections, plan.seconds)), {CREATED}
    )


def _idle(stand: Stand) -> dict[str, float]:
    """Return what each part spends in a second, in seconds, while nobody buys."""
    before = _spent(stand)
    time.sleep(IDLE_SECONDS)
    after = _spent(stand)
    return {part: (after[part] - before[part]) / IDLE_SECONDS for part in PARTS}


def _settled(stand: Stand) -> dict[str, float]:
    """Return what was spent once mails and histories are done, which come after the sale."""
    settled(stand)
    return _spent(stand)


def _spent(stand: Stand) -> dict[str, float]:
    """Return the processor time of each part of the system so far, in seconds."""
    found: dict[str, float] = dict.fromkeys(PARTS, 0.0)
    for part, seconds in seconds_by_part(stand.system.process.pid).items():
        found[_GROUPS.get(part, FOLLOWERS)] += seconds
    return found


def _batches(stand: Stand) -> Batches:
    address = f"http://127.0.0.1:{stand.port('tickets')}/metrics"
    with urllib.request.urlopen(address, timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    values = {
        name: float(value)
        for name, _, value in (line.partition('{writer="places"} ') for line in lines)
        if value
    }
    return Batches(
        values["guichet_batch_requests_count"],
        values["guichet_batch_requests_sum"],
        values["guichet_batch_write_seconds_sum"],
    )


def _wal_bytes(stand: Stand) -> float:
    async def ask() -> float:
        connection = await asyncpg.connect(stand.dsn("tickets"))
        try:
            return float(await connection.fetchval("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))
        finally:
            await connection.close()

    return asyncio.run(ask())
