"""Turning a template and what it is about into a subject, an HTML page, a text and an SMS."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final, Literal, cast

from babel.dates import get_timezone_location
from babel.numbers import format_currency
from jinja2 import DictLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from mjml import mjml2html

from guichet.contracts.money import amount_of
from guichet.contracts.times import zone_of
from guichet.kernel.dates import spoken
from guichet.kernel.problems import Language
from guichet.notifications.domain import (
    SUBJECT_CHARACTERS_MAX,
    TemplateBroken,
    TemplateKey,
    clean_line,
    greeting_name,
)

TEMPLATES: Final = Path(__file__).parent / "templates"
SHARED_FILES: Final = ("layout.mjml", "parts.mjml", "layout.txt", "parts.txt")
VALUE_CHARACTERS_MAX: Final = 2000
RENDERED_CHARACTERS_MAX: Final = 500_000
SMS_CHARACTERS_MAX: Final = 320
LOCALES: Final[dict[Language, str]] = {"fr": "fr_FR", "en": "en_GB"}
WHEN_PATTERNS: Final[dict[Language, str]] = {
    "fr": "EEEE d MMMM y 'à' HH:mm",
    "en": "EEEE d MMMM y 'at' HH:mm",
}

Part = Literal["subject", "mjml", "text", "sms"]
Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A template's sources: Jinja2 in all of them, MJML in `mjml`. `sms` is empty for most."""

    subject: str
    mjml: str
    text: str
    sms: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a person receives; `sms` is empty where the template has none."""

    subject: str
    html: str
    text: str
    sms: str


def default_draft(key: TemplateKey, language: Language) -> Draft:
    """Return the template that comes with the program; the text's first line is the subject."""
    stem = TEMPLATES / f"{key}.{language}"
    subject, _, text = stem.with_suffix(f".{language}.txt").read_text("utf-8").partition("\n\n")
    sms = stem.with_suffix(f".{language}.sms.txt")
    return Draft(
        subject=subject.removeprefix("Subject: "),
        mjml=stem.with_suffix(f".{language}.mjml").read_text("utf-8"),
        text=text,
        sms=sms.read_text("utf-8").strip() if sms.exists() else "",
    )


def render(draft: Draft, context: Context, language: Language, home: str) -> Rendered:
    """Render every part. Whatever people typed is escaped and kept on its line.

    Raises `TemplateBroken` with the parts that fail, each with the reason.
    """
    values = {**_cleaned(context), "language": language, "home": home}
    renderers: dict[Part, Callable[[], str]] = {
        "subject": lambda: clean_line(
            _filled(draft.subject, values, language, html=False), SUBJECT_CHARACTERS_MAX
        ),
        "mjml": lambda: _html(_filled(draft.mjml, values, language, html=True)),
        "text": lambda: _without_gaps(_filled(draft.text, values, language, html=False)),
        "sms": lambda: clean_line(
            _filled(draft.sms, values, language, html=False), SMS_CHARACTERS_MAX
        ),
    }
    parts: dict[Part, str] = {}
    errors: dict[str, list[str]] = {}
    for name, render_part in renderers.items():
        try:
            parts[name] = _bounded(render_part())
        except (TemplateError, ValueError, TypeError, ArithmeticError, LookupError) as error:
            errors[name] = [clean_line(str(error) or type(error).__name__, 300)]
    if not errors and not parts["subject"]:
        errors["subject"] = ["L'objet est vide." if language == "fr" else "The subject is empty."]
    if errors:
        raise TemplateBroken(errors=errors)
    return Rendered(parts["subject"], parts["mjml"], parts["text"], parts["sms"])


def _filled(source: str, values: Context, language: Language, *, html: bool) -> str:
    return _template(source, language, html).render(values)


def _html(mjml: str) -> str:
    return mjml2html(mjml, disable_comments=False, fonts={}, include_loader=_refuse_include)


def _refuse_include(path: str) -> str:
    # mj-include reads any file of this machine; layouts come through Jinja2 alone.
    raise ValueError(f"mj-include is not available: {path}")


def _without_gaps(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


def _bounded(text: str) -> str:
    if len(text) > RENDERED_CHARACTERS_MAX:
        raise ValueError("too long")
    return text


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_line(value, VALUE_CHARACTERS_MAX)
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: _cleaned(member) for name, member in members.items()}
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        return [_cleaned(item) for item in items]
    return value


@lru_cache(maxsize=256)
def _template(source: str, language: Language, html: bool) -> Template:
    return _environment(language, html).from_string(source)


@lru_cache(maxsize=4)
def _environment(language: Language, html: bool) -> ImmutableSandboxedEnvironment:
    shared = {name: (TEMPLATES / name).read_text("utf-8") for name in SHARED_FILES}
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(shared),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = cast("dict[str, Any]", environment.filters)
    filters.update(
        when=partial(when, language),
        moment=partial(moment, language),
        money=partial(money, language),
        greeting=partial(greeting, language),
        breakable=breakable if html else str,
    )
    return environment


def when(language: Language, instant: str, time_zone: str) -> str:
    """Return an RFC 3339 instant as people there read it, with the name of the place's time."""
    local = moment(language, instant, time_zone, WHEN_PATTERNS[language])
    local_time = "heure locale" if language == "fr" else "local time"
    return f"{local} ({local_time}, {place_of(language, time_zone)})"


def moment(language: Language, instant: str, time_zone: str, pattern: str) -> str:
    """Return an instant in a zone by a CLDR pattern, such as `d` or `HH:mm`."""
    return spoken(datetime.fromisoformat(instant), pattern, zone_of(time_zone), LOCALES[language])


def place_of(language: Language, time_zone: str) -> str:
    """Return the city that names a time zone, or the zone's own name where none does."""
    if "/" not in time_zone or time_zone.startswith("Etc/"):
        return time_zone.removeprefix("Etc/")
    return get_timezone_location(zone_of(time_zone), LOCALES[language], return_city=True)


def money(language: Language, amount_minor: int, currency: str) -> str:
    """Return minor units as people of the language read an amount: `99,99 €`, `€99.99`."""
    return format_currency(Decimal(amount_of(amount_minor)), currency, locale=LOCALES[language])


def greeting(language: Language, name: str) -> str:
    """Return `Bonjour Ada,` or, where the name cannot be shown, `Bonjour,`."""
    hello = "Bonjour" if language == "fr" else "Hello"
    shown = greeting_name(name)
    return f"{hello} {shown}," if shown else f"{hello},"


def breakable(text: str) -> Markup:
    """Return a long address as HTML that may break after each of its separators."""
    pieces = re.split(r"(?<=[/#=_-])", text)
    return Markup("<wbr />").join(pieces)
