"""Routes for search engines and link previews: which pages there are, and what each is about."""

from typing import Any
from xml.sax.saxutils import escape

from fastapi import APIRouter, Response

from guichet.contracts.times import rfc3339
from guichet.events.domain.problems import EventNotFound
from guichet.events.domain.records import EventFilter, Viewer
from guichet.events.domain.states import Status
from guichet.events.http_api.answers import Categories, CategoryAnswer, event_answer
from guichet.events.http_api.common import PREFIX, AskedLanguage, EventId, OurMeans
from guichet.events.http_api.page_heads import event_head, home_head, missing_head
from guichet.events.http_api.page_previews import PREVIEW_PAGE, event_preview, home_preview
from guichet.events.use_cases.means import Means
from guichet.events.use_cases.reading import (
    get_categories,
    get_event,
    get_published_pages,
    list_events,
)
from guichet.kernel.paging import Total, page_of

FRESH_SECONDS = 600
HEAD_FRESH_SECONDS = 10
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

router = APIRouter(prefix=PREFIX, tags=["search engines"])


def _content(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": "string"}}}}}


_HTML = _content("text/html")


@router.get(
    "/sitemap.xml",
    summary="Every public page",
    response_class=Response,
    responses=_content("application/xml"),
)
async def sitemap(means: OurMeans) -> Response:
    """The home page and each published event ahead, with when it last changed."""
    home = means.outside_url
    urls = [f"<url><loc>{escape(home)}/</loc></url>"]
    urls += [
        f"<url><loc>{escape(home)}/e/{page.event_id}</loc>"
        f"<lastmod>{rfc3339(page.updated_at)}</lastmod></url>"
        for page in await get_published_pages(means)
    ]
    body = f'{_HEAD}<urlset xmlns="{_SPACE}">\n' + "\n".join(urls) + "\n</urlset>\n"
    return Response(body, media_type="application/xml", headers=_cached())


@router.get(
    "/robots.txt",
    summary="What search engines may read",
    response_class=Response,
    responses=_content("text/plain"),
)
async def robots(means: OurMeans) -> Response:
    """Public pages and what they are made of; nobody's own pages, no other data."""
    lines = [
        "User-agent: *",
        # The web app fills its public pages from here.
        "Allow: /api/v1/events",
        "Disallow: /api/",
        "Disallow: /my/",
        "Disallow: /mailbox/",
        f"Sitemap: {means.outside_url}/sitemap.xml",
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain", headers=_cached())


@router.get("/head", summary="The head of the first page", response_class=Response, responses=_HTML)
async def head_of_home(means: OurMeans, language: AskedLanguage) -> Response:
    """Title, description and card, as HTML to be put into the web app's page."""
    return _html(home_head(means.outside_url, language))


@router.get(
    "/{event_id}/head",
    summary="The head of an event's page",
    response_class=Response,
    responses=_HTML,
)
async def head_of_event(means: OurMeans, language: AskedLanguage, event_id: EventId) -> Response:
    """Title, description, card, canonical address and structured data, as HTML.

    For an event that the public may not see, a head that asks not to be found. That is no 404: the
    page around it is there all the same, and may well show the draft to its organiser.
    """
    nobody = Viewer()
    try:
        event = await get_event(means, nobody, event_id)
    except EventNotFound:
        return _html(missing_head(language))
    return _html(event_head(event_answer(event, nobody), means.outside_url, language))


@router.get(
    "/preview",
    summary="What the first page shows at once",
    response_class=Response,
    responses=_HTML,
)
async def preview_of_home(means: OurMeans, language: AskedLanguage) -> Response:
    """What is on, as HTML that stands in the page until the web app has started."""
    nobody = Viewer()
    shown = EventFilter(statuses=frozenset({Status.PUBLISHED}))
    found = await list_events(means, shown, PREVIEW_PAGE)
    events = [event_answer(event, nobody) for event in found.events]
    page = page_of(events, Total(found.total), PREVIEW_PAGE)
    return _html(home_preview(page, await _categories(means), language))


@router.get(
    "/{event_id}/preview",
    summary="What an event's page shows at once",
    response_class=Response,
    responses=_HTML,
)
async def preview_of_event(means: OurMeans, language: AskedLanguage, event_id: EventId) -> Response:
    """The essentials of an event, as HTML; nothing for one that the public may not see."""
    nobody = Viewer()
    try:
        event = await get_event(means, nobody, event_id)
    except EventNotFound:
        return _html("")
    shown = event_answer(event, nobody)
    return _html(event_preview(shown, await _categories(means), language))


async def _categories(means: Means) -> Categories:
    return Categories(data=[CategoryAnswer(**item) for item in await get_categories(means)])


def _html(head: str) -> Response:
    headers = {"Cache-Control": f"public, max-age={HEAD_FRESH_SECONDS}", "Vary": "Accept-Language"}
    return Response(head, media_type="text/html", headers=headers)


def _cached() -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={FRESH_SECONDS}"}
