"""Payments and refunds change as the provider's do; money is never made or lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.sandbox import rules
from guichet.sandbox.cards import CARDS
from guichet.sandbox.records import Intent, Refund
from guichet.sandbox.rules import OPEN_STATES, Refused
from tests.sandbox.making import a_paid_intent, a_refund, an_intent


def confirmed(method: str) -> Intent:
    return rules.confirm(an_intent(), method, now=5, settles_at=None)


def refunded(intent: Intent, amount: int | None, number: int = 0) -> tuple[Intent, Refund]:
    return rules.refund(intent, number=number, amount=amount, reason=None, metadata={}, now=7.0)


def test_a_good_card_is_captured_in_full() -> None:
    intent = confirmed("pm_card_visa")
    assert (intent.status, intent.captured) == ("succeeded", 4200)
    assert [attempt.status for attempt in intent.attempts] == ["succeeded"]


def test_a_declined_card_leaves_the_payment_open_for_another() -> None:
    intent = confirmed("pm_card_chargeDeclined")
    assert (intent.status, intent.captured) == ("requires_payment_method", 0)
    assert intent.last_problem is not None
    intent = rules.confirm(intent, "pm_card_visa", now=6, settles_at=None)
    assert (intent.status, intent.captured, intent.last_problem) == ("succeeded", 4200, None)
    assert [attempt.status for attempt in intent.attempts] == ["failed", "succeeded"]


@pytest.mark.parametrize("passed", [True, False])
def test_the_bank_decides_where_it_is_asked(passed: bool) -> None:
    waiting = confirmed("pm_card_threeDSecure2Required")
    assert (waiting.status, waiting.captured) == ("requires_action", 0)
    ended = rules.finish_authentication(waiting, passed=passed, now=6)
    assert ended.captured == (4200 if passed else 0)
    with pytest.raises(Refused):
        rules.finish_authentication(ended, passed=True, now=7)


def test_a_card_may_be_declined_although_the_holder_passed() -> None:
    waiting = confirmed("pm_card_threeDSecureRequiredChargeDeclined")
    ended = rules.finish_authentication(waiting, passed=True, now=6)
    assert (ended.status, ended.captured) == ("requires_payment_method", 0)


def test_a_payment_that_is_processing_ends_once() -> None:
    intent = rules.confirm(an_intent(), "pm_card_visa", now=5, settles_at=9.0)
    assert (intent.status, intent.captured, intent.settles_at) == ("processing", 0, 9.0)
    with pytest.raises(Refused):
        rules.cancel(intent, now=6)
    settled = rules.settle(intent)
    assert (settled.status, settled.captured, settled.settles_at) == ("succeeded", 4200, None)
    with pytest.raises(Refused):
        rules.settle(settled)


@pytest.mark.parametrize("status", ["succeeded", "canceled", "processing"])
def test_what_is_not_open_is_neither_confirmed_nor_cancelled(status: str) -> None:
    intent = an_intent(status=status)
    for change in (
        lambda: rules.confirm(intent, "pm_card_visa", now=1, settles_at=None),
        lambda: rules.cancel(intent, now=1),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.problem.code == "payment_intent_unexpected_state"
        assert refused.value.intent is intent


@pytest.mark.parametrize("status", sorted(OPEN_STATES))
def test_what_is_open_can_be_cancelled(status: str) -> None:
    assert rules.cancel(an_intent(status=status), now=8).canceled_at == 8


def test_a_method_is_needed_and_must_exist() -> None:
    for method, code in ((None, "payment_intent_unexpected_state"), ("pm_x", "resource_missing")):
        with pytest.raises(Refused) as refused:
            rules.confirm(an_intent(), method, now=1, settles_at=None)
        assert refused.value.problem.code == code


def test_every_published_method_ends_somewhere() -> None:
    ends = {confirmed(method).status for method in CARDS}
    assert ends == {"succeeded", "requires_payment_method", "requires_action"}


@given(st.lists(st.one_of(st.none(), st.integers(1, 5000)), max_size=8))
def test_refunds_never_exceed_the_capture(amounts: list[int | None]) -> None:
    intent = a_paid_intent()
    given_back = 0
    for number, amount in enumerate(amounts):
        left = 4200 - given_back
        try:
            intent, refund = refunded(intent, amount, number)
        except Refused:
            assert left == 0 or (amount is not None and amount > left)
        else:
            given_back += refund.amount
            assert refund.amount == (left if amount is None else amount)
    assert intent.refunded == given_back <= 4200


def test_nothing_captured_nothing_refunded() -> None:
    with pytest.raises(Refused):
        refunded(an_intent(), None)


@pytest.mark.parametrize(
    ("method", "first", "last", "kept"),
    [
        ("pm_card_pendingRefund", "pending", "succeeded", 4200),
        ("pm_card_refundFail", "succeeded", "failed", 0),
    ],
)
def test_a_refund_may_end_later(method: str, first: str, last: str, kept: int) -> None:
    intent, refund = refunded(a_paid_intent(method=method), None)
    assert (refund.status, intent.refunded) == (first, 4200)
    intent, refund = rules.settle_refund(intent, refund, 1_900_000_000.5)
    assert (refund.status, intent.refunded, refund.settles_at) == (last, kept, None)
    assert refund.failed_at == (1_900_000_000 if last == "failed" else None)


def test_a_refund_that_has_ended_stays() -> None:
    before = (a_paid_intent(), a_refund())
    assert rules.settle_refund(*before, 0.0) == before
