"""Switches that make the provider misbehave on purpose; read and set under `/_sandbox/faults`."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Operation = Literal["charge", "refund", "cancel", "retrieve", "search"]
FaultKind = Literal[
    "slow",
    "error_500",
    "reject",
    "drop",
    "hang",
    "async_success",
    "balance_empty",
    "refund_returned",
    "no_webhooks",
    "duplicate_webhooks",
    "webhook_first",
    "webhook_after_refund",
]
HANG_SECONDS = 3600.0


class Fault(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One switch. It applies to requests that match all that is given.

    `times` is how many requests it still hits (none: until it is cleared), `every` spares the
    others in between: 10 hits each tenth. `when` says on which side of the effect a connection is
    dropped or hangs. `stored` is for `error_500`: whether repeating the key gives it again.
    """

    kind: FaultKind
    operation: Operation | Literal["any"] = "charge"
    amount: int | None = None
    metadata: dict[str, str] = {}
    times: int | None = None
    every: int = 1
    seconds: float | None = None
    when: Literal["before", "after"] | None = None
    status: int = 429
    stored: bool = True
    copies: int = 2
    seen: int = 0
    """How many matching requests there were; counted here, not set by the caller."""


class Plan:
    """What is to go wrong with one request."""

    def __init__(self, faults: Mapping[FaultKind, Fault]) -> None:
        self._faults = faults

    def get(self, kind: FaultKind) -> Fault | None:
        """Return the switch of this kind that hits the request, if any."""
        return self._faults.get(kind)

    def seconds(self, kind: FaultKind, default: float) -> float | None:
        """Return the seconds of a switch, None where it does not hit."""
        fault = self._faults.get(kind)
        if fault is None:
            return None
        return default if fault.seconds is None else fault.seconds

    def cuts(self, kind: Literal["drop", "hang"], when: Literal["before", "after"]) -> bool:
        """Whether to drop or hang on this side. A drop is after, a hang before, if not said."""
        fault = self._faults.get(kind)
        if fault is None:
            return False
        return when == (fault.when or ("after" if kind == "drop" else "before"))


NO_FAULTS = Plan({})


class Faults:
    """All switches that are set, in the order in which they were set."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Set a switch."""
        fault.seen = 0
        self.active.append(fault)

    def clear(self) -> None:
        """Let everything go well again."""
        self.active.clear()

    def plan(
        self, operation: Operation, amount: int | None = None, *metadata: Mapping[str, str]
    ) -> Plan:
        """Decide what goes wrong with a request, and count it."""
        if not self.active:
            return NO_FAULTS
        hits: dict[FaultKind, Fault] = {}
        for fault in self.active:
            if fault.kind in hits or not _matches(fault, operation, amount, metadata):
                continue
            fault.seen += 1
            if fault.seen % fault.every == 0:
                hits[fault.kind] = fault
                if fault.times is not None:
                    fault.times -= 1
        self.active = [fault for fault in self.active if fault.times is None or fault.times > 0]
        return Plan(hits)


def _matches(
    fault: Fault,
    operation: Operation,
    amount: int | None,
    metadata: tuple[Mapping[str, str], ...],
) -> bool:
    if fault.operation not in {"any", operation}:
        return False
    if fault.amount is not None and fault.amount != amount:
        return False
    return all(
        any(entries.get(name) == value for entries in metadata)
        for name, value in fault.metadata.items()
    )
