"""The order in which money moved: what the list of balance transactions pages through.

A place and a kind fit into one integer, so a hundred thousand movements take one megabyte.
"""

from array import array
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple


class MovementKind(IntEnum):
    """Why the provider's balance changed."""

    CHARGE = 0
    REFUND = 1
    REFUND_FAILURE = 2
    DISPUTE = 3
    DISPUTE_REVERSAL = 4


class Movement(NamedTuple):
    """One change of the balance; `number` is the place of the payment, refund or dispute."""

    kind: MovementKind
    number: int


class Movements:
    """All movements, oldest first."""

    def __init__(self) -> None:
        self._packed = array("q")
        self._positions = {kind: array("q") for kind in MovementKind}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._packed)

    def add(self, movement: Movement) -> None:
        """Note a movement; one that is known already is left where it is."""
        if self.position_of(movement) is not None:
            return
        positions = self._positions[movement.kind]
        positions.extend([-1] * (movement.number + 1 - len(positions)))
        positions[movement.number] = len(self._packed)
        self._packed.append(movement.number * len(MovementKind) + movement.kind)

    def position_of(self, movement: Movement) -> int | None:
        """Return where a movement stands, None where there is none."""
        positions = self._positions[movement.kind]
        if movement.number >= len(positions) or positions[movement.number] < 0:
            return None
        return positions[movement.number]

    def before(self, position: int) -> Iterator[Movement]:
        """Yield what came before a position, newest first."""
        for index in range(position - 1, -1, -1):
            number, kind = divmod(self._packed[index], len(MovementKind))
            yield Movement(MovementKind(kind), number)
