"""Switches hit the requests that they match, as often as they say."""

import pytest

from guichet.sandbox.faults import Fault, Faults


@pytest.fixture
def faults() -> Faults:
    return Faults()


def test_without_a_switch_nothing_goes_wrong(faults: Faults) -> None:
    assert faults.plan("charge", 1, {"a": "b"}).get("slow") is None


def test_times_counts_down(faults: Faults) -> None:
    faults.add(Fault("slow", times=2))
    hits = [faults.plan("charge").get("slow") is not None for _ in range(4)]
    assert hits == [True, True, False, False]
    assert faults.active == []


def test_every_spares_the_others(faults: Faults) -> None:
    faults.add(Fault("reject", every=3))
    hits = [faults.plan("charge").get("reject") is not None for _ in range(7)]
    assert hits == [False, False, True, False, False, True, False]


def test_operation_amount_and_metadata_must_all_match(faults: Faults) -> None:
    faults.add(Fault("drop", operation="refund", amount=5, metadata={"order": "7"}))
    assert faults.plan("charge", 5, {"order": "7"}).get("drop") is None
    assert faults.plan("refund", 6, {"order": "7"}).get("drop") is None
    assert faults.plan("refund", 5, {"order": "8"}).get("drop") is None
    assert faults.plan("refund", 5, {}, {"order": "7"}).get("drop") is not None


def test_any_operation(faults: Faults) -> None:
    faults.add(Fault("slow", operation="any", seconds=0.5))
    assert faults.plan("search").seconds("slow", 9.0) == 0.5
    assert faults.plan("cancel").seconds("hang", 9.0) is None


def test_several_kinds_hit_one_request(faults: Faults) -> None:
    faults.add(Fault("slow"))
    faults.add(Fault("drop"))
    plan = faults.plan("charge")
    assert plan.seconds("slow", 1.5) == 1.5
    assert plan.get("drop") is not None
    faults.clear()
    assert faults.plan("charge").get("slow") is None


def test_sides_of_the_effect(faults: Faults) -> None:
    faults.add(Fault("drop"))
    faults.add(Fault("hang"))
    plan = faults.plan("charge")
    assert (plan.cuts("drop", "after"), plan.cuts("drop", "before")) == (True, False)
    assert (plan.cuts("hang", "before"), plan.cuts("hang", "after")) == (True, False)
