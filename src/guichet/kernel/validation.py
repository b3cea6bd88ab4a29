"""What is wrong with a field, said in French or English."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints

from guichet.kernel.logs import mask_card_numbers
from guichet.kernel.problems import Language, Malformed, Sentence

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
    "model_attributes_type": ("Un objet est attendu.", "An object is expected."),
    "dict_type": ("Un objet est attendu.", "An object is expected."),
    "list_type": ("Une liste est attendue.", "A list is expected."),
    "too_long": ("{max_length} éléments au plus.", "{max_length} items at most."),
    "too_short": ("{min_length} élément(s) au moins.", "{min_length} item(s) at least."),
}
_FALLBACK = ("Valeur invalide.", "Invalid value.")
_NAMED_FIELD = re.compile(r"^Object (?:missing required|contains unknown) field `(.+)`$")
_REASONS = (
    (r"Object missing required", _SENTENCES["missing"]),
    (r"Object contains unknown", _SENTENCES["extra_forbidden"]),
    (r"Expected `msgspec.UnsetType`", _SENTENCES["extra_forbidden"]),
    (
        r"Expected `str` of length >= (\d+)",
        ("Il faut au moins {} caractère(s).", "At least {} character(s) are needed."),
    ),
    (r"Expected `str` of length <= (\d+)", ("{} caractères au plus.", "{} characters at most.")),
    (
        r"Expected `array` of length >= (\d+)",
        ("{} élément(s) au moins.", "{} item(s) at least."),
    ),
    (r"Expected `array` of length <= (\d+)", ("{} éléments au plus.", "{} items at most.")),
    (
        r"Expected `\w+` >= (\S+)",
        ("La valeur minimale est {}.", "The smallest value is {}."),
    ),
    (r"Expected `\w+` <= (\S+)", ("La valeur maximale est {}.", "The largest value is {}.")),
    (
        r"Expected `int \| str\b[^`]*`, got",
        ("Un texte ou un nombre entier est attendu.", "A text or a whole number is expected."),
    ),
    (r"Expected `int\b[^`]*`, got", _SENTENCES["int_type"]),
    (r"Expected `str\b[^`]*`, got", _SENTENCES["string_type"]),
    (r"Expected `bool\b[^`]*`, got", _SENTENCES["bool_parsing"]),
    (r"Expected `array\b[^`]*`, got", _SENTENCES["list_type"]),
    (r"Expected `object\b[^`]*`, got", _SENTENCES["dict_type"]),
)
"""What msgspec says, and what a caller is told; its regular expressions and inputs stay here."""
_CONTROLS = {"Cc", "Zl", "Zp"}
"""Unicode's control characters, line and paragraph separators."""
_PLACES = {"body", "query", "path", "header"}


class Refused(ValueError):
    """What a validator raises to say in both languages what is wrong with a value."""

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(fr, en)


def without_card_number(value: str) -> str:
    """Return the text; raises `Refused` for a card number, which must be stored nowhere."""
    if mask_card_numbers(value) != value:
        raise Refused(
            fr="Un numéro de carte bancaire n'a pas sa place ici.",
            en="A card number has no place here.",
        )
    return value


def _printable(value: str, allowed: str) -> str:
    if any(unicodedata.category(sign) in _CONTROLS and sign not in allowed for sign in value):
        raise Refused(
            fr="Les caractères de contrôle ne sont pas acceptés.",
            en="Control characters are not accepted.",
        )
    return without_card_number(value)


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


def _no_number(value: Any) -> Any:
    """Refuse what Pydantic would read as seconds since 1970: nobody means that by a date."""
    if isinstance(value, int | float) or re.fullmatch(r"\s*[-+\d.]*\s*", str(value)):
        raise Refused(
            fr="Une date et une heure sont attendues.", en="A date and time are expected."
        )
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]
"""A Pydantic field or parameter: date, time and offset (RFC 3339)."""


def checked_line(value: str, field: str) -> str:
    """Return `one_line` of a value outside Pydantic models; raises `Malformed` at its field."""
    try:
        return one_line(value.strip())
    except Refused as refused:
        raise Malformed(errors={field: [refused.sentence]}) from None


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
            sentence = refusal.sentence.said_in(language)
        context = {name: str(value) for name, value in given.items()}
        if language == "fr" and "expected" in context:
            # Pydantic lists the possible values itself: 'a', 'b' or 'c'.
            context["expected"] = context["expected"].replace("' or '", "' ou '")
        errors.setdefault(".".join(path), []).append(sentence.format_map(_Blank(context)))
    return errors


def _kind_of(item: Any) -> str:
    # Pydantic counts the signs of a text behind a validator as it counts the items of a list.
    kind: str = item["type"]
    if kind in {"too_long", "too_short"} and isinstance(item.get("input"), str):
        return f"string_{kind}"
    return kind


def malformed_body(refusal: str) -> Malformed:
    """Return the problem of a body that msgspec refused: "Expected `int` >= 1 - at `$.a`"."""
    reason, _, place = refusal.partition(" - at `$")
    named = _NAMED_FIELD.search(reason)
    parts = [*re.findall(r"[^.\[\]`]+", place), *([named[1]] if named else [])]
    return Malformed(errors={".".join(parts) or "body": [_sentence_of(reason)]})


def _sentence_of(reason: str) -> Sentence:
    for pattern, (french, english) in _REASONS:
        if found := re.match(pattern, reason):
            return Sentence(french.format(*found.groups()), english.format(*found.groups()))
    return Sentence(*_FALLBACK)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
