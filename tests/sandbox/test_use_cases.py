"""The till writes one record an intention, and the books follow only what is written."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from guichet.contracts.money import CURRENCIES
from guichet.sandbox.amounts import AMOUNT_MIN_BY_CURRENCY
from guichet.sandbox.books import Books
from guichet.sandbox.forms import Form
from guichet.sandbox.journal import Journal
from guichet.sandbox.records import Record
from guichet.sandbox.rules import Refused
from guichet.sandbox.use_cases import KeyUse, Till
from tests.sandbox.running import charge_form


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "journal.jsonl")
    list(found.replay())
    yield found
    found.close()


@pytest.fixture
def till(journal: Journal, clock: Clock) -> Till:
    return Till(Books(), journal, clock=clock)


def form(**changes: str) -> Form:
    return Form(urlencode(charge_form(**changes)).encode())


def refund_form(intent_id: str, **changes: str) -> Form:
    return Form(urlencode({"payment_intent": intent_id, **changes}).encode())


def test_a_charge_with_its_event(till: Till) -> None:
    answer = till.create(form(), KeyUse("key", "print"), None)
    assert answer.intent is not None
    assert answer.intent.captured == 4200
    assert [event.type for event in answer.events] == ["payment_intent.succeeded"]
    assert till.books.answer("key", now=1_000) is not None


@pytest.mark.parametrize(
    ("method", "event"),
    [
        ("pm_card_visa_chargeDeclined", "payment_intent.payment_failed"),
        ("pm_card_threeDSecure2Required", "payment_intent.requires_action"),
    ],
)
def test_other_outcomes_have_their_event(till: Till, method: str, event: str) -> None:
    answer = till.create(form(payment_method=method), None, None)
    assert [event.type for event in answer.events] == [event]


def test_without_a_receiver_no_event_is_kept(journal: Journal) -> None:
    till = Till(Books(), journal, sends_events=False)
    assert till.create(form(), None, None).events == ()
    assert not till.books.notices


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "49"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "100000000"}, "amount"),
        ({"currency": ""}, "currency"),
        ({"currency": "xyz"}, "currency"),
        ({"return_url": ""}, "return_url"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "http://[bad"}, "return_url"),
        ({"payment_method": "pm_nobody"}, "payment_method"),
        ({"capture_method": "manual"}, "capture_method"),
        ({"payment_method_types[0]": "sepa_debit"}, "payment_method_types"),
        ({"confirm": "perhaps"}, "confirm"),
        ({"payment_method_data[card][number]": "4242"}, "payment_method_data"),
    ],
)
def test_what_cannot_work_is_refused_and_leaves_nothing(
    till: Till, changes: dict[str, str], param: str
) -> None:
    with pytest.raises(Refused) as refused:
        till.create(form(**changes), KeyUse("key", "print"), None)
    assert (refused.value.status, refused.value.problem.param) == (400, param)
    assert not till.books.intents
    assert till.books.answer("key", now=1_000) is None


def test_no_return_url_is_needed_without_redirects(till: Till) -> None:
    never = {"automatic_payment_methods[allow_redirects]": "never"}
    answer = till.create(form(return_url="", **never), None, None)
    assert answer.intent is not None
    assert answer.intent.status == "succeeded"


def test_a_full_disk_changes_nothing(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_journal: Journal, _record: Record) -> None:
        raise OSError("full")

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(OSError, match="full"):
        till.create(form(), KeyUse("key", "print"), None)
    assert not till.books.intents
    assert till.books.answer("key", now=1_000) is None


def test_refunds_by_intent_and_by_charge(till: Till) -> None:
    intent = till.create(form(), None, None).intent
    assert intent is not None
    first = till.refund(refund_form(intent.id, amount="1000"), None)
    assert [event.type for event in first.events] == ["charge.refunded", "refund.created"]
    by_charge = Form(urlencode({"charge": intent.charge_id or ""}).encode())
    second = till.refund(by_charge, None)
    assert second.refund is not None
    assert second.refund.amount == 3200
    assert till.intent(intent.id).refunded == 4200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"payment_intent": "pi_x"},
        {"charge": "ch_x"},
        {"payment_intent": "?", "amount": "0"},
        {"payment_intent": "?", "reason": "because"},
        {"payment_intent": "?", "amount": "4201"},
    ],
)
def test_refunds_that_cannot_work(till: Till, fields: dict[str, str]) -> None:
    intent = till.create(form(), None, None).intent
    assert intent is not None
    named = {name: value.replace("?", intent.id) for name, value in fields.items()}
    with pytest.raises(Refused):
        till.refund(Form(urlencode(named).encode()), None)
    assert not till.books.refunds


def test_what_is_due_ends_at_its_time(till: Till, clock: Clock) -> None:
    paying = till.create(form(), None, 5.0).intent
    paid = till.create(form(payment_method="pm_card_pendingRefund"), None, None).intent
    assert paying is not None
    assert paid is not None
    till.refund(refund_form(paid.id), None)
    assert list(till.settle_due()) == []
    clock.now += 2
    [refunded] = till.settle_due()
    assert [event.type for event in refunded.events] == ["refund.updated"]
    clock.now += 3
    [captured] = till.settle_due()
    assert [event.type for event in captured.events] == ["payment_intent.succeeded"]
    assert till.intent(paying.id).captured == 4200
    assert list(till.settle_due()) == []


def test_a_refund_that_fails_puts_the_money_back(till: Till, clock: Clock) -> None:
    paid = till.create(form(payment_method="pm_card_refundFail"), None, None).intent
    assert paid is not None
    till.refund(refund_form(paid.id), None)
    clock.now += 2
    [failed] = till.settle_due()
    assert [event.type for event in failed.events] == ["refund.updated", "refund.failed"]
    assert till.intent(paid.id).refunded == 0


def test_the_bank_returns_any_refund_where_that_is_asked_for(till: Till, clock: Clock) -> None:
    paid = till.create(form(), None, None).intent
    assert paid is not None
    made = till.refund(refund_form(paid.id), None, returned_after=60.0).refund
    assert made is not None
    assert made.status == "succeeded"
    clock.now += 59
    assert list(till.settle_due()) == []
    clock.now += 1
    [failed] = till.settle_due()
    assert failed.refund is not None
    assert (failed.refund.status, failed.refund.failed_at) == ("failed", int(clock.now))


def test_the_journal_tells_the_whole_story(till: Till, journal: Journal) -> None:
    paid = till.create(form(), KeyUse("key", "print"), None).intent
    assert paid is not None
    till.refund(refund_form(paid.id, amount="100"), KeyUse("r", "print"))
    waiting = till.create(form(payment_method="pm_card_threeDSecure2Required"), None, None).intent
    assert waiting is not None
    till.finish_authentication(waiting.id, passed=True)
    again = Books()
    for record in journal.replay():
        again.apply(record)
    assert (again.intents, again.refunds) == (till.books.intents, till.books.refunds)
    assert list(again.notices) == list(till.books.notices)
    stored, known = again.answer("key", 1_000), till.books.answer("key", 1_000)
    assert stored is not None
    assert known is not None
    assert stored.stored == known.stored
    assert stored.intent == known.intent


@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_of_an_event_can_be_charged_from_its_least_amount_on(
    till: Till, currency: str
) -> None:
    least = AMOUNT_MIN_BY_CURRENCY[currency.lower()]
    paid = till.create(form(currency=currency.lower(), amount=str(least)), None, None).intent
    assert paid is not None
    assert (paid.status, paid.currency) == ("succeeded", currency.lower())
    with pytest.raises(Refused) as refused:
        till.create(form(currency=currency.lower(), amount=str(least - 1)), None, None)
    assert refused.value.problem.code == "amount_too_small"
