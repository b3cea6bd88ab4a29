"""What struck, what was seen, how long sales were interrupted: on the screen and as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from storm.engine import FOLDER, RECOVERY_SECONDS_MAX, Outcome, Struck

SHOWN_MAX = 20


def line_of(struck: Struck) -> str:
    """Return one strike as it is shown while the storm goes on."""
    recovery = "never" if struck.recovery_seconds is None else f"{struck.recovery_seconds:.1f} s"
    return (
        f"{struck.at_seconds:6.1f} s  {' + '.join(struck.strike.faults)}:"
        f" no sales for {struck.interruption_seconds:.1f} s,"
        f" sales {recovery} after its end  {answers(struck.statuses)}"
    )


def answers(statuses: Mapping[int, int]) -> str:
    """Return how many answers of which status; 0 is none at all."""
    return " ".join(f"{status}×{count}" for status, count in sorted(statuses.items()))


def show(outcome: Outcome, console: Console) -> None:
    """Print the table, what the clients did, and each verdict."""
    table = Table(title=f"storm, seed {outcome.plan.seed}")
    for heading in ("struck", "for", "no sales for", "sales after", "answers"):
        table.add_column(heading, justify="left" if heading in {"struck", "answers"} else "right")
    for each in outcome.struck:
        seconds = each.recovery_seconds
        is_late = seconds is None or seconds > RECOVERY_SECONDS_MAX
        shown = "never" if seconds is None else f"{seconds:.1f} s"
        table.add_row(
            "\n".join(each.strike.faults),
            f"{each.lasted_seconds:.1f} s",
            f"{each.interruption_seconds:.1f} s",
            f"[red]{shown}[/red]" if is_late else shown,
            answers(each.statuses),
        )
    console.print(table)
    for kind, counted in outcome.done.items():
        parts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counted.items()))
        console.print(f"{kind}: {parts}", highlight=False)
    for number, sentence, contradictions in outcome.invariants:
        mark = "[red]✗[/red]" if contradictions else "[green]✓[/green]"
        console.print(f"{mark}  {number:>2}  {sentence}", highlight=False)
    found = outcome.contradictions
    for each in found[:SHOWN_MAX]:
        console.print(f"[red]✗[/red] {each}", highlight=False)
    if len(found) > SHOWN_MAX:
        console.print(f"… +{len(found) - SHOWN_MAX}")
    if not outcome.broken_promises:
        console.print("[green]✓[/green]      every promise to a client was kept")
    if outcome.logs is not None:
        console.print(f"logs: {outcome.logs}", highlight=False)
    console.print(f"calm after {outcome.calm_seconds:.0f} s, {outcome.seconds:.0f} s in all")


def content_of(outcome: Outcome) -> dict[str, Any]:
    """Return the whole report as it is stored."""
    return {
        "seed": outcome.plan.seed,
        "seconds": round(outcome.seconds, 1),
        "calm_seconds": round(outcome.calm_seconds, 1),
        "struck": [
            {
                "faults": list(each.strike.faults),
                "at_seconds": round(each.at_seconds, 1),
                "lasted_seconds": round(each.lasted_seconds, 1),
                "interruption_seconds": round(each.interruption_seconds, 2),
                "recovery_seconds": None
                if each.recovery_seconds is None
                else round(each.recovery_seconds, 2),
                "answers": {str(status): count for status, count in sorted(each.statuses.items())},
            }
            for each in outcome.struck
        ],
        "clients": {kind: dict(counted) for kind, counted in outcome.done.items()},
        "broken_promises": outcome.broken_promises,
        "invariants": [
            {"number": number, "sentence": sentence, "contradictions": contradictions}
            for number, sentence, contradictions in outcome.invariants
        ],
    }


def write(outcome: Outcome) -> Path:
    """Store the report beside the code; returns where."""
    file = FOLDER / f"report-{outcome.plan.seed}.json"
    file.write_text(json.dumps(content_of(outcome), indent=2, ensure_ascii=False) + "\n")
    return file
