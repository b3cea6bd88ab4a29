"""Single values of requests: cleaned, bounded, and told apart from what is not accepted."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from guichet.contracts import money
from guichet.contracts.times import zone_of
from guichet.events.domain.moments import parse_clock, parse_moment
from guichet.kernel.validation import without_card_number

ID_MAX = 2**63 - 1
CAPACITY_MAX = 1_000_000
URL_CHARACTERS_MAX = 2000
_LINE_BREAKS = {"Cc", "Zl", "Zp"}


def one_line(value: Any) -> Any:
    """Return a text with every control character and run of spaces turned into one space."""
    if not isinstance(value, str):
        return value
    plain = (" " if unicodedata.category(sign) in _LINE_BREAKS else sign for sign in value)
    return " ".join("".join(plain).split())


def text_line(value: Any) -> Any:
    """Return `one_line` of a text without a card number, which `Refused` keeps out.

    Not for web addresses: the numbers of pictures are as long as those of cards.
    """
    return without_card_number(one_line(value)) if isinstance(value, str) else value


def text_line_or_none(value: Any) -> Any:
    """Return `text_line` of a text, None for an empty one."""
    return text_line(value) or None if isinstance(value, str) else value


def one_line_or_none(value: Any) -> Any:
    """Return `one_line` of a text, None for an empty one."""
    return one_line(value) or None if isinstance(value, str) else value


def prose(value: Any) -> Any:
    """Return a text with line feeds alone as line ends, and no other control character."""
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    lines = lines.replace("\u2028", "\n").replace("\u2029", "\n\n")
    kept = (sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    return without_card_number("".join(kept).strip())


def web_address(value: str) -> str:
    """Return an http or https address as it is; it is stored and shown, never fetched."""
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    except ValueError:
        is_address = False
    if not is_address or " " in value:
        raise PydanticCustomError("web_address", "an http or https address is expected")
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_from_date_parsing", "a date and time are expected")
    try:
        return parse_moment(value)
    except ValueError:
        raise PydanticCustomError(
            "datetime_from_date_parsing", "a date and time are expected"
        ) from None


def _clock(value: Any) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("14:00")
    return parse_clock(value)


def _zone(value: str) -> str:
    return zone_of(value).key


def _whole_number(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a whole number is expected")
    return value


def _refused(_value: Any) -> Any:
    raise PydanticCustomError("extra_forbidden", "this field is not accepted")


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


Title = Annotated[str, BeforeValidator(text_line), StringConstraints(min_length=1, max_length=200)]
Place = Annotated[str, BeforeValidator(text_line), StringConstraints(min_length=1, max_length=300)]
Line = Annotated[
    Annotated[str, StringConstraints(max_length=200)] | None, BeforeValidator(text_line_or_none)
]
"""A short text that may be missing; an empty one counts as missing."""
Prose = Annotated[str, BeforeValidator(prose), StringConstraints(max_length=20_000)]
ShortProse = Annotated[
    Annotated[str, BeforeValidator(prose), StringConstraints(max_length=5_000)] | None, Field()
]
WebAddress = Annotated[
    Annotated[str, StringConstraints(max_length=URL_CHARACTERS_MAX), AfterValidator(web_address)]
    | None,
    BeforeValidator(one_line_or_none),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    Field(
        description="RFC 3339; without an offset it is read in the event's time zone.",
        examples=["2027-06-15T09:00:00Z", "2027-06-15 11:00"],
    ),
]
Clock = Annotated[str | None, BeforeValidator(_clock), Field(examples=["14:00"])]
Zone = Annotated[
    str, StringConstraints(max_length=60), AfterValidator(_zone), Field(examples=["Europe/Paris"])
]
Currency = Annotated[money.Currency, BeforeValidator(_upper)]
Category = Annotated[
    Annotated[str, BeforeValidator(_lower), StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
    | None,
    BeforeValidator(one_line_or_none),
]
Capacity = Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=CAPACITY_MAX)]
PerOrder = Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=100)]
PerAccount = Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=10_000)]
Lower = BeforeValidator(_lower)
Refused = Annotated[SkipJsonSchema[Any], BeforeValidator(_refused)]
"""A field that nobody may send: what it says is decided here, not by clients."""
