"""Breaking guards in a copy of the project, and looking which tests notice."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tools.mutations import ROOT, Mutation

COPIED = ("src", "tests", "tools", "docs", "pyproject.toml")
TEST_SECONDS_MAX = 240
PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "xdist.plugin", "time_machine")
"""What the tests use; to find and load all that is installed takes longer than most tests."""
# A test that could not even begin has not noticed anything: errors of fixtures do not count.
_FAILED = re.compile(r"^FAILED (?P<name>[^\s\[]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests said of a mutation: those that failed, and those that did not although named.

    `output` is the end of what pytest printed.
    """

    failed: frozenset[str]
    silent: frozenset[str]
    output: str


class Trial:
    """Runs tests in a copy of the project, with one guard broken or none."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy

    def make_copy(self) -> None:
        """Copy what tests need; nothing of the project itself is ever changed."""
        without = shutil.ignore_patterns("__pycache__")
        for name in COPIED:
            source, target = ROOT / name, self.copy / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=without, dirs_exist_ok=True)
            else:
                shutil.copy2(source, target)

    def break_guard(self, mutation: Mutation) -> Verdict:
        """Break one guard, run its tests, mend it."""
        path = self.copy / mutation.file
        good = path.read_text("utf-8")
        if not mutation.applies(good):
            raise ValueError(f"{mutation.name}: its text does not stand once in {mutation.file}")
        self._write(path, good.replace(mutation.good, mutation.broken))
        try:
            return self.run(mutation.tests)
        finally:
            self._write(path, good)

    def run(self, tests: Collection[str]) -> Verdict:
        """Run these tests in the copy as it is now."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-rf", "--tb=line"),
                *("-p", "no:cacheprovider", "--timeout", str(TEST_SECONDS_MAX)),
                *(argument for plugin in PLUGINS for argument in ("-p", plugin)),
                *tests,
            ],
            cwd=self.copy,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        failed = frozenset(found["name"] for found in _FAILED.finditer(done.stdout))
        output = (done.stdout + done.stderr)[-2000:]
        if done.returncode not in {0, 1}:
            # Not a test that failed: pytest itself found nothing that it could run.
            return Verdict(frozenset(), frozenset(tests), output)
        return Verdict(failed, frozenset(tests) - failed, output)

    def _environment(self) -> dict[str, str]:
        # Compiled modules are kept, whatever the environment prefers: or each run compiles anew.
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        own = {"PYTHONPATH": str(self.copy / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return {**kept, **own}

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.write_text(text, "utf-8")
        # A compiled module is known by its source's size and second: two changes may share both.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
