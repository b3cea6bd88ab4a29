"""The table on the screen, and the same as JSON with the machine that it was measured on."""

import json
import os
import platform
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import Figure

RESULTS = Path(__file__).parent / "results.json"


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print each figure beside its limit and its goal."""
    table = Table(box=None, pad_edge=False)
    for heading in ("figure", "value", "limit", "ratio", "goal", ""):
        table.add_column(heading, justify="right" if heading in {"value", "limit"} else "left")
    for figure in figures:
        table.add_row(
            figure.name,
            _number(figure.value, figure.unit),
            "" if figure.limit is None else f"{_number(figure.limit, '')} {figure.limit_name}",
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.goal,
            {True: "[green]✓[/green]", False: "[red]✗[/red]", None: ""}[figure.is_met],
        )
        if figure.note:
            table.add_row(f"  [dim]{figure.note}[/dim]")
    console.print(table)


def write(figures: Sequence[Figure], *, is_quick: bool, file: Path = RESULTS) -> None:
    """Write the figures, replacing those of the same rows and keeping the others."""
    rows = {figure.row for figure in figures}
    kept: list[Any] = []
    if file.exists():
        kept = [each for each in json.loads(file.read_text())["figures"] if each["row"] not in rows]
    fresh = [
        {**asdict(figure), "ratio": figure.ratio, "is_quick": is_quick, "measured_at": _now()}
        for figure in figures
    ]
    content = {"machine": machine(), "figures": [*kept, *fresh]}
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processors, kernel, interpreter and how it was built."""
    flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
    return {
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "profile_guided": "--enable-optimizations" in flags,
        "build_flags": flags,
    }


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 - digits that matter
    return f"{text} {unit}".strip()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
