"""A request that nobody waits for any more is not begun, and a wrong clock closes no sale."""

import pytest

from guichet.kernel.deadlines import WINDOW_SECONDS, Deadlines

NOW = 1_764_255_600.0


class Clocks:
    """Two clocks that a test moves."""

    def __init__(self) -> None:
        self.wall_at = NOW
        self.steady_at = 50.0

    def pass_by(self, seconds: float) -> None:
        self.wall_at += seconds
        self.steady_at += seconds

    def deadlines(self) -> Deadlines:
        return Deadlines(lambda: self.wall_at, lambda: self.steady_at)


def header(came_at: float, patience: float = 5) -> bytes:
    return f"{came_at:.3f}+{patience}".encode()


def test_the_deadline_counts_from_when_the_request_came() -> None:
    clocks = Clocks()
    deadlines = clocks.deadlines()
    assert deadlines.read(header(NOW)) == pytest.approx(55.0, abs=0.01)
    assert deadlines.read(header(NOW - 4)) == pytest.approx(51.0, abs=0.01)
    assert deadlines.read(header(NOW - 6)) == pytest.approx(49.0, abs=0.01)


@pytest.mark.parametrize(
    "text", [b"", b"+", b"soon", b"1764255600", b"nan+5", b"1764255600+0", b"1764255600+1e9"]
)
def test_what_makes_no_sense_is_no_deadline(text: bytes) -> None:
    assert Clocks().deadlines().read(text) is None


@pytest.mark.parametrize("off", [-3600.0, -30.0, 30.0, 3600.0])
def test_a_clock_that_is_wrong_refuses_nobody(off: float) -> None:
    clocks = Clocks()
    deadlines = clocks.deadlines()
    read = deadlines.read(header(NOW + off))
    assert read is not None
    assert read > clocks.steady_at
    # What waits is late all the same.
    clocks.pass_by(6)
    read = deadlines.read(header(NOW + off))
    assert read is not None
    assert read < clocks.steady_at


def test_a_clock_that_was_set_right_is_believed_after_a_while() -> None:
    clocks = Clocks()
    deadlines = clocks.deadlines()
    deadlines.read(header(NOW + 60))
    for _ in range(3):
        clocks.pass_by(WINDOW_SECONDS)
        deadlines.read(header(clocks.wall_at))
    read = deadlines.read(header(clocks.wall_at - 4))
    assert read == pytest.approx(clocks.steady_at + 1, abs=0.01)


@pytest.mark.parametrize("off", [-600.0, 600.0])
def test_a_clock_that_is_moved_and_set_right_refuses_nobody(off: float) -> None:
    clocks = Clocks()
    deadlines = clocks.deadlines()
    for wrong_by in (0.0, off, 0.0):
        for _ in range(20):
            clocks.pass_by(1)
            read = deadlines.read(header(clocks.wall_at + wrong_by))
            assert read is not None
            assert read > clocks.steady_at


def test_a_crowd_that_waits_long_is_not_taken_for_a_clock() -> None:
    clocks = Clocks()
    deadlines = clocks.deadlines()
    deadlines.read(header(NOW))
    clocks.pass_by(10)
    for _ in range(20):
        clocks.pass_by(1)
        read = deadlines.read(header(clocks.wall_at - 7))
        assert read is not None
        assert read < clocks.steady_at
