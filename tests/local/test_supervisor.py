"""What dies is started again, with growing pauses; what stops, stops in order and is forgotten."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from guichet.local.storage import Storage
from guichet.local.supervisor import (
    CALM_SECONDS,
    FIRST_PAUSE_SECONDS,
    PAUSE_SECONDS_MAX,
    Supervisor,
    keep_small,
)


@dataclass
class FakeChild:
    """A process that ends when the test says so."""

    name: str
    log: Path
    starts: int = 0
    status: int | None = None
    is_stubborn: bool = False
    asked: list[str] = field(default_factory=list[str])

    def start(self) -> int:
        self.starts += 1
        self.status = None
        return 999_000 + self.starts

    def ended(self) -> int | None:
        return self.status

    def ask_to_stop(self) -> None:
        self.asked.append("ask")
        if not self.is_stubborn:
            self.status = 0

    def force_to_stop(self) -> None:
        self.asked.append("force")
        if self.status is None:
            self.status = -9


class Scene:
    """A supervisor with a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.storage = Storage(folder)
        self.storage.prepare()
        self.reports: list[tuple[str, int, float]] = []
        self.supervisor = Supervisor(self.storage, self._note, clock=self._clock)

    def _note(self, name: str, status: int, pause_seconds: float) -> None:
        self.reports.append((name, status, pause_seconds))

    def _clock(self) -> float:
        self.now += 0.0001
        return self.now

    def child(self, name: str = "tickets", *, is_stubborn: bool = False) -> FakeChild:
        child = FakeChild(name, self.storage.logs / f"{name}.log", is_stubborn=is_stubborn)
        self.supervisor.start(child)
        return child

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.supervisor.tick()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "storage")


def test_a_dead_process_is_reported_and_started_again(scene: Scene) -> None:
    child = scene.child()
    child.status = -9
    scene.pass_time(0)
    assert scene.reports == [("tickets", -9, FIRST_PAUSE_SECONDS)]
    assert child.starts == 1
    scene.pass_time(FIRST_PAUSE_SECONDS)
    assert child.starts == 2
    assert (scene.storage.run / "tickets.pid").read_text().strip() == "999002"


def test_pauses_grow_up_to_a_bound_and_shrink_again_after_calm(scene: Scene) -> None:
    child = scene.child()
    for _ in range(12):
        child.status = 1
        scene.pass_time(0)
        scene.pass_time(PAUSE_SECONDS_MAX)
    pauses = [pause for _, _, pause in scene.reports]
    assert pauses[:3] == [0.2, 0.4, 0.8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == PAUSE_SECONDS_MAX
    scene.pass_time(CALM_SECONDS + 1)
    child.status = 1
    scene.pass_time(0)
    assert scene.reports[-1][2] == FIRST_PAUSE_SECONDS


def test_the_others_are_left_alone(scene: Scene) -> None:
    dying, living = scene.child("tickets"), scene.child("users")
    dying.status = 1
    scene.pass_time(0)
    scene.pass_time(1)
    assert (dying.starts, living.starts) == (2, 1)


def test_a_start_that_fails_is_tried_again(scene: Scene) -> None:
    child = scene.child()
    plain_start = child.start
    failures = [ConnectionError("the warm parent is not ready")]

    def start_failing_once() -> int:
        if failures:
            raise failures.pop()
        return plain_start()

    child.start = start_failing_once  # type: ignore[method-assign] - the fake's own method
    child.status = 1
    scene.pass_time(0)
    scene.pass_time(1)
    assert child.starts == 1
    scene.pass_time(2)
    assert child.starts == 2


def test_stopping_asks_first_and_forces_the_stubborn(scene: Scene) -> None:
    kind, stubborn = scene.child("users"), scene.child("tickets", is_stubborn=True)
    scene.supervisor.stop(["users", "tickets"], seconds_max=0.002)
    assert kind.asked[0] == stubborn.asked[0] == "ask"
    assert stubborn.status == -9
    assert scene.supervisor.names() == []
    assert not list(scene.storage.run.glob("*.pid"))
    scene.pass_time(60)
    assert (kind.starts, stubborn.starts) == (1, 1)


def test_a_log_that_has_grown_begins_anew_and_keeps_its_past(tmp_path: Path) -> None:
    log = tmp_path / "nginx.log"
    log.write_text("old line\n" * 20)
    with log.open("a") as writer:
        keep_small(log, bytes_max=100)
        writer.write("new line\n")
    assert log.read_text() == "new line\n"
    assert (tmp_path / "nginx.log.1").read_text() == "old line\n" * 20
    keep_small(log, bytes_max=100)
    assert log.read_text() == "new line\n"
