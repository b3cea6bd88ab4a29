"""`python -m bench [--quick] [row …]`: start a system, measure, check that nothing is lost."""

import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console

from bench import report
from bench.figures import Figure
from bench.plan import FULL, QUICK, Plan
from bench.rows import (
    costs,
    door,
    growth,
    holding,
    overload,
    oversell,
    reading,
    selling,
    spending,
    whole,
)
from bench.system import Stand, running_stand

Row = Callable[[Stand, Plan], list[Figure]]

ON_ONE_SYSTEM: dict[str, Row] = {
    # First, while no mails of others are under way.
    "spending": spending.spending,
    "costs": costs.costs,
    "free": selling.free,
    "paid": selling.paid,
    "holds": holding.holds,
    "admissions": door.admissions,
    "read": reading.catalogue,
    "oversell": oversell.rush,
    "many": selling.many,
    "overload": overload.overload,
    "logins": overload.logins,
}
TWO_INSTANCES = {"GUICHET_LOCAL_REPLICAS": "tickets=2"}
AT_ONCE = (1, 2, 3, 4, 5, 6, 8, 9, 12)
"""Invariants that hold the moment a row has ended; the others wait for mails and histories."""
SETTLED_SECONDS_MAX = 30.0
UNCHECKED = {"growth", "whole"}
"""The orders of the one are made up, the other sells nothing."""
LONG = ("growth", "costs", "spending")
"""Left out of a quick run unless they are named."""


def main(arguments: Sequence[str]) -> int:
    """Measure the rows that are named, or all; 1 where an invariant or a goal is missed."""
    is_quick = "--quick" in arguments
    plan = QUICK if is_quick else FULL
    named = [name for name in arguments if not name.startswith("-")]
    known = [*ON_ONE_SYSTEM, "replicas", "oversell-kill", "growth", "whole"]
    if unknown := set(named) - set(known):
        print(f"unknown rows: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    wanted = named or [name for name in known if not (is_quick and name in LONG)]
    console = Console()
    figures: list[Figure] = []
    broken: list[str] = []
    shared = {name: row for name, row in ON_ONE_SYSTEM.items() if name in wanted}
    if shared:
        with running_stand() as stand:
            for name, row in shared.items():
                _measure(name, lambda row=row: row(stand, plan), figures, console)
                broken += stand.contradictions(AT_ONCE, SETTLED_SECONDS_MAX)
    if "replicas" in wanted:
        with running_stand() as one, running_stand(TWO_INSTANCES) as two:
            _measure("replicas", lambda: whole.replicas(one, two, plan), figures, console)
            for stand in (one, two):
                broken += stand.contradictions(AT_ONCE, SETTLED_SECONDS_MAX)
    if "oversell-kill" in wanted:
        with running_stand(TWO_INSTANCES) as stand:
            _measure(
                "oversell-kill", lambda: oversell.rush_with_a_kill(stand, plan), figures, console
            )
            broken += stand.contradictions(AT_ONCE, SETTLED_SECONDS_MAX)
    if "growth" in wanted:
        with running_stand() as stand:
            _measure("growth", lambda: growth.growth(stand, plan), figures, console)
    if "whole" in wanted:
        _measure("whole", lambda: whole.start_and_memory(plan), figures, console)
    console.print()
    report.show(figures, console)
    report.write(figures, is_quick=is_quick)
    for contradiction in broken:
        console.print(f"[red]✗[/red] {contradiction}", highlight=False)
    if not broken and (checked := [name for name in wanted if name not in UNCHECKED]):
        console.print(f"Invariants checked after {', '.join(checked)}: all hold.")
    return 1 if broken else 0


def _measure(
    name: str, row: Callable[[], list[Figure]], figures: list[Figure], console: Console
) -> None:
    began = time.monotonic()
    console.print(f"{name} …", end=" ")
    found = row()
    figures += found
    for figure in found:
        ratio = "" if figure.ratio is None else f" ({figure.ratio:.2f} × {figure.limit_name})"
        console.print(f"{figure.value:,.1f} {figure.unit}{ratio}", end="; ", highlight=False)
    console.print(f"[dim]{time.monotonic() - began:.0f} s[/dim]")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
