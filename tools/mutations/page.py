"""The page that lists the mutations: written from the list, and compared with it by a test."""

from pathlib import Path

from tools.mutations import Mutation
from tools.mutations.all import BY_SUBJECT, MUTATIONS

TARGET = Path("docs/mutations.md")
HEAD = """# Guards broken on purpose

A guard that nobody would miss is none. Each of the {count} guards below is broken by `make mutations`, one at a time and in a copy of the project, as its line in `tools/mutations/` says; the tests named beside it must then fail, each of them, and pass without. `make mutations ONLY="stock-row-lock refund-lock"` tries some.

`make check` holds that each mutation still applies and that its tests are there, and that this page says what the list says; it is written by `make docs-mutations`.
"""


def page() -> str:
    """Return the page, in Markdown."""
    parts = [HEAD.format(count=len(MUTATIONS))]
    for subject, mutations in BY_SUBJECT.items():
        parts.append(f"## {subject}\n")
        parts.append("| mutation | the guard | where | tests that fail without it |")
        parts.append("| --- | --- | --- | --- |")
        parts += [_row(mutation) for mutation in mutations]
        parts.append("")
    return "\n".join(parts)


def _row(mutation: Mutation) -> str:
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in mutation.tests)
    where = mutation.file.removeprefix("src/guichet/")
    return f"| {mutation.name} | {mutation.guard} | `{where}` | {tests} |"
