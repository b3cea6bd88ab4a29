"""`python -m storm [--seed N] [--quick] [--minutes M] [--only fault,…]`."""

import argparse
import random
import sys
from collections.abc import Sequence

import uvloop
from rich.console import Console

from storm import report
from storm.disk import may_mount
from storm.engine import storm
from storm.faults import FAULTS
from storm.plan import DISK_FULL, Plan, UnknownFault, draw

SEED_MAX = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Storm; 1 where a promise or an invariant is broken or sales went on too late, 2 misused."""
    asked = _asked(arguments)
    # "kill:mailbox:" is no picture.
    console = Console(emoji=False)
    seed = random.randrange(SEED_MAX) if asked.seed is None else asked.seed  # noqa: S311 - no secret
    console.print(f"seed {seed}", highlight=False)
    only = [name for name in asked.only.replace(",", " ").split() if name]
    try:
        plan = _plan(asked, seed, only, console)
    except UnknownFault as error:
        console.print(f"unknown faults: {error}; there are {', '.join(FAULTS)}")
        return 2
    outcome = uvloop.run(
        storm(plan, lambda struck: console.print(report.line_of(struck), highlight=False))
    )
    report.show(outcome, console)
    console.print(f"report: {report.write(outcome)}", highlight=False)
    return 1 if outcome.contradictions or outcome.late() else 0


def _plan(asked: argparse.Namespace, seed: int, only: list[str], console: Console) -> Plan:
    without: list[str] = []
    if not may_mount():
        without.append(DISK_FULL)
        console.print(f"{DISK_FULL} does not strike: this user may not mount a small disk")
    return draw(seed, quick=asked.quick, minutes=asked.minutes, only=only, without=without)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m storm", description=__doc__)
    parser.add_argument("--seed", type=int, help="replays the storm of that seed")
    parser.add_argument("--quick", action="store_true", help="short strikes: some minutes in all")
    parser.add_argument("--minutes", type=float, help="how long to go on, in whole rounds")
    parser.add_argument("--only", default="", help="these faults alone, separated by commas")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
