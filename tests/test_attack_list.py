"""The list of attacks names tests that exist, and every attack test stands in it."""

import ast
import re

from tests.repository_files import ROOT

LIST = (ROOT / "docs" / "attacks.md").read_text("utf-8")
NAMED = set(re.findall(r"`([\w/]+\.py)::(\w+)`", LIST))


def names_in(file: str) -> set[str]:
    """Return the names of the tests of a file below tests/."""
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED) > 60
    missing = [f"{file}::{name}" for file, name in sorted(NAMED) if name not in names_in(file)]
    assert not missing, "\n".join(missing)


def test_every_attack_test_is_named() -> None:
    files = [file.name for file in (ROOT / "tests" / "system").glob("test_attack_*.py")]
    assert len(files) == 6
    tests = {(f"system/{file}", name) for file in files for name in names_in(f"system/{file}")}
    assert not tests - NAMED


def test_every_line_has_its_test_or_a_word() -> None:
    rows = [line for line in LIST.splitlines() if line.startswith("| ") and "→" in line]
    rows = [row for row in rows if not row.startswith("| attack")]
    assert len(rows) > 30
    assert not [row for row in rows if "::test_" not in row and "| none |" not in row]
