"""What is wrong with a field, said in French or English."""

import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from guichet.kernel.logs import mask_card_numbers
from guichet.kernel.problems import Language

_SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("Ce champ est obligatoire.", "This field is required."),
    "extra_forbidden": ("Ce champ n'est pas accepté.", "This field is not accepted."),
    "string_too_short": (
        "Il faut au moins {min_length} caractère(s).",
        "At least {min_length} character(s) are needed.",
    ),
    "string_too_long": (
        "{max_length} caractères au plus.",
        "{max_length} characters at most.",
    ),
    "string_type": ("Un texte est attendu.", "A text is expected."),
    "int_parsing": ("Un nombre entier est attendu.", "A whole number is expected."),
    "int_type": ("Un nombre entier est attendu.", "A whole number is expected."),
    "int_from_float": ("Un nombre entier est attendu.", "A whole number is expected."),
    "bool_parsing": ("Vrai ou faux est attendu.", "True or false is expected."),
    "greater_than_equal": ("La valeur minimale est {ge}.", "The smallest value is {ge}."),
    "greater_than": ("La valeur doit dépasser {gt}.", "The value must be above {gt}."),
    "less_than_equal": ("La valeur maximale est {le}.", "The largest value is {le}."),
    "literal_error": ("Valeurs possibles : {expected}.", "Possible values: {expected}."),
    "enum": ("Valeurs possibles : {expected}.", "Possible values: {expected}."),
    # Pydantic's own reason, where it has one, is in English.
    "value_error": ("Valeur invalide.", "Invalid value: {error}{reason}"),
    "date_from_datetime_parsing": ("Une date est attendue.", "A date is expected."),
    "datetime_from_date_parsing": (
        "Une date et une heure sont attendues.",
        "A date and time are expected.",
    ),
    "list_type": ("Une liste est attendue.", "A list is expected."),
    "too_long": ("{max_length} éléments au plus.", "{max_length} items at most."),
    "too_short": ("{min_length} élément(s) au moins.", "{min_length} item(s) at least."),
}
_FALLBACK = ("Valeur invalide.", "Invalid value.")
_CONTROLS = {"Cc", "Zl", "Zp"}
"""Unicode's control characters, line and paragraph separators."""
_PLACES = {"body", "query", "path", "header"}


class Refused(ValueError):
    """What a validator raises to say in both languages what is wrong with a value."""

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


def _printable(value: str, allowed: str) -> str:
    if any(unicodedata.category(sign) in _CONTROLS and sign not in allowed for sign in value):
        raise Refused(
            fr="Les caractères de contrôle ne sont pas acceptés.",
            en="Control characters are not accepted.",
        )
    if mask_card_numbers(value) != value:
        raise Refused(
            fr="Un numéro de carte bancaire n'a pas sa place ici.",
            en="A card number has no place here.",
        )
    return value


def one_line(value: str) -> str:
    """Return the text; raises `Refused` for a line break, control character or card number.

    What is kept as one line may stand in a mail header or a log line; a card number must be
    stored nowhere.
    """
    return _printable(value, "")


def several_lines(value: str) -> str:
    """Return the text; raises `Refused` for a control character or card number."""
    return _printable(value, "\n\r\t")


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(one_line)]
"""A Pydantic field of one line, stripped; lengths are for the field to add."""

Lines = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(several_lines)]
"""A Pydantic field of several lines, stripped."""


def field_errors(raw: Sequence[Any], language: Language) -> dict[str, list[str]]:
    """Turn Pydantic's errors into `{"field.path": ["sentence", …]}`; never repeats the input."""
    errors: dict[str, list[str]] = {}
    for item in raw:
        path = [str(part) for part in item["loc"]]
        if len(path) > 1 and path[0] in _PLACES:
            path = path[1:]
        french, english = _SENTENCES.get(_kind_of(item), _FALLBACK)
        sentence = french if language == "fr" else english
        given: dict[str, object] = item.get("ctx") or {}
        if isinstance(refusal := given.get("error"), Refused):
            sentence = refusal.fr if language == "fr" else refusal.en
        context = {name: str(value) for name, value in given.items()}
        errors.setdefault(".".join(path), []).append(sentence.format_map(_Blank(context)))
    return errors


def _kind_of(item: Any) -> str:
    # Pydantic counts the signs of a text behind a validator as it counts the items of a list.
    kind: str = item["type"]
    if kind in {"too_long", "too_short"} and isinstance(item.get("input"), str):
        return f"string_{kind}"
    return kind


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
