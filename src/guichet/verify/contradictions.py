"""What contradicts an invariant, and what of it still does when one looks again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

NAMED_MAX = 10_000
"""Contradictions that one check names at most."""
UNKNOWN = ""
"""The subject where it could not be looked whether anything contradicts."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that contradicts an invariant, in words.

    `subject` tells it from others, and stays what it is while the words change. `reached` is how
    far the work has come that would end it, where the subject is something that more work keeps
    coming to; None where work under way does not explain it. `is_final` where no work ends it.
    """

    subject: str
    sentence: str
    reached: int | None = None
    is_final: bool = False


class Looks:
    """The looks at one invariant: what the first found has until the last to be over.

    What is under way differs from look to look. What is wrong contradicts in each, or is final.
    """

    def __init__(self, found: Sequence[Contradiction]) -> None:
        self._latest = found
        self._lasting = {each.subject: each for each in found}

    def add(self, found: Sequence[Contradiction]) -> None:
        """Take what one more look has found."""
        if _is_partial(self._latest) or _is_partial(found):
            # What such a look does not name may contradict nevertheless: all counts from here on.
            self._lasting = {each.subject: each for each in found}
        else:
            self._lasting = {
                each.subject: _lasting(self._lasting.get(each.subject, each), each)
                for each in found
                if each.subject in self._lasting or each.is_final
            }
        self._latest = found

    @property
    def is_over(self) -> bool:
        """Whether nothing of what the first look found is left, and nothing final came up."""
        return not self._lasting

    @property
    def wrong(self) -> tuple[str, ...]:
        """What contradicted in every look without moving on, or is final, a sentence each."""
        return tuple(
            each.sentence
            for each in self._latest
            if (first := self._lasting.get(each.subject)) is not None
            and first.reached in {None, each.reached}
        )


def _is_partial(found: Sequence[Contradiction]) -> bool:
    return len(found) >= NAMED_MAX or any(each.subject == UNKNOWN for each in found)


def _lasting(first: Contradiction, now: Contradiction) -> Contradiction:
    """Return the first again, unexplained from when on it once was unexplained."""
    return replace(first, reached=None) if now.reached is None else first
