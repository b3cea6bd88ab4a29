"""What each client asked and what it was answered: the memory that the system is held to.

A deed is one intention of one client under one key, however often it had to ask. An answer of
2xx is a promise. A refusal is final too. Anything else (no answer, 5xx, 202, 429 for too many
requests) is unknown, and the same request under the same key finds out later.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

NO_ANSWER = 0
UNAVAILABLE = 503
AT_ONCE_SECONDS = 3.0
_UNKNOWN_STATUSES = {NO_ANSWER, 202, 401, 408, 425, 429, 500, 502, 503, 504}
_UNKNOWN_CODES = {"still_running"}
_REFUSING_CODES = {"too_many_holds"}
"""Said by who had looked the key up: nothing is held under it, whatever became of earlier tries."""


class Kind(StrEnum):
    """What a client wants."""

    PURCHASE = "purchase"
    HOLD = "hold"
    RELEASE = "release"
    EXTEND = "extend"
    CANCEL = "cancel"
    REFUND = "refund"
    GOODWILL = "goodwill"
    ADMISSION = "admission"
    EVENT = "event"
    CHANGE = "change"
    ROLE = "role"


class Verdict(StrEnum):
    """What a deed has come to."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `body` is {} where it was no JSON object, `asked_at` and `at` are monotonic."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    asked_at: float = 0.0
    at: float = field(default_factory=time.monotonic)

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code", ""))

    @property
    def verdict(self) -> Verdict:
        """What this answer says."""
        if self.code in _REFUSING_CODES:
            return Verdict.REFUSED
        if self.status in _UNKNOWN_STATUSES or self.code in _UNKNOWN_CODES:
            return Verdict.UNKNOWN
        return Verdict.ACKNOWLEDGED if 200 <= self.status < 300 else Verdict.REFUSED  # noqa: PLR2004 - HTTP


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, the same each time; `who` names a person of the crowd, None a guest."""

    method: str
    path: str
    body: Any = None
    who: str | None = None
    key: str | None = None
    address: str = ""


@dataclass(slots=True)
class Deed:
    """One intention and its answers. `about` is what the checker needs to know besides."""

    kind: Kind
    request: Request
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    replies: list[Reply] = field(default_factory=list[Reply])

    @property
    def verdict(self) -> Verdict:
        """Acknowledged where any answer was 2xx, else refused where the last one is."""
        verdicts = [reply.verdict for reply in self.replies]
        if Verdict.ACKNOWLEDGED in verdicts:
            return Verdict.ACKNOWLEDGED
        return verdicts[-1] if verdicts else Verdict.UNKNOWN

    @property
    def promises(self) -> list[Reply]:
        """Every answer of 2xx."""
        return [reply for reply in self.replies if reply.verdict is Verdict.ACKNOWLEDGED]

    @property
    def promise(self) -> Mapping[str, Any]:
        """The body of the first 2xx; IndexError where there is none."""
        return self.promises[0].body

    @property
    def order_code(self) -> str | None:
        """The order that the answers name, be they 2xx or not; the first one that did."""
        return next((code for reply in self.replies if (code := order_code_of(reply.body))), None)


def order_code_of(body: Mapping[str, Any]) -> str | None:
    """Return the code of the order in an answer to a purchase, None where it names none."""
    if "order" in body:
        return str(body["order"]["code"])
    return str(body["order_code"]) if "order_code" in body else None


class History:
    """All deeds, in the order in which they were begun."""

    def __init__(self) -> None:
        self.deeds: list[Deed] = []

    def begin(self, deed: Deed) -> Deed:
        """Remember a deed from now on."""
        self.deeds.append(deed)
        return deed

    def of(self, *kinds: Kind) -> list[Deed]:
        """Return the deeds of these kinds."""
        return [deed for deed in self.deeds if deed.kind in kinds]

    def unknown(self) -> list[Deed]:
        """Return the deeds of which nobody knows yet what they came to."""
        return [deed for deed in self.deeds if deed.verdict is Verdict.UNKNOWN]

    def statuses(self, since: float, until: float) -> Counter[int]:
        """Count the answers that came in between, by status."""
        return Counter(
            reply.status
            for deed in self.deeds
            for reply in deed.replies
            if since <= reply.at < until
        )

    def turned_away(self, since: float, until: float) -> int:
        """Count the 503 that came in between, at once: later ones are of a machine too busy."""
        return sum(
            reply.status == UNAVAILABLE and reply.at - reply.asked_at < AT_ONCE_SECONDS
            for deed in self.deeds
            for reply in deed.replies
            if since <= reply.at < until
        )

    def verdicts(self) -> dict[str, Counter[str]]:
        """Count the deeds, by kind and by what they came to."""
        found: dict[str, Counter[str]] = {}
        for deed in self.deeds:
            found.setdefault(deed.kind.value, Counter())[deed.verdict.value] += 1
        return found
