"""A model of an on-sale: what bounds the rate, and what a crowd would meet.

Two views of the same costs. `walls` says what each part could do at most by itself; the lowest is
where it ends. `rush` plays a crowd through time: buyers come, each instance of tickets works
through its requests one after another, writes batches that take turns on the event's row, and what
exceeds the gateway's bound is sent away and comes again.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

BATCH_MAX = 256
"""kernel/batching.py"""
SALES_PER_INSTANCE = 1_200
COME_AGAIN_SECONDS = 2.0
"""gateway/main.py, gateway/problems.py"""
SALE: tuple[str, ...] = ("tickets", "database", "gateway", "messages")
FOLLOWERS = "followers"
PARTS: tuple[str, ...] = (*SALE, FOLLOWERS)
_STEP_SECONDS = 0.01
_SLIVER = 0.5
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one free order of two tickets: seconds of processor for each part, bytes of WAL.

    `batch` is how long a batch keeps the row whatever is in it, `batch_order` each order of it, by
    the clock. `followers` is what comes after the sale, in whatever part: mails, histories, PDFs.
    """

    tickets: float
    database: float
    gateway: float
    messages: float
    followers: float
    batch: float
    batch_order: float
    wal_bytes: float
    source: str = ""

    @property
    def sale(self) -> float:
        """Processor time, in seconds, of what a buyer waits for."""
        return self.tickets + self.database + self.gateway + self.messages

    def batch_seconds(self, orders: int) -> float:
        """Return how long a batch of so many orders keeps the row."""
        return self.batch + self.batch_order * orders


@dataclass(frozen=True, slots=True)
class Setup:
    """What it runs on. Where `is_shared`, all parts share `cores`; else each has its own.

    `provider_rate` is how many charges a second the payment provider allows; None: free tickets.
    """

    cores: int
    instances: int
    events: int = 1
    is_shared: bool = False
    database_cores: int = 4
    gateway_cores: int = 4
    disk_bytes: float = 200e6
    provider_rate: float | None = None
    in_flight_max: int = SALES_PER_INSTANCE


def walls(setup: Setup, costs: Costs) -> dict[str, float]:
    """Return what each part allows at most, in orders a second."""
    full = BATCH_MAX / costs.batch_seconds(BATCH_MAX)
    found = {
        "instances of tickets": min(setup.instances, setup.cores) / costs.tickets,
        "batches of an instance": setup.instances * full,
        "the event's row": setup.events * full,
        "write-ahead log": setup.disk_bytes / costs.wal_bytes,
    }
    if setup.is_shared:
        # Mails and histories step back, and are made once the sale lets them.
        found["processors"] = setup.cores / costs.sale
    else:
        found["database"] = setup.database_cores / costs.database
        found["gateway"] = setup.gateway_cores / costs.gateway
    if setup.provider_rate is not None:
        found["payment provider"] = setup.provider_rate
    return dict(sorted(found.items(), key=lambda wall: wall[1]))


def rate_max(walls_found: Mapping[str, float]) -> float:
    """Return the lowest wall, in orders a second."""
    return min(walls_found.values())


@dataclass(slots=True)
class Rush:
    """What became of a crowd. Waits are seconds from a buyer's last asking to the answer."""

    arrived: float = 0.0
    served: float = 0.0
    refusals: float = 0.0
    in_flight: float = 0.0
    coming_again: float = 0.0
    seconds: float = 0.0
    row_busy_seconds: float = 0.0
    batches: int = 0
    _waits: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def note_wait(self, seconds: float, count: float) -> None:
        """Note that so many waited for so long."""
        self._waits.append((seconds, count))

    def wait(self, share: float) -> float:
        """Return the wait that this share of the served did not exceed."""
        total = sum(count for _, count in self._waits)
        seen = 0.0
        for seconds, count in sorted(self._waits):
            seen += count
            if seen >= share * total:
                return seconds
        return 0.0


@dataclass(slots=True)
class _Instance:
    asked: float = 0.0
    """Requests that Python has not looked at yet."""
    ready: float = 0.0
    """Requests that wait for a batch."""
    batch: int = 0
    ends_at: float | None = None
    free_at: float = 0.0

    @property
    def in_flight(self) -> float:
        return self.asked + self.ready + self.batch


def on_sale_curve(
    buyers: int, seconds: float, half_seconds: float = 120.0
) -> Callable[[float], float]:
    """Return how many buyers a second come at an instant: most at the start, half by half."""
    fall = math.log(2) / half_seconds
    first = buyers * fall / (1 - math.exp(-fall * seconds))
    return lambda at: first * math.exp(-fall * at) if at < seconds else 0.0


def rush(
    setup: Setup,
    costs: Costs,
    arrivals: Callable[[float], float],
    *,
    until_seconds: float,
) -> Rush:
    """Play a crowd until all who came are served, or until that instant."""
    return _Play(setup, costs, arrivals).run(until_seconds)


class _Play:
    def __init__(self, setup: Setup, costs: Costs, arrivals: Callable[[float], float]) -> None:
        self.setup, self.costs, self.arrivals = setup, costs, arrivals
        self.instances = [_Instance() for _ in range(setup.instances)]
        self.rush = Rush()
        self.admitted: deque[list[float]] = deque()
        """[when, how many], of those that are not served yet, in the order in which they came."""
        self.returning: deque[tuple[float, float]] = deque()
        self.rows_taken: set[int] = set()
        self.row_free_at: dict[int, float] = {}
        self.turn: deque[int] = deque()
        found = walls(setup, costs)
        outside = [found[name] for name in found if name not in _PLAYED]
        self.elsewhere = min(outside, default=math.inf)
        """What the parts that are not played allow, in orders a second."""
        self.allowance = 0.0

    def run(self, until_seconds: float) -> Rush:
        step = 0
        while step * _STEP_SECONDS < until_seconds:
            at = step * _STEP_SECONDS
            self._come(at)
            self._work()
            self._finish(at)
            self._begin(at)
            step += 1
            self.rush.seconds = step * _STEP_SECONDS
            self.rush.in_flight = sum(each.in_flight for each in self.instances)
            self.rush.coming_again = sum(count for _, count in self.returning)
            waits = self.rush.in_flight + self.rush.coming_again
            # A sliver of a request may be left at each.
            if waits < len(self.instances) and at > 0 and not self.arrivals(at + _STEP_SECONDS):
                break
        return self.rush

    def _come(self, at: float) -> None:
        fresh = self.arrivals(at) * _STEP_SECONDS
        self.rush.arrived += fresh
        wanting = fresh
        while self.returning and self.returning[0][0] <= at:
            wanting += self.returning.popleft()[1]
        admitted = self._admit(wanting)
        if admitted:
            self.admitted.append([at, admitted])
        if wanting > admitted:
            self.rush.refusals += wanting - admitted
            self.returning.append((at + COME_AGAIN_SECONDS, wanting - admitted))

    def _admit(self, wanting: float) -> float:
        """Give the event's own instance what it may have, then its neighbours."""
        left = wanting
        one_event = self.setup.events == 1
        share = wanting if one_event else wanting / len(self.instances)
        for each in self.instances:
            room = max(0.0, self.setup.in_flight_max - each.in_flight)
            taken = min(left, share if not one_event else left, room)
            each.asked += taken
            left -= taken
        return wanting - left

    def _work(self) -> None:
        done = _STEP_SECONDS / self.costs.tickets
        cores = min(1.0, self.setup.cores / len(self.instances))
        for each in self.instances:
            looked_at = min(each.asked, done * cores)
            each.asked -= looked_at
            each.ready += looked_at

    def _begin(self, at: float) -> None:
        self.allowance = min(
            self.allowance + self.elsewhere * _STEP_SECONDS, self.elsewhere * 0.2 + BATCH_MAX
        )
        for number, each in enumerate(self.instances):
            # A sliver of a request must not be left behind for ever.
            if each.ends_at is None and each.ready > _SLIVER and number not in self.turn:
                self.turn.append(number)
        for _ in range(len(self.turn)):
            number = self.turn.popleft()
            row = number % self.setup.events
            if row in self.rows_taken or self.allowance < 1:
                self.turn.append(number)
                continue
            each = self.instances[number]
            each.batch = min(BATCH_MAX, max(1, int(each.ready)), int(self.allowance))
            each.ready = max(0.0, each.ready - each.batch)
            self.allowance -= each.batch
            took = self.costs.batch_seconds(each.batch)
            # What ended within this step made room at once, not at the step's end.
            began = max(self.row_free_at.get(row, 0.0), each.free_at, at - _STEP_SECONDS)
            each.ends_at = each.free_at = self.row_free_at[row] = began + took
            self.rush.row_busy_seconds += took
            self.rush.batches += 1
            self.rows_taken.add(row)

    def _finish(self, at: float) -> None:
        for number, each in enumerate(self.instances):
            if each.ends_at is None or each.ends_at > at:
                continue
            self.rows_taken.discard(number % self.setup.events)
            self._serve(each.batch, at)
            each.batch, each.ends_at = 0, None

    def _serve(self, count: float, at: float) -> None:
        while count > _NOTHING and self.admitted:
            came_at, waiting = self.admitted[0]
            taken = min(waiting, count)
            self.rush.note_wait(at - came_at, taken)
            self.rush.served += taken
            count -= taken
            if taken == waiting:
                self.admitted.popleft()
            else:
                self.admitted[0][1] -= taken


_PLAYED = {"instances of tickets", "batches of an instance", "the event's row"}
