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
    """The looks at one invariant, each at an instant of the same clock.

    What is under way differs from look to look. What is wrong stays, or is final.
    """

    def __init__(self, found: Sequence[Contradiction], at: float) -> None:
        self._latest = found
        self._began = at
        self._first = {each.subject: (each, at) for each in found}

    def add(self, found: Sequence[Contradiction], at: float) -> None:
        """Take what one more look has found."""
        # What such a look does not name may contradict nevertheless.
        is_blind = _is_partial(self._latest) or _is_partial(found)
        since = self._began if is_blind else at
        self._first = {
            each.subject: _since(self._first.get(each.subject, (each, since)), each)
            for each in found
        }
        self._latest = found

    @property
    def is_clean(self) -> bool:
        """Whether the last look found nothing."""
        return not self._latest

    def wrong(self, since: float) -> tuple[str, ...]:
        """What has contradicted since then without moving on, or is final, a sentence each."""
        return tuple(
            each.sentence
            for each in self._latest
            for first, at in [self._first[each.subject]]
            if each.is_final or (at <= since and first.reached in {None, each.reached})
        )


def _is_partial(found: Sequence[Contradiction]) -> bool:
    return len(found) >= NAMED_MAX or any(each.subject == UNKNOWN for each in found)


def _since(first: tuple[Contradiction, float], now: Contradiction) -> tuple[Contradiction, float]:
    """Return the first again, unexplained from when on it once was unexplained."""
    known, at = first
    return (replace(known, reached=None), at) if now.reached is None else first
