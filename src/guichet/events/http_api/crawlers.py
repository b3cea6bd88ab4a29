"""Routes for search engines: which pages there are, and when each one changed."""

from xml.sax.saxutils import escape

from fastapi import APIRouter, Response

from guichet.contracts.times import rfc3339
from guichet.events.http_api.common import PREFIX, OurMeans
from guichet.events.use_cases.reading import get_published_pages

FRESH_SECONDS = 600
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

router = APIRouter(prefix=PREFIX, tags=["search engines"])


@router.get("/sitemap.xml", summary="Every public page", response_class=Response)
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


@router.get("/robots.txt", summary="What search engines may read", response_class=Response)
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


def _cached() -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={FRESH_SECONDS}"}
