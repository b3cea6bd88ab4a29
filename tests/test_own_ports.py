"""Processes that share the tests never try the same ports."""

import itertools

import pytest

from tests.own_ports import own_shifts, ports_of_system, share_of


@pytest.mark.parametrize("count", [2, 3])
def test_no_two_processes_share_a_port(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[set[int]] = []
    free: list[set[int]] = []
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", str(count))
    for number in range(count):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", f"gw{number}")
        taken.append({port + shift for port in ports_of_system() for shift in own_shifts()})
        first, many = share_of(10_500, 8_000)
        free.append(set(range(first, first + many)))
    for one, other in [*itertools.combinations(taken, 2), *itertools.combinations(free, 2)]:
        assert not one & other


def test_alone_all_are_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert share_of(10_500, 8_000) == (10_500, 8_000)
    assert own_shifts()[0] == 20_000
