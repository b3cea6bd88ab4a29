"""What a row says: a figure, the limit measured in the same run, and the goal."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `limit` is what it is compared with, in the same unit.

    `goal` says what is to be reached in words, `is_met` whether it was (None: no goal).
    """

    row: str
    name: str
    value: float
    unit: str
    goal: str = ""
    is_met: bool | None = None
    limit: float | None = None
    limit_name: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure as a share of its limit."""
        return self.value / self.limit if self.limit else None


def median(values: Sequence[float]) -> float:
    """Return the median; several short runs and their median say more than one long run."""
    return statistics.median(values)


def against(
    row: str,
    name: str,
    values: Sequence[float],
    limits: Sequence[float],
    limit_name: str,
    share_min: float,
    note: str = "",
) -> Figure:
    """Return a rate against its limit: the median of the ratios of neighbouring runs counts."""
    ratio = median([value / limit for value, limit in zip(values, limits, strict=True)])
    limit = median(limits)
    return Figure(
        row=row,
        name=name,
        value=ratio * limit,
        unit="/s",
        goal=f"≥ {share_min:g} × {limit_name}",
        is_met=ratio >= share_min,
        limit=limit,
        limit_name=limit_name,
        note=note,
    )
