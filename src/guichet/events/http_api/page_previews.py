"""What public pages show before the web app has started, and where no script runs: the essentials.

nginx puts it into the page; the web app takes it away when it shows the same itself. The classes
are those of web/src/ui/preview.css. Behind it stand the answers to what the web app would ask first
(web/src/app/firstAnswers.ts): as data, which no browser runs.
"""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from pydantic import BaseModel

from guichet.contracts.times import zone_of
from guichet.events.http_api.answers import Categories, EventAnswer
from guichet.events.http_api.common import PREFIX
from guichet.events.http_api.page_heads import LOCALES, WHEN, unbreakable
from guichet.kernel.dates import spoken
from guichet.kernel.paging import Page, PageAsked
from guichet.kernel.problems import Language

PICTURE_WIDTHS = (400, 800, 1600)
PREVIEW_PAGE = PageAsked(page=1, per_page=12)
"""The first page of the catalogue, as the web app asks for it (`filters.ts`)."""
BANNER_SIZES = "100vw"
LEAD_SIZES = "(max-width: 60em) 100vw, 680px"
_HOME: dict[Language, tuple[str, str]] = {
    "fr": (
        "À l’affiche",
        "Concerts, théâtre, festivals, ateliers\u00a0: le prix affiché est celui que vous payez.",
    ),
    "en": (
        "What is on",
        "Concerts, theatre, festivals, workshops: the price you see is the price you pay.",
    ),
}


_Answers = Sequence[tuple[list[Any], BaseModel]]
"""Path below ours and parameters, as the web app's cache names what it asks, with the answer."""


def event_preview(event: EventAnswer, categories: Categories, language: Language) -> str:
    """Return an event's picture, title, when, where and what; then its page's first answers."""
    answers: _Answers = [([f"/{event.id}"], event), (["/categories"], categories)]
    paragraphs = [text.strip() for text in event.description.split("\n\n")]
    words = "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)
    return (
        f'<div class="preview-banner">{_image(event, BANNER_SIZES)}</div>'
        f'<div class="preview-column"><h1>{escape(event.title)}</h1>'
        f"<p><strong>{escape(_when(event, language))}</strong><br>{escape(_where(event))}</p>"
        f"{words}</div>{_first_answers(answers)}"
    )


def home_preview(page: Page[EventAnswer], categories: Categories, language: Language) -> str:
    """Return what is on: the first with its picture, the others as links; then the answers.

    `page` is the answer of `GET /public` for PREVIEW_PAGE.
    """
    title, lead = _HOME[language]
    events = page.data
    asked = {"page": page.current_page, "per_page": page.per_page, "sort": "date"}
    answers: _Answers = [(["/public", asked], page), (["/categories"], categories)]
    picture = ""
    if events:
        picture = f'<div class="preview-lead">{_image(events[0], LEAD_SIZES)}</div>'
    links = "".join(
        f'<li><a href="/e/{event.id}">{escape(event.title)}</a><br>'
        f"{escape(_when(event, language))}, {escape(_where(event))}</li>"
        for event in events
    )
    return (
        f'<div class="preview-column"><h1>{escape(title)}</h1>'
        f'<p class="preview-words">{escape(lead)}</p><div class="preview-search"></div>'
        f"{picture}<ul>{links}</ul></div>{_first_answers(answers)}"
    )


def _when(event: EventAnswer, language: Language) -> str:
    return spoken(event.date, WHEN[language], zone_of(event.time_zone), LOCALES[language])


def _where(event: EventAnswer) -> str:
    return ", ".join(filter(None, (event.venue or event.location, event.city)))


def _first_answers(answers: _Answers) -> str:
    entries = [
        {"key": [PREFIX + path, *more], "data": answer.model_dump(mode="json", by_alias=True)}
        for (path, *more), answer in answers
    ]
    text = unbreakable(json.dumps(entries, ensure_ascii=False, separators=(",", ":")))
    return f'<script type="application/json" id="first-answers">{text}</script>'


def _image(event: EventAnswer, sizes: str) -> str:
    """The picture in the widths that the web app asks for, so that it is fetched once."""
    if event.image is None:
        return ""
    sources = ""
    if event.image.startswith("/"):
        widths = ", ".join(f"{event.image}&size={width} {width}w" for width in PICTURE_WIDTHS)
        sources = f' srcset="{escape(widths)}" sizes="{sizes}"'
    return (
        f'<img src="{escape(event.image)}"{sources} alt="" width="1600" height="1000" '
        'fetchpriority="high">'
    )
