"""How long and how often is measured."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of the rows. `requests_max` is more than can be served in `seconds`."""

    rounds: int
    seconds: float
    requests_max: int
    connections: int
    events: int
    rush_places: int
    grown_orders: int

    def shortest(self) -> "Plan":
        """Return a plan that sells just something."""
        return replace(self, rounds=1, seconds=0.5, requests_max=1_000)


FULL = Plan(
    rounds=5,
    seconds=8.0,
    requests_max=45_000,
    connections=512,
    events=1_000,
    rush_places=10_000,
    grown_orders=1_000_000,
)
QUICK = Plan(
    rounds=1,
    seconds=2.0,
    requests_max=10_000,
    connections=512,
    events=50,
    rush_places=2_000,
    grown_orders=100_000,
)
