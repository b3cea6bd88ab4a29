"""The same seed draws the same storm, every fault strikes, and no fault undoes another."""

import pytest

from storm.faults import FAULTS, clock
from storm.plan import CHEAP, DISK_FULL, UnknownFault, draw


def test_a_seed_draws_the_same_plan_each_time() -> None:
    assert draw(7) == draw(7)
    assert draw(7, quick=True) == draw(7, quick=True)
    plans = {draw(seed).strikes for seed in range(20)}
    assert len(plans) == 20, "and another seed another one"


@pytest.mark.parametrize("seed", range(10))
def test_every_fault_strikes_once_singly_or_with_one_of_another_ground(seed: int) -> None:
    strikes = draw(seed).strikes
    assert sorted(name for strike in strikes for name in strike.faults) == sorted(FAULTS)
    assert {len(strike.faults) for strike in strikes} == {1, 2}
    for strike in strikes:
        grounds = [FAULTS[name].ground for name in strike.faults]
        assert len(set(grounds)) == len(grounds), strike
        assert strike.seconds == max(FAULTS[name].seconds for name in strike.faults)


@pytest.mark.parametrize("seed", range(10))
def test_a_short_storm_has_every_fault_and_leaves_time_within_four_minutes(seed: int) -> None:
    strikes = draw(seed, quick=True).strikes
    assert sorted(name for strike in strikes for name in strike.faults) == sorted(FAULTS)
    seconds = sum(strike.pause_seconds + strike.seconds for strike in strikes)
    assert seconds < 150, "the rest is for sales to go on, and for the calm"
    assert seconds < sum(strike.seconds for strike in draw(seed).strikes) / 2


def test_what_is_asked_for_strikes_alone() -> None:
    plan = draw(1, only=["kill:tickets", "mail:down"])
    assert {name for strike in plan.strikes for name in strike.faults} == {
        "kill:tickets",
        "mail:down",
    }
    with pytest.raises(UnknownFault, match="kill:time"):
        draw(1, only=["kill:time"])
    assert set(CHEAP) <= set(FAULTS)


def test_minutes_make_whole_rounds_each_in_an_order_of_its_own() -> None:
    plan = draw(1, minutes=30)
    names = [name for strike in plan.strikes for name in strike.faults]
    assert len(names) == 3 * len(FAULTS)
    assert names[: len(FAULTS)] != names[len(FAULTS) : 2 * len(FAULTS)]
    assert 30 < plan.minutes < 45


def test_a_small_disk_is_made_only_where_it_is_to_be_filled() -> None:
    assert draw(1).needs_small_disk
    assert not draw(1, without=[DISK_FULL]).needs_small_disk


def test_clocks_are_moved_either_way_by_ten_minutes() -> None:
    moved = {fault.part: set[float]() for fault in clock.FAULTS}
    for fault in clock.FAULTS:
        moved[fault.part].add(fault.seconds_ahead)
    assert moved == {"tickets-2": {-600.0, 600.0}, "auth": {-600.0, 600.0}}


def test_points_stand_at_every_step_boundary_of_the_purchase() -> None:
    points = {name.partition(":")[2] for name in FAULTS if name.startswith("point:")}
    assert points == {
        "after_reserve",
        "before_charge",
        "after_charge",
        "before_issue",
        "after_issue",
    }
