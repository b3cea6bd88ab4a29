"""Ids cannot be guessed, tell the place in the books, and look like nobody's card number."""

import re

import msgspec

from guichet.kernel.logs import mask_card_numbers
from guichet.sandbox.records import (
    Intent,
    charge_id_of,
    new_intent_id,
    new_refund_id,
    number_in,
    random_text,
)
from tests.sandbox.making import a_paid_intent, an_intent


def test_ids_are_all_different_and_name_their_place() -> None:
    ids = {new_intent_id(17) for _ in range(100)} | {new_refund_id(17) for _ in range(100)}
    assert len(ids) == 200
    assert {number_in(some_id) for some_id in ids} == {17}


def test_ids_pass_through_the_logs_untouched() -> None:
    ids = [new_intent_id(number * 7919) for number in range(500)]
    assert [mask_card_numbers(some_id) for some_id in ids] == ids


def test_other_texts_name_no_place() -> None:
    assert [number_in(text) for text in ("", "pi_x", "pi_3abc", "pi_3000000000x")] == [None] * 4


def test_the_latest_attempt_is_the_charge() -> None:
    assert an_intent().charge_id is None
    assert a_paid_intent().charge_id == charge_id_of(a_paid_intent(), 1)


def test_random_texts_are_long_enough() -> None:
    assert re.fullmatch(r"[0-9a-f]{24}", random_text(24))


def test_a_snapshot_survives_the_journal() -> None:
    intent = a_paid_intent(refunded=7)
    assert msgspec.json.decode(msgspec.json.encode(intent), type=Intent) == intent
