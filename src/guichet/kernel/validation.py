"""What is wrong with a field, said in French or English."""

from collections.abc import Sequence
from typing import Any

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
    "value_error": ("Valeur invalide : {error}", "Invalid value: {error}"),
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
_PLACES = {"body", "query", "path", "header"}


def field_errors(raw: Sequence[Any], language: Language) -> dict[str, list[str]]:
    """Turn Pydantic's errors into `{"field.path": ["sentence", …]}`; never repeats the input."""
    errors: dict[str, list[str]] = {}
    for item in raw:
        path = [str(part) for part in item["loc"]]
        if len(path) > 1 and path[0] in _PLACES:
            path = path[1:]
        french, english = _SENTENCES.get(item["type"], _FALLBACK)
        sentence = french if language == "fr" else english
        given: dict[str, object] = item.get("ctx") or {}
        context = {name: str(value) for name, value in given.items()}
        errors.setdefault(".".join(path), []).append(sentence.format_map(_Blank(context)))
    return errors


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
