"""Guards of this system, each with the way it is broken on purpose and the tests that then fail."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Mutation:
    """One guard broken: in `file` the text `good` becomes `broken`, and each of `tests` fails.

    `guard` says what is protected. `file` is relative to the repository; `good` stands in it
    exactly once. `tests` are pytest's names of functions, without parameters.
    """

    name: str
    guard: str
    file: str
    good: str
    broken: str
    tests: tuple[str, ...]

    def applies(self, text: str) -> bool:
        """Whether the guard stands in the file's text, once."""
        return text.count(self.good) == 1
