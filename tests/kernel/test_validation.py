"""What is wrong with a field is said in the caller's language, and never repeats the input."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, EmailStr, Field, TypeAdapter, ValidationError, field_validator

from guichet.kernel.problems import Language, Malformed
from guichet.kernel.validation import Line, Lines, Moment, Refused, checked_line, field_errors


class Thing(BaseModel, extra="forbid"):
    name: Annotated[Line, Field(min_length=2, max_length=5)]
    count: int = Field(1, ge=1, le=9)
    email: EmailStr = "a@example.com"
    parts: list[int] = []
    size: Literal["small", "large"] = "small"

    @field_validator("count")
    @classmethod
    def _not_four(cls, value: int) -> int:
        if value == 4:
            raise Refused(fr="Pas quatre.", en="Not four.")
        if value == 5:
            raise ValueError("five is right out")
        return value


def errors_of(body: dict[str, Any], language: Language) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        Thing.model_validate(body)
    return field_errors(refusal.value.errors(), language)


@pytest.mark.parametrize(
    ("body", "field", "french", "english"),
    [
        ({}, "name", "Ce champ est obligatoire.", "This field is required."),
        ({"name": "abcdef"}, "name", "5 caractères au plus.", "5 characters at most."),
        (
            {"name": "a"},
            "name",
            "Il faut au moins 2 caractère(s).",
            "At least 2 character(s) are needed.",
        ),
        (
            {"name": "abc", "size": "huge"},
            "size",
            "Valeurs possibles : 'small' ou 'large'.",
            "Possible values: 'small' or 'large'.",
        ),
        ({"name": 7}, "name", "Un texte est attendu.", "A text is expected."),
        (
            {"name": "abc", "count": 0},
            "count",
            "La valeur minimale est 1.",
            "The smallest value is 1.",
        ),
        ({"name": "abc", "count": 4}, "count", "Pas quatre.", "Not four."),
        (
            {"name": "abc", "count": 5},
            "count",
            "Valeur invalide.",
            "Invalid value: five is right out",
        ),
        (
            {"name": "abc", "parts": [1, "x"]},
            "parts.1",
            "Un nombre entier est attendu.",
            "A whole number is expected.",
        ),
        (
            {"name": "abc", "role": "admin"},
            "role",
            "Ce champ n'est pas accepté.",
            "This field is not accepted.",
        ),
    ],
)
def test_each_mistake_in_both_languages(
    body: dict[str, Any], field: str, french: str, english: str
) -> None:
    assert errors_of(body, "fr") == {field: [french]}
    assert errors_of(body, "en") == {field: [english]}


def test_a_reason_in_english_stays_out_of_french() -> None:
    french = errors_of({"name": "abc", "email": "nobody"}, "fr")
    english = errors_of({"name": "abc", "email": "nobody"}, "en")
    assert french == {"email": ["Valeur invalide."]}
    assert english["email"][0].startswith("Invalid value: ")
    assert len(english["email"][0]) > len("Invalid value: ")


def test_the_input_is_never_repeated() -> None:
    secret = "hunter2-hunter2"
    assert secret not in str(errors_of({"name": secret, "count": secret, "role": secret}, "en"))


def test_places_are_left_out_of_the_path() -> None:
    raw = [{"loc": ("body", "name"), "type": "missing"}, {"loc": ("query", "q"), "type": "new"}]
    assert list(field_errors(raw, "en")) == ["name", "q"]
    assert field_errors([{"loc": ("body",), "type": "missing"}], "en") == {
        "body": ["This field is required."]
    }


line, lines = TypeAdapter[str](Line), TypeAdapter[str](Lines)


def test_a_line_is_stripped_and_one() -> None:
    assert line.validate_python("  Élodie d'Ûzès — №5  ") == "Élodie d'Ûzès — №5"
    assert lines.validate_python(" a\r\n\tb\n") == "a\r\n\tb"


@pytest.mark.parametrize("sign", ["\n", "\r", "\0", "\x1b", "\x7f", "\u2028", "\u2029", "\x85"])
def test_a_line_holds_no_break_and_no_control(sign: str) -> None:
    with pytest.raises(ValidationError):
        line.validate_python(f"a{sign}b")


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x7f", "\u2028"])
def test_several_lines_hold_no_other_control(sign: str) -> None:
    with pytest.raises(ValidationError):
        lines.validate_python(f"a{sign}b")


@pytest.mark.parametrize("kind", [line, lines])
def test_a_card_number_is_not_stored(kind: TypeAdapter[str]) -> None:
    for text in ("4242424242424242", "my card: 4111 1111 1111 1111, 12/30"):
        with pytest.raises(ValidationError, match="card number"):
            kind.validate_python(text)
    assert kind.validate_python("1234 5678 9012 3456") == "1234 5678 9012 3456"


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (
            "a\0b",
            "Les caractères de contrôle ne sont pas acceptés.",
            "Control characters are not accepted.",
        ),
        (
            "4242 4242 4242 4242",
            "Un numéro de carte bancaire n'a pas sa place ici.",
            "A card number has no place here.",
        ),
    ],
)
def test_a_line_outside_models_is_checked_the_same(value: str, french: str, english: str) -> None:
    assert checked_line("  Élodie ", "guest.name") == "Élodie"
    with pytest.raises(Malformed) as refusal:
        checked_line(value, "guest.name")
    assert refusal.value.body("fr")["errors"] == {"guest.name": [french]}
    assert refusal.value.body("en")["errors"] == {"guest.name": [english]}


@pytest.mark.parametrize("given", ["0.5", "1700000000", " 12 ", 1_700_000_000, 0.5, "", "-1"])
def test_a_bare_number_is_no_moment(given: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(given)


def test_a_moment_has_an_offset() -> None:
    moment = TypeAdapter(Moment).validate_python("2027-06-15T20:00:00+02:00")
    assert moment.isoformat() == "2027-06-15T20:00:00+02:00"
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python("2027-06-15T20:00:00")
