"""What clients send: mistakes in both languages, cards that leave no trace, fields not theirs."""

import json
import logging
from typing import Any

import pytest

from guichet.kernel import access_log
from guichet.kernel.hot_route import BODY_BYTES_MAX
from guichet.kernel.problems import Malformed
from guichet.tickets.http_api.asked import key_of, method_of
from guichet.tickets.http_api.shapes import PaymentAsked
from guichet.tickets.problems import CardNotAccepted
from tests.tickets.http_api.conftest import (
    ALICE,
    GUEST,
    OPERATOR,
    VISA,
    Front,
    Person,
    code_of,
)

CARD = "5555555555554444"
"""A valid number, published by the provider too, that this API does not take."""


async def test_a_quantity_is_a_small_whole_number(front: Front) -> None:
    event = await front.shop.event()
    quantities: list[object] = [0, -1, 1.5, 10**9, 10**30, "0", "1.5", "two", "", True, [], {}]
    for quantity in quantities:
        line = {"ticket_type_id": event, "quantity": quantity}
        for asked in ({"quantity": quantity}, {"items": [line]}):
            body = {"event_id": event, "payment": VISA, **asked}
            for path in ("/purchase", "/holds"):
                answer = await front.ask("POST", path, body, by=ALICE)
                assert code_of(answer) == (422, "malformed"), quantity
                (field,) = answer.json["errors"]
                assert field in {"quantity", "items.0.quantity"}
    assert await front.shop.stock(event) == (0, 0)


async def test_numbers_may_come_as_texts_as_old_clients_send_them(front: Front) -> None:
    event = await front.shop.event()
    body = {"event_id": str(event), "quantity": "2", "payment": VISA}
    bought = await front.ask("POST", "/purchase", body, by=ALICE)
    assert (bought.status, bought.json["order"]["quantity"]) == (201, 2)
    assert await front.shop.stock(event) == (2, 0)


@pytest.mark.parametrize("path", ["/purchase", "/holds"])
async def test_what_is_ours_to_say_is_refused(front: Front, path: str) -> None:
    event = await front.shop.event()
    slipped_in = {
        "price": "0.01",
        "amount": 1,
        "total": 0,
        "currency": "USD",
        "status": "confirmed",
        "user_id": 2,
        "role": "admin",
    }
    body = {"event_id": event, "quantity": 1, "payment": VISA}
    for field, value in slipped_in.items():
        line = {"ticket_type_id": event, "quantity": 1, field: value}
        in_a_line = {"event_id": event, "items": [line], "payment": VISA}
        for asked, where in (({**body, field: value}, field), (in_a_line, f"items.0.{field}")):
            answer = await front.ask("POST", path, asked, by=ALICE)
            assert answer.status == 422
            assert answer.json["errors"] == {where: ["This field is not accepted."]}
    assert await front.shop.stock(event) == (0, 0)


MISTAKES: list[tuple[object, Person | None, str, str, str]] = [
    (
        {"quantity": 1},
        ALICE,
        "event_id",
        "Indiquez soit event_id, soit hold_id.",
        "Give either event_id or hold_id.",
    ),
    (
        {"event_id": 1, "hold_id": 1},
        ALICE,
        "event_id",
        "Indiquez soit event_id, soit hold_id.",
        "Give either event_id or hold_id.",
    ),
    (
        {"event_id": 1},
        ALICE,
        "quantity",
        "Indiquez soit quantity, soit items.",
        "Give either quantity or items.",
    ),
    (
        {"event_id": 1, "quantity": 1, "guest": {**GUEST, "email": "nobody@"}},
        None,
        "guest.email",
        "Une adresse e-mail valide est attendue.",
        "A valid e-mail address is expected.",
    ),
    (
        {"event_id": 1, "quantity": 1, "guest": {**GUEST, "name": " \t "}},
        None,
        "guest.name",
        "Un nom est attendu.",
        "A name is expected.",
    ),
    (
        {"event_id": 1, "quantity": 1, "guest": {**GUEST, "name": "a\0b"}},
        None,
        "guest.name",
        "Les caractères de contrôle ne sont pas acceptés.",
        "Control characters are not accepted.",
    ),
    (
        {"event_id": 1, "quantity": 1, "guest": {**GUEST, "language": "fr\n"}},
        None,
        "guest.language",
        "Valeur invalide.",
        "Invalid value.",
    ),
    (
        {"event_id": 1, "quantity": 1, "payment": {**VISA, "expiry": "13/30"}},
        ALICE,
        "payment.expiry",
        "La date de fin est attendue sous la forme MM/AA.",
        "The expiry date is expected as MM/YY.",
    ),
    (
        {"event_id": 1, "quantity": 1, "payment": {**VISA, "cvv": "12"}},
        ALICE,
        "payment.cvv",
        "Trois ou quatre chiffres sont attendus.",
        "Three or four digits are expected.",
    ),
    (
        {"event_id": 1, "quantity": 1, "payment": {**VISA, "card_number": 1.5}},
        ALICE,
        "payment.card_number",
        "Un texte ou un nombre entier est attendu.",
        "A text or a whole number is expected.",
    ),
    (
        {"event_id": 1, "items": []},
        ALICE,
        "items",
        "1 élément(s) au moins.",
        "1 item(s) at least.",
    ),
]
"""What is sent, by whom, and what is said at which field."""


async def test_a_mistake_is_said_in_both_languages(front: Front) -> None:
    for body, by, field, french, english in MISTAKES:
        for language, sentence in (("fr-FR", french), ("en", english)):
            answer = await front.ask(
                "POST", "/purchase", body, by=by, headers={"accept_language": language}
            )
            assert answer.headers["content-type"] == "application/problem+json"
            assert (answer.status, answer.json["errors"]) == (422, {field: [sentence]})


async def test_a_buyer_who_is_nobody_is_asked_who_buys(front: Front) -> None:
    event = await front.shop.event()
    for language, sentence in (
        ("fr", "Identifiez-vous, ou indiquez votre nom et votre adresse e-mail."),
        ("en", "Sign in, or give your name and e-mail address."),
    ):
        answer = await front.buy(event, by=None, headers={"accept_language": language})
        assert code_of(answer) == (401, "unauthenticated")
        assert answer.json["detail"] == sentence
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_refusal_is_problem_json_in_the_callers_language(front: Front) -> None:
    event = await front.shop.event(capacity=1)
    expected = {
        "fr": "Il ne reste plus assez de billets.",
        "en": "Not enough tickets are left.",
        "de, en;q=0.5": "Not enough tickets are left.",
        "de": "Il ne reste plus assez de billets.",
    }
    for language, sentence in expected.items():
        answer = await front.buy(event, 2, headers={"accept_language": language})
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json == {
            "type": "urn:guichet:problem:sold_out",
            "title": "Conflict",
            "status": 409,
            "detail": sentence,
            "message": sentence,
            "code": "sold_out",
            "left": 1,
        }


async def test_what_cannot_be_read_is_400_and_what_is_huge_413(front: Front) -> None:
    unreadable = [
        b"",
        b"{",
        b"event_id=1",
        b'{"event_id": NaN}',
        b"\xff\xfe",
        b'{"a":' + b"[" * 60_000,
    ]
    huge = b'{"event_id": 1' + b" " * BODY_BYTES_MAX + b"}"
    for path in ("/purchase", "/holds", "/validate"):
        for body in unreadable:
            answer = await front.ask("POST", path, body, by=OPERATOR)
            assert code_of(answer) == (400, "bad_request"), body[:20]
        answer = await front.ask("POST", path, huge, by=OPERATOR)
        assert code_of(answer) == (413, "payload_too_large")


async def test_published_cards_pay_however_they_are_written(front: Front) -> None:
    event = await front.shop.event()
    for number, expiry, cvv in (
        ("4242424242424242", "12/25", "123"),
        (4242424242424242, "01/34", 1234),
        ("4242-4242-4242-4242", "12/34", "1234"),
        ("4111 1111 1111 1111", "12/25", 123),
    ):
        card = {"card_number": number, "expiry": expiry, "cvv": cvv}
        bought = await front.buy(event, payment=card)
        assert bought.status == 201
        assert str(number).encode() not in bought.body
        assert str(number) not in await front.everything()


@pytest.fixture
def request_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    """The access log, each line written at once."""
    monkeypatch.setattr(access_log, "LINES_MAX", 1)
    caplog.set_level(logging.INFO, logger="guichet.access")
    return caplog


async def test_any_other_card_is_refused_and_leaves_no_trace(
    front: Front, capsys: pytest.CaptureFixture[str], request_log: pytest.LogCaptureFixture
) -> None:
    event = await front.shop.event()
    numbers = [CARD, int(CARD), "5555 5555 5555 4444", "4242424242424241", 10**25, "", 0, -1]
    for number in numbers:
        card = {**VISA, "card_number": number}
        answer = await front.buy(event, payment=card, headers={"idempotency_key": "card"})
        assert code_of(answer) == (422, "card_not_accepted")
        assert answer.json["errors"] == {
            "payment.card_number": ["This number is not accepted here."]
        }
        said = capsys.readouterr()
        assert "/purchase" in request_log.text, "the log is looked at"
        if len(str(number)) > 2:
            for place in (answer.body.decode(), said.out, said.err, request_log.text):
                assert str(number) not in place
    assert front.shop.provider.calls == []
    kept = await front.everything()
    assert not [number for number in numbers[:5] if str(number) in kept]


async def test_a_number_of_thousands_of_digits_is_only_another_wrong_card(front: Front) -> None:
    for field, code in (("card_number", "card_not_accepted"), ("cvv", "malformed")):
        card = json.dumps({**VISA, field: 0}).replace(f'"{field}": 0', f'"{field}": 1{"0" * 4000}')
        body = f'{{"event_id": 1, "quantity": 1, "payment": {card}}}'.encode()
        assert code_of(await front.ask("POST", "/purchase", body, by=ALICE)) == (422, code)


async def test_no_card_is_taken_where_money_is_real(front: Front) -> None:
    event = await front.shop.event()
    front.shop.provider.test_mode = False
    assert code_of(await front.buy(event)) == (422, "card_not_accepted")
    assert front.shop.provider.calls == []
    by_browser = await front.buy(event, payment={"method": "pm_card_visa"})
    assert by_browser.status == 201


async def test_a_card_number_in_any_other_field_leaves_no_trace(
    front: Front, capsys: pytest.CaptureFixture[str], request_log: pytest.LogCaptureFixture
) -> None:
    event = await front.shop.event()
    places: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"guest": {**GUEST, "name": f"Invité {CARD}"}}, {}),
        ({"guest": {**GUEST, "email": f"{CARD}@example.com"}}, {}),
        ({"guest": {**GUEST, "language": CARD}}, {}),
        ({"payment": {"method": f"pm_{CARD}"}}, {}),
        ({"payment": {**VISA, "cvv": CARD}}, {}),
        ({"payment": {**VISA, "expiry": CARD}}, {}),
        ({"payment": CARD}, {}),
        ({"quantity": int(CARD)}, {}),
    ]
    for changed, headers in places:
        body = {"event_id": event, "guest": GUEST, "payment": VISA, "quantity": 1, **changed}
        answer = await front.ask("POST", "/purchase", body, headers=headers)
        assert answer.status == 422, changed
        said = capsys.readouterr()
        assert "/purchase" in request_log.text, "the log is looked at"
        for place in (answer.body.decode(), said.out, said.err, request_log.text):
            assert CARD not in place, changed
    assert CARD not in await front.everything()
    assert await front.shop.one("SELECT count(*) FROM orders") == 0


async def test_a_card_number_at_the_door_leaves_no_trace(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event())
    for body in ({"code": CARD}, {"code": ticket["ticket_number"], "place": f"Porte {CARD}"}):
        answer = await front.ask("POST", "/validate", body, by=OPERATOR)
        assert answer.status in {404, 422}
        assert CARD.encode() not in answer.body
    assert CARD not in await front.everything()
    assert await front.shop.one("SELECT count(*) FROM admissions") == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x7fb"])
def test_an_idempotency_key_is_bounded_and_printable(key: str) -> None:
    with pytest.raises(Malformed) as refusal:
        key_of({"idempotency-key": key})
    assert refusal.value.errors is not None
    assert list(refusal.value.errors) == ["Idempotency-Key"]
    assert key_of({}) is None
    assert len(key_of({"idempotency-key": "x" * 255}) or "") == 64


async def test_a_random_key_that_looks_like_a_card_number_is_a_key_and_not_kept(
    front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    event = await front.shop.event()
    for number in ("8683492186847394", CARD):
        key = {"idempotency_key": f"4e9c349e{number}d2e0c404"}
        first = await front.buy(event, headers=key)
        again = await front.buy(event, headers=key)
        assert (first.status, again.body) == (201, first.body)
        assert number not in await front.everything()
        assert number not in capsys.readouterr().out
    assert await front.shop.stock(event) == (2, 0)


def test_a_card_is_told_to_nobody() -> None:
    asked = PaymentAsked(card_number=CARD, cvv="987")
    assert CARD not in repr(asked)
    assert "987" not in repr(asked)
    with pytest.raises(CardNotAccepted) as refusal:
        method_of(asked, test_mode=True)
    assert CARD not in repr(refusal.value) + str(refusal.value.body("en"))
