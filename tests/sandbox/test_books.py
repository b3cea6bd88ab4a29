"""The books add up the journal's records, and find what is in them."""

import pytest

from guichet.sandbox.books import KEY_SECONDS, Books
from guichet.sandbox.records import Event, Record, StoredAnswer
from tests.sandbox.making import a_paid_intent, a_refund, an_intent


@pytest.fixture
def books() -> Books:
    found = Books()
    found.apply(Record(intent=an_intent(0)))
    found.apply(
        Record(
            intent=a_paid_intent(1, settles_at=5.0),
            answer=StoredAnswer("key", "print", at=1_000, status=200),
            events=(Event("evt_1", "payment_intent.succeeded", 1_000),),
        )
    )
    found.apply(
        Record(intent=a_paid_intent(1, refunded=100), refund=a_refund(0, 1, settles_at=9.0))
    )
    return found


def test_ids_lead_to_the_latest_state(books: Books) -> None:
    intent = books.intent(a_paid_intent(1).id)
    assert intent is not None
    assert intent.refunded == 100
    assert books.refunds_of(intent) == [a_refund(0, 1, settles_at=9.0)]
    assert books.refund(a_refund(0).id) is not None
    assert books.intent_of_charge(intent.charge_id or "") == (intent, 1)


@pytest.mark.parametrize("text", ["", "pi_x", "pi_30000000000Gother", "pi_30000000009Gabc", "ch_"])
def test_other_ids_lead_nowhere(books: Books, text: str) -> None:
    assert books.intent(text) is None
    assert books.intent_of_charge(text) is None
    assert books.refund(text.replace("pi", "re")) is None


def test_a_stored_answer_keeps_the_state_of_its_time(books: Books) -> None:
    answer = books.answer("key", now=1_001)
    assert answer is not None
    assert answer.intent is not None
    assert answer.intent.refunded == 0


def test_keys_are_forgotten_after_a_day(books: Books) -> None:
    assert books.answer("key", now=1_000 + KEY_SECONDS) is not None
    books.forget_old_answers(now=1_000 + KEY_SECONDS)
    assert books.answer("key", now=1_001 + KEY_SECONDS) is None
    assert books.answer("key", now=1_000) is None


def test_old_keys_free_their_memory(books: Books) -> None:
    books.forget_old_answers(now=1_001 + KEY_SECONDS)
    assert books.answer("key", now=1_000) is None


def test_metadata_is_found_indexed_or_not(books: Books) -> None:
    twin = an_intent(2, metadata={"order_key": "k1", "table": "9"})
    books.apply(Record(intent=twin))
    books.apply(Record(intent=an_intent(3, metadata={"order_key": "k1"})))
    numbers = [intent.number for intent in books.with_metadata("order_key", "k1")]
    assert numbers == [3, 2, 1]
    assert list(books.with_metadata("table", "9")) == [twin]
    assert list(books.with_metadata("order_key", "nobody")) == []


def test_events_wait_until_they_are_delivered(books: Books) -> None:
    assert list(books.notices) == ["evt_1"]
    books.apply(Record(delivered=("evt_1", "evt_unknown")))
    assert not books.notices


def test_what_is_still_to_end_is_known(books: Books) -> None:
    intents, refunds = books.unsettled()
    assert (intents, [refund.number for refund in refunds]) == ([], [0])
    books.apply(Record(intent=a_paid_intent(1, settles_at=6.0), refund=a_refund(0, 1)))
    intents, refunds = books.unsettled()
    assert ([intent.number for intent in intents], refunds) == ([1], [])
