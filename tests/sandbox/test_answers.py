"""Answers carry the provider's headers, and come out of a record the same every time."""

import json

import pytest

from guichet.sandbox.answers import JsonResponse, refused_response, stored_response
from guichet.sandbox.books import Answer
from guichet.sandbox.records import Problem, StoredAnswer
from guichet.sandbox.rules import Refused
from tests.sandbox.making import a_paid_intent, a_refund, an_intent

BANK = "http://bank.example"


def test_a_json_response_states_its_length() -> None:
    response = JsonResponse({"é": 1}, 201, (b"x", b"y"))
    headers = dict(response.raw_headers)
    assert headers[b"content-length"] == str(len(response.body)).encode()
    assert headers[b"request-id"].startswith(b"req_")
    assert (response.status_code, headers[b"x"]) == (201, b"y")


def test_a_stored_answer_is_marked_when_it_comes_again() -> None:
    answer = Answer(StoredAnswer("key", "print", 1, 200), a_paid_intent(), None)
    first = stored_response(answer, BANK, replayed=False)
    again = stored_response(answer, BANK, replayed=True)
    assert first.body == again.body
    assert first.headers["idempotency-key"] == "key"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


def test_the_refund_is_shown_where_there_is_one() -> None:
    answer = Answer(StoredAnswer("", "", 1, 200), a_paid_intent(), a_refund())
    response = stored_response(answer, BANK, replayed=False)
    assert json.loads(response.body)["object"] == "refund"
    assert "idempotency-key" not in response.headers


def test_a_refusal_shows_the_payment() -> None:
    problem = Problem("card_error", "No.", "card_declined", "generic_decline")
    response = refused_response(Refused(402, problem, an_intent()), BANK)
    error = json.loads(response.body)["error"]
    assert response.status_code == 402
    assert error["decline_code"] == "generic_decline"
    assert error["payment_intent"]["id"] == an_intent().id


def test_an_answer_without_an_object_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="without an object"):
        stored_response(Answer(StoredAnswer("", "", 1, 200), None, None), BANK, replayed=False)
