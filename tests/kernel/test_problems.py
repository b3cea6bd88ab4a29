"""Every refusal has its own status and code, and two sentences whose braces are filled."""

import string
from collections.abc import Iterator

import pytest

from guichet.kernel.problems import (
    STATUS_PROBLEMS,
    Malformed,
    Problem,
    Sentence,
    Unauthenticated,
    Unavailable,
)


def tree(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Yield every refusal that the kernel knows."""
    if kind.__module__.startswith("guichet.kernel."):
        yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def params_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("kind", list(tree()), ids=lambda kind: kind.__name__)
def test_every_refusal_speaks_both_languages(kind: type[Problem]) -> None:
    assert kind.fr
    assert kind.en
    assert kind.fr != kind.en
    assert params_of(kind.fr) == params_of(kind.en)
    assert 400 <= kind.status < 600


class Late(Problem):
    status, code, title = 409, "late", "Conflict"
    fr = "En retard de {minutes} min."
    en = "{minutes} min late."


def test_the_body_is_problem_json_in_the_language_asked_for() -> None:
    french, english = Late(minutes=5).body("fr"), Late(minutes=5).body("en")
    assert french == {
        "type": "urn:guichet:problem:late",
        "title": "Conflict",
        "status": 409,
        "detail": "En retard de 5 min.",
        "message": "En retard de 5 min.",
        "code": "late",
        "minutes": 5,
    }
    assert english["message"] == english["detail"] == "5 min late."


def test_malformed_fields_stand_in_errors() -> None:
    body = Malformed(errors={"name": ["Too long."]}).body("en")
    assert body["errors"] == {"name": ["Too long."]}
    assert "errors" not in Malformed().body("en")


def test_a_mistake_is_said_in_the_language_asked_for() -> None:
    mistakes = Malformed(errors={"name": [Sentence("Trop long.", "Too long."), "Already said."]})
    assert mistakes.body("fr")["errors"] == {"name": ["Trop long.", "Already said."]}
    assert mistakes.body("en")["errors"] == {"name": ["Too long.", "Already said."]}


def test_headers_say_when_to_come_again_and_how_to_sign_in() -> None:
    assert Late(minutes=1).headers() == {}
    assert Late(minutes=1, retry_after_seconds=7).headers() == {"Retry-After": "7"}
    assert Unavailable().headers() == {"Retry-After": "2"}
    assert Unauthenticated().headers() == {"WWW-Authenticate": "Bearer"}


def test_every_status_of_a_framework_has_its_own_problem() -> None:
    assert all(kind.status == status for status, kind in STATUS_PROBLEMS.items())
    assert {400, 401, 403, 404, 405, 409, 410, 413, 422, 425, 429, 503} == set(STATUS_PROBLEMS)
