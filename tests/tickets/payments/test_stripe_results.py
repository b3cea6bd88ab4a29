"""The provider's objects, in the shapes that its API reference shows, become the port's results."""

import msgspec
import pytest

from guichet.tickets.payments import NextAction, PaymentOutcome, PaymentResult, RefundOutcome
from guichet.tickets.payments.stripe_results import (
    Failure,
    Intent,
    Page,
    Refund,
    best_first,
    declined,
    refund_result_of,
    result_of,
)

CARD = '"payment_method_details":{"type":"card","card":{"brand":"visa","last4":"4242"}}'


def read(body: str) -> PaymentResult:
    return result_of(msgspec.json.decode(body, type=Intent))


def test_a_capture_with_a_partial_refund() -> None:
    assert read(
        '{"id":"pi_1","object":"payment_intent","status":"succeeded","amount_received":4200,'
        f'"latest_charge":{{"id":"ch_1","amount_refunded":1200,{CARD}}}}}'
    ) == PaymentResult(
        PaymentOutcome.PAID,
        "pi_1",
        "visa •••• 4242",
        amount_minor=4200,
        refunded_minor=1200,
    )


def test_another_kind_of_method_is_named_by_its_type() -> None:
    body = (
        '{"id":"pi_1","status":"succeeded","amount_received":1,'
        '"latest_charge":{"payment_method_details":{"type":"sepa_debit","sepa_debit":{}}}}'
    )
    assert read(body).method_label == "sepa_debit"


@pytest.mark.parametrize(
    ("action", "url"),
    [
        ('{"type":"redirect_to_url","redirect_to_url":{"url":"https://b.example/x"}}', True),
        ('{"type":"use_stripe_sdk","use_stripe_sdk":{"type":"three_d_secure_redirect"}}', False),
    ],
)
def test_what_the_buyer_has_to_do(action: str, url: bool) -> None:
    result = read(
        '{"id":"pi_1","status":"requires_action","client_secret":"s","latest_charge":null,'
        f'"next_action":{action}}}'
    )
    assert result.outcome is PaymentOutcome.NEEDS_BUYER
    wanted = ("redirect_to_url", "https://b.example/x") if url else ("use_stripe_sdk", None)
    assert result.next_action == NextAction(*wanted, "s")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ('{"code":"card_declined","decline_code":"do_not_honor"}', "do_not_honor"),
        (
            '{"code":"payment_intent_authentication_failure"}',
            "payment_intent_authentication_failure",
        ),
        ("{}", "card_declined"),
    ],
)
def test_a_failed_try(error: str, code: str) -> None:
    result = read(
        f'{{"id":"pi_1","status":"requires_payment_method","last_payment_error":{error},'
        '"latest_charge":"ch_1"}'
    )
    assert (result.outcome, result.decline_code) == (PaymentOutcome.DECLINED, code)


@pytest.mark.parametrize(
    "status", ["processing", "requires_payment_method", "requires_capture", "some_new_state"]
)
def test_what_is_open_is_unknown(status: str) -> None:
    result = read(f'{{"id":"pi_1","status":"{status}"}}')
    assert result == PaymentResult(PaymentOutcome.UNKNOWN, "pi_1")


def test_a_decline_names_the_intent_and_the_card() -> None:
    failure = msgspec.json.decode(
        '{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds",'
        '"payment_method":{"type":"card","card":{"brand":"visa","last4":"9995"}},'
        '"payment_intent":{"id":"pi_1","status":"requires_payment_method"}}}',
        type=Failure,
    )
    assert declined(failure.error) == PaymentResult(
        PaymentOutcome.DECLINED, "pi_1", "visa •••• 9995", "insufficient_funds"
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ('"succeeded"', RefundOutcome.DONE),
        ('"pending"', RefundOutcome.PENDING),
        ('"requires_action"', RefundOutcome.PENDING),
        ('"failed"', RefundOutcome.REFUSED),
        ('"canceled"', RefundOutcome.REFUSED),
        ("null", RefundOutcome.UNKNOWN),
    ],
)
def test_a_refund(status: str, outcome: RefundOutcome) -> None:
    body = f'{{"id":"re_1","status":{status},"metadata":{{}}}}'
    assert refund_result_of(msgspec.json.decode(body, type=Refund)).outcome is outcome


def test_what_took_money_comes_first() -> None:
    page = msgspec.json.decode(
        '{"data":[{"id":"a","status":"canceled"},{"id":"b","status":"processing"},'
        '{"id":"c","status":"succeeded"}],"has_more":false}',
        type=Page[Intent],
    )
    found = sorted(map(result_of, page.data), key=best_first)
    assert [result.intent_id for result in found] == ["c", "b", "a"]
