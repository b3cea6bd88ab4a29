"""Break guards on purpose: `python -m tools.mutations [NAME …]`, or `--page` to write the list.

Ends with 1 where a named test did not notice, or failed without any guard being broken.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.mutations import ROOT, Mutation
from tools.mutations.all import MUTATIONS
from tools.mutations.page import TARGET, page
from tools.mutations.trial import Trial


def chosen(names: Sequence[str]) -> list[Mutation]:
    """Return the mutations of these names, all of them for none; SystemExit for an unknown one."""
    unknown = set(names) - {mutation.name for mutation in MUTATIONS}
    if unknown:
        raise SystemExit(f"no such mutation: {', '.join(sorted(unknown))}")
    return [mutation for mutation in MUTATIONS if not names or mutation.name in names]


def tried(trial: Trial, mutation: Mutation) -> bool:
    """Break one guard and print what came of it; return whether every named test noticed."""
    began = time.monotonic()
    verdict = trial.break_guard(mutation)
    word = "survived" if verdict.silent else "noticed"
    print(f"{word:8}  {mutation.name:32} {time.monotonic() - began:4.0f} s", flush=True)
    for test in mutation.tests:
        print(f"            {'green' if test in verdict.silent else 'red  '}  {test}", flush=True)
    return not verdict.silent


def main(arguments: Sequence[str]) -> int:
    """Try the mutations; return a command's exit status."""
    if arguments == ["--page"]:
        (ROOT / TARGET).write_text(page(), "utf-8")
        return 0
    wanted = chosen(arguments)
    with tempfile.TemporaryDirectory(prefix="guichet-mutations-") as folder:
        trial = Trial(Path(folder))
        trial.make_copy()
        whole = trial.run(sorted({test for mutation in wanted for test in mutation.tests}))
        if whole.failed:
            print(f"red without any mutation: {', '.join(sorted(whole.failed))}\n{whole.output}")
            return 1
        survived = [mutation.name for mutation in wanted if not tried(trial, mutation)]
    if survived:
        print(f"\n{len(survived)} of {len(wanted)} survived: {', '.join(survived)}")
        return 1
    print(f"\nEach of {len(wanted)} broken guards was noticed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
