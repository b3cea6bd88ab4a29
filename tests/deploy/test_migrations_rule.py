"""Expand, then contract: a migration leaves the release before it able to go on.

While a release rolls out, instances of the one before still run on the migrated database. So what
takes something away, renames it or makes it stricter waits until no running code knows of it any
more, and says since when: `CONTRACT_AFTER = "0.2.0"` at the top of the migration.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.repository_files import ROOT

CALLS = {"drop_column", "drop_table", "rename_table"}
STATEMENTS = re.compile(
    r"\bDROP\s+(TABLE|COLUMN|VIEW)\b|\bRENAME\b|\bSET\s+NOT\s+NULL\b|\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\b",
    re.IGNORECASE,
)
MIGRATIONS = sorted((ROOT / "src" / "guichet").glob("*/migrations/versions/*.py"))


def contractions(source: str) -> list[str]:
    """Return what a migration takes away, unless it says since when nobody needs it."""
    tree = ast.parse(source)
    if re.search(r"^CONTRACT_AFTER = \"\d+\.\d+\.\d+\"", source, re.MULTILINE):
        return []
    found: list[str] = []
    for part in tree.body:
        if isinstance(part, ast.FunctionDef) and part.name == "downgrade":
            continue
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found += _of_call(node.func.attr, node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [hit[0] for hit in STATEMENTS.finditer(node.value)]
    return found


def _of_call(name: str, call: ast.Call) -> list[str]:
    if name in CALLS:
        return [name]
    if name != "alter_column":
        return []
    changes = {keyword.arg: keyword.value for keyword in call.keywords}
    nullable = changes.get("nullable")
    is_stricter = isinstance(nullable, ast.Constant) and nullable.value is False
    return [name] if is_stricter or {"new_column_name", "type_"} & set(changes) else []


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: f"{file.parts[-4]}-{file.stem}")
def test_a_migration_takes_nothing_away_that_running_code_may_need(file: Path) -> None:
    assert contractions(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_column("orders", "total")',
        'op.execute("ALTER TABLE orders RENAME total TO sum")',
        'op.execute("ALTER TABLE orders ALTER COLUMN total SET NOT NULL")',
        'op.alter_column("orders", "total", nullable=False)',
        'op.alter_column("orders", "total", new_column_name="sum")',
    ],
)
def test_what_takes_away_is_noticed(line: str) -> None:
    upgrade = f"def upgrade() -> None:\n    {line}\n"
    assert contractions(upgrade)
    assert not contractions(f'CONTRACT_AFTER = "0.2.0"\n{upgrade}')
    assert not contractions(upgrade.replace("upgrade", "downgrade"))


def test_what_adds_or_relaxes_is_free() -> None:
    free = 'op.add_column("orders", x)\n    op.alter_column("orders", "total", nullable=True)'
    assert not contractions(f"def upgrade() -> None:\n    {free}\n")
