"""The report: each invariant with its verdict, in French or English."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.console import Console

from guichet.kernel.problems import Language
from guichet.verify.contradictions import Looks
from guichet.verify.invariants import INVARIANTS, Invariant, is_there
from guichet.verify.sources import Sources

LOOK_AGAIN_SECONDS = 1.0
LASTING_SECONDS = 10.0
"""Longer than any step of work under way takes."""
EXAMPLES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; `contradictions` is None where a source that it needs is absent."""

    invariant: Invariant
    contradictions: tuple[str, ...] | None

    @property
    def is_red(self) -> bool:
        """Whether the invariant does not hold."""
        return bool(self.contradictions)


async def judge(
    sources: Sources, *, wait_seconds: float = 0.0, numbers: Collection[int] | None = None
) -> list[Verdict]:
    """Check every invariant, or those of these `numbers`.

    What contradicts is looked at again until a look finds nothing or the wait is over: red is then
    what has contradicted for `LASTING_SECONDS`, or for the whole wait where that is shorter, and
    what no time would end.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + wait_seconds
    wanted = [each for each in INVARIANTS if numbers is None or each.number in numbers]
    looks = {
        invariant: Looks(await invariant.check(sources), clock())
        for invariant in wanted
        if is_there(sources, invariant.needs)
    }
    first = clock()
    while (again := [each for each in looks if not looks[each].is_clean]) and clock() < deadline:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        for invariant in again:
            looks[invariant].add(await invariant.check(sources), clock())
    since = max(first, clock() - LASTING_SECONDS)
    return [
        Verdict(invariant, looks[invariant].wrong(since) if invariant in looks else None)
        for invariant in wanted
    ]


def show(verdicts: Sequence[Verdict], language: Language, console: Console) -> None:
    """Print the verdicts, with some of what contradicts the red ones."""
    for verdict in verdicts:
        sentence = verdict.invariant.fr if language == "fr" else verdict.invariant.en
        if verdict.contradictions is None:
            absent = "sans objet ici" if language == "fr" else "does not apply here"
            console.print(f"[dim]–  {verdict.invariant.number:>2}  {sentence} ({absent})[/dim]")
            continue
        mark = "[red]✗[/red]" if verdict.is_red else "[green]✓[/green]"
        console.print(f"{mark}  {verdict.invariant.number:>2}  {sentence}")
        for contradiction in verdict.contradictions[:EXAMPLES_SHOWN]:
            console.print(f"       {contradiction}", highlight=False, markup=False)
        if (more := len(verdict.contradictions) - EXAMPLES_SHOWN) > 0:
            console.print(f"       … +{more}")
