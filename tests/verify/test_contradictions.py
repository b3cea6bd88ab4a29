"""Looking again: what lasts is wrong, what was over once or has moved on is not."""

import pytest

from guichet.verify import contradictions
from guichet.verify.contradictions import UNKNOWN, Contradiction, Looks


def wrong(*looks: list[Contradiction], since: float = 0) -> tuple[str, ...]:
    """Return what is wrong after these looks, a second apart, and has been since the given one."""
    seen = Looks(looks[0], 0)
    for at, found in enumerate(looks[1:], 1):
        seen.add(found, at)
    return seen.wrong(since)


def of(subject: str, sentence: str = "x", reached: int | None = None) -> Contradiction:
    return Contradiction(subject, sentence, reached)


def test_one_look_calls_wrong_whatever_it_finds() -> None:
    assert wrong([of("order 1", "a"), of("type 7", "b", reached=3)]) == ("a", "b")
    assert wrong([]) == ()


def test_other_subjects_in_each_look_are_not_wrong() -> None:
    assert wrong([of("order 1")], [of("order 2")], since=0) == ()


def test_what_came_up_meanwhile_is_wrong_once_it_has_lasted() -> None:
    looks = ([of("order 1")], [of("order 2", "b")], [of("order 2", "b")])
    assert wrong(*looks, since=0) == ()
    assert wrong(*looks, since=1) == ("b",)


def test_only_a_look_that_finds_nothing_is_clean() -> None:
    seen = Looks([of("order 1")], 0)
    seen.add([of("order 2")], 1)
    assert not seen.is_clean
    seen.add([], 2)
    assert seen.is_clean


def test_a_subject_that_stays_is_wrong_whatever_its_words() -> None:
    assert wrong([of("order 1", "2 of 3")], [of("order 2"), of("order 1", "3 of 3")]) == ("3 of 3",)


def test_what_was_over_once_is_not_wrong_later() -> None:
    assert wrong([of("order 1"), of("order 2")], [of("order 2")], [of("order 1")]) == ()


def test_work_that_moves_on_is_not_wrong_and_work_that_is_stuck_is() -> None:
    assert wrong([of("type 7", reached=3)], [of("type 7", reached=5)]) == ()
    assert wrong([of("type 7", "a", reached=3)], [of("type 7", "b", reached=3)]) == ("b",)


@pytest.mark.parametrize("unexplained", [0, 1, 2])
def test_what_no_work_explains_stays_wrong_though_the_work_moves_on(unexplained: int) -> None:
    looks = [[of("type 7", reached=number)] for number in range(3)]
    looks[unexplained] = [of("type 7")]
    assert len(wrong(*looks)) == 1


def test_what_no_work_ends_is_wrong_even_if_it_came_up_meanwhile() -> None:
    given_up = Contradiction("letter 1", "given up", is_final=True)
    assert wrong([of("message 1")], [given_up]) == ("given up",)
    assert wrong([of("message 1")], [given_up], []) == ()


def test_a_look_that_could_not_see_ends_nothing() -> None:
    blind = [of(UNKNOWN, "nobody answers")]
    assert wrong([of("queue", reached=1)], blind) == ("nobody answers",)
    assert wrong([of("queue", reached=1)], blind, [of("queue", "stuck", 1)]) == ("stuck",)
    assert wrong(blind, []) == ()


def test_a_look_that_may_name_no_more_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contradictions, "NAMED_MAX", 2)
    some, others = [of("order 1"), of("order 2")], [of("order 3", "c")]
    assert wrong(some, others) == ("c",)
    assert wrong(others, some) == ("x", "x")
    assert wrong(some, others, others) == ("c",)
    assert wrong(some, others, []) == ()
