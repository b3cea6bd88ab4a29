"""`make simulate`: what more cores and instances would give, from measured costs.

Costs are those of the row `costs` in bench/results.json (`make bench ROWS=costs`), or, without it,
those that were measured when docs/scaling.md was written. `ROWS="costs free"` measures what the
model is compared with, too.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.model import PARTS, Costs, Rush, Setup, on_sale_curve, rate_max, rush, walls
from bench.report import RESULTS

BUYERS = 1_000_000
SECONDS = 600.0
UNTIL_SECONDS = 1_800.0
ALL = 0.999
"""Slivers of requests are left in the model."""
PROVIDER_RATE = 100.0
"""Requests a second that Stripe takes from an account in live mode unless it is asked for more."""

MEASURED = Costs(
    tickets=332e-6,
    database=169e-6,
    gateway=38e-6,
    messages=31e-6,
    followers=12_006e-6,
    batch=4.8e-3,
    batch_order=583e-6,
    wal_bytes=14_213,
    source="two cores, all of it on them",
)
"""By the row `costs`, on a quiet machine whose two cores the load generator shares.

A batch's time is by the clock, and more than half of it a wait for one of them: rather too dear.
"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One line of the table."""

    name: str
    setup: Setup


SCENARIOS = (
    Scenario("2 cores, all on them", Setup(cores=2, instances=1, is_shared=True)),
    Scenario("1 instance", Setup(cores=1, instances=1)),
    Scenario("2 instances", Setup(cores=2, instances=2)),
    Scenario("4 instances", Setup(cores=4, instances=4)),
    Scenario("4 instances, bound 300", Setup(cores=4, instances=4, in_flight_max=300)),
    Scenario("8 instances", Setup(cores=8, instances=8, database_cores=8)),
    Scenario("8 instances, 50 events", Setup(cores=8, instances=8, events=50, database_cores=8)),
    Scenario(
        "4 instances, paid, provider as it comes",
        Setup(cores=4, instances=4, provider_rate=PROVIDER_RATE),
    ),
)


def costs_in(file: Path) -> Costs:
    """Return the costs that the benchmark has written, those measured before where it has none."""
    if not file.exists():
        return MEASURED
    content = json.loads(file.read_text("utf-8"))
    found = {each["name"]: each["value"] for each in content["figures"] if each["row"] == "costs"}
    if not {*PARTS, "batch", "batch_order", "wal"} <= set(found):
        return MEASURED
    seconds = {name: found[name] / 1e6 for name in (*PARTS, "batch", "batch_order")}
    machine = content["machine"]
    return Costs(
        **seconds,
        wal_bytes=found["wal"],
        source=f"{file.name}: {machine['cores']} cores, Python {machine['python']}",
    )


def measured_rate(file: Path) -> tuple[float, int] | None:
    """Return the free purchases a second that the benchmark measured, and on how many cores."""
    if not file.exists():
        return None
    content: Any = json.loads(file.read_text("utf-8"))
    rates = [each["value"] for each in content["figures"] if each["row"] == "free"]
    return (rates[0], content["machine"]["cores"]) if rates else None


def compared(costs: Costs, measured: tuple[float, int]) -> tuple[float, float]:
    """Return what the model says of the measured machine, and its error as a share."""
    rate, cores = measured
    said = rate_max(walls(Setup(cores=cores, instances=1, is_shared=True), costs))
    return said, said / rate - 1


def play(scenario: Scenario, costs: Costs) -> Rush:
    """Play the crowd of the table."""
    setup = scenario.setup
    return rush(setup, costs, on_sale_curve(BUYERS, SECONDS), until_seconds=UNTIL_SECONDS)


def row_of(scenario: Scenario, costs: Costs) -> list[str]:
    """Return one line of the table: the walls, and what a crowd would meet."""
    found = list(walls(scenario.setup, costs).items())
    (first, rate), (second, next_rate) = found[0], found[1]
    played = play(scenario, costs)
    served = f"{100 * played.served / BUYERS:.0f} %"
    is_over = played.served > ALL * BUYERS
    took = f"{played.seconds:,.0f} s" if is_over else f"{served} after {UNTIL_SECONDS:.0f} s"
    return [
        scenario.name,
        f"{rate:,.0f}/s",
        first,
        f"{second} ({next_rate:,.0f}/s)",
        took,
        f"{played.wait(0.5):.2f} s, {played.wait(0.99):.2f} s",
        f"{played.refusals / BUYERS:.1f}",
    ]


HEADINGS = (
    "",
    "at most",
    "wall",
    "the next",
    "all served after",
    "wait: half, 99 %",
    "refusals each",
)


def show(costs: Costs, console: Console, *, as_markdown: bool) -> None:
    """Print the costs and the table."""
    parts = ", ".join(f"{name} {1e6 * getattr(costs, name):.0f} µs" for name in PARTS)
    console.print(
        f"One free order ({costs.source}): {parts}; a batch keeps the row "
        f"{1e3 * costs.batch:.1f} ms and {1e6 * costs.batch_order:.0f} µs for each order; "
        f"{costs.wal_bytes:,.0f} bytes of WAL.\n",
        soft_wrap=True,
    )
    followers_seconds = costs.followers * BUYERS
    console.print(
        f"What follows keeps up on {followers_seconds / SECONDS:,.0f} cores of its own; on one it "
        f"is done after {followers_seconds / 3600:,.1f} hours.\n",
        soft_wrap=True,
    )
    rows = [row_of(scenario, costs) for scenario in SCENARIOS]
    if as_markdown:
        for row in (HEADINGS, ["---"] * len(HEADINGS), *rows):
            console.print(f"| {' | '.join(row)} |", soft_wrap=True, highlight=False)
        return
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def main(arguments: Sequence[str]) -> int:
    """Say what the model says; `--markdown` for docs/scaling.md."""
    console = Console()
    costs = costs_in(RESULTS)
    show(costs, console, as_markdown="--markdown" in arguments)
    if (measured := measured_rate(RESULTS)) is not None:
        said, error = compared(costs, measured)
        console.print(
            f"\nOn {measured[1]} cores the model says {said:,.0f}/s, measured were "
            f"{measured[0]:,.0f}/s: {100 * error:+.0f} %."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
