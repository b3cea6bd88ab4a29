"""The model keeps its own books, and ends at the walls that arithmetic gives."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.model import BATCH_MAX, Costs, Setup, on_sale_curve, rate_max, rush, walls

COSTS = Costs(
    tickets=400e-6,
    database=300e-6,
    gateway=60e-6,
    messages=40e-6,
    followers=800e-6,
    batch=6e-3,
    batch_order=40e-6,
    wal_bytes=3_000,
)
ROW = BATCH_MAX / COSTS.batch_seconds(BATCH_MAX)


def steady(rate: float, seconds: float = 20.0) -> Callable[[float], float]:
    return lambda at: rate if at < seconds else 0.0


def test_one_instance_is_bound_by_its_one_core() -> None:
    found = walls(Setup(cores=8, instances=1), COSTS)
    assert next(iter(found)) == "instances of tickets"
    assert rate_max(found) == pytest.approx(2_500)


def test_many_instances_on_one_event_end_at_its_row_and_many_events_do_not() -> None:
    one = Setup(cores=64, instances=64, database_cores=64, gateway_cores=64)
    found = walls(one, COSTS)
    assert next(iter(found)) == "the event's row"
    assert rate_max(found) == pytest.approx(ROW)
    assert rate_max(walls(replace(one, events=50), COSTS)) > 3 * ROW


def test_more_never_gives_less() -> None:
    rates = [
        rate_max(walls(Setup(cores=n, instances=n, database_cores=n), COSTS)) for n in range(1, 40)
    ]
    assert rates == sorted(rates)


def test_all_on_the_same_cores_share_them() -> None:
    shared = walls(Setup(cores=2, instances=1, is_shared=True), COSTS)
    assert shared["processors"] == pytest.approx(2 / 800e-6), "what follows a sale steps back"
    assert "database" not in shared


def test_the_provider_bounds_what_is_paid() -> None:
    paid = walls(Setup(cores=8, instances=4, provider_rate=100), COSTS)
    assert (next(iter(paid)), rate_max(paid)) == ("payment provider", 100)
    assert "payment provider" not in walls(Setup(cores=8, instances=4), COSTS)


@pytest.mark.parametrize("events", [1, 20])
@pytest.mark.parametrize("rate", [100, 3_000, 30_000])
def test_nobody_is_lost_or_made_up(rate: float, events: int) -> None:
    setup = Setup(cores=2, instances=2, events=events)
    played = rush(setup, COSTS, steady(rate, 2), until_seconds=3)
    assert played.arrived == pytest.approx(2 * rate)
    total = played.served + played.in_flight + played.coming_again
    assert total == pytest.approx(played.arrived, abs=2 * setup.instances)


def test_a_crowd_is_served_no_faster_than_the_lowest_wall_and_nearly_that_fast() -> None:
    for instances in (1, 2, 4):
        setup = Setup(cores=instances, instances=instances)
        wall = rate_max(walls(setup, COSTS))
        played = rush(setup, COSTS, steady(3 * wall, 10), until_seconds=10)
        assert 0.85 * wall <= played.served / 10 <= 1.01 * wall


def test_the_row_bounds_a_crowd_however_many_serve_it() -> None:
    quick = replace(COSTS, tickets=1e-6, database=1e-6, gateway=1e-6)
    setup = Setup(cores=16, instances=16)
    played = rush(setup, quick, steady(3 * ROW, 5), until_seconds=5)
    assert played.served / 5 <= 1.01 * ROW
    assert played.row_busy_seconds == pytest.approx(5, rel=0.1)


def test_below_its_limit_nobody_is_refused_and_waits_are_short() -> None:
    played = rush(Setup(cores=2, instances=2), COSTS, steady(1_000), until_seconds=60)
    assert played.refusals == 0
    assert played.wait(0.99) < 0.1
    assert played.served == pytest.approx(played.arrived, abs=2)


def test_beyond_it_some_come_again_and_all_are_served_at_last() -> None:
    setup = Setup(cores=1, instances=1, in_flight_max=500)
    played = rush(setup, COSTS, steady(5_000, 4), until_seconds=60)
    assert played.refusals > 0
    assert played.served == pytest.approx(20_000, abs=2)
    assert played.wait(0.99) < 1.5 * 500 * COSTS.tickets
    assert played.seconds > 20_000 * COSTS.tickets


def test_a_lower_bound_spreads_a_hot_event_and_shortens_its_wait() -> None:
    setup = Setup(cores=4, instances=4)
    wide = rush(setup, COSTS, steady(4_000), until_seconds=60)
    narrow = rush(replace(setup, in_flight_max=200), COSTS, steady(4_000), until_seconds=60)
    assert narrow.wait(0.5) < wide.wait(0.5) / 2
    assert narrow.served == pytest.approx(wide.served, rel=0.01)


def test_the_curve_brings_everybody_and_half_of_the_rest_each_time() -> None:
    curve = on_sale_curve(1_000_000, 600)
    came = sum(curve(step / 10) / 10 for step in range(6_000))
    assert came == pytest.approx(1_000_000, rel=0.001)
    assert curve(120) == pytest.approx(curve(0) / 2)
    assert curve(600) == 0
