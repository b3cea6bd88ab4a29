"""The list of guards broken on purpose stays true; `make mutations` breaks them."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.repository_files import ROOT
from tools.mutations import Mutation
from tools.mutations.all import MUTATIONS
from tools.mutations.page import TARGET, page
from tools.mutations.trial import Trial

GUARDS_MIN = 25


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_applies_and_its_tests_are_there(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text("utf-8")
    found = text.count(mutation.good)
    assert found == 1, (
        f"{mutation.file} holds the guard {mutation.name} {found} times;"
        " where it changed, change its line in tools/mutations/ and try it with"
        f' make mutations ONLY="{mutation.name}"'
    )
    assert mutation.broken != mutation.good
    assert mutation.tests
    for test in mutation.tests:
        file, _, name = test.partition("::")
        assert name in functions_of(file), f"{test} is not there"


def test_names_are_different_and_the_guards_many() -> None:
    names = Counter(mutation.name for mutation in MUTATIONS)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) >= GUARDS_MIN


def test_the_page_says_what_the_list_says() -> None:
    assert (ROOT / TARGET).read_text("utf-8") == page(), "renew it with `make docs-mutations`"


def a_trial(folder: Path) -> Trial:
    """A project of one rule and one test of it."""
    (folder / "rule.py").write_text("def allowed(age: int) -> bool:\n    return age >= 18\n")
    (folder / "test_rule.py").write_text(
        "from rule import allowed\n\n\ndef test_child() -> None:\n    assert not allowed(17)\n\n\n"
        "def test_adult() -> None:\n    assert allowed(18)\n"
    )
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    return Trial(folder)


def test_a_broken_guard_is_noticed_and_mended_again(tmp_path: Path) -> None:
    trial = a_trial(tmp_path)
    named = ("test_rule.py::test_child", "test_rule.py::test_adult")
    mutation = Mutation("of-age", "Nobody under age.", "rule.py", "age >= 18", "age >= 0", named)
    verdict = trial.break_guard(mutation)
    assert verdict.failed == {"test_rule.py::test_child"}
    assert verdict.silent == {"test_rule.py::test_adult"}
    assert "age >= 18" in (tmp_path / "rule.py").read_text()
    assert trial.run(named).failed == frozenset()


def test_what_cannot_be_run_has_noticed_nothing(tmp_path: Path) -> None:
    verdict = a_trial(tmp_path).run(["test_rule.py::test_of_nothing"])
    assert verdict.silent == {"test_rule.py::test_of_nothing"}


def test_a_mutation_that_no_longer_applies_is_an_error(tmp_path: Path) -> None:
    mutation = Mutation("of-age", "Nobody under age.", "rule.py", "age > 18", "True", ("x",))
    with pytest.raises(ValueError, match="does not stand once"):
        a_trial(tmp_path).break_guard(mutation)
