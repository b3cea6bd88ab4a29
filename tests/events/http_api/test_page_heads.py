"""The heads and previews of pages: read without a script, and no words break out of them."""

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from guichet.kernel.problems import Language
from tests.events.conftest import RunningEvents
from tests.repository_files import ROOT

TEXTS = ROOT / "web" / "src" / "features" / "catalogue" / "texts"
pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = '</title><script>alert(\'1\')</script> "&<!--# include virtual="/x" -->'


class Head(HTMLParser):
    """What a parser of HTML finds in a head."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.metas: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "meta":
            self.metas[given.get("name") or given["property"]] = given["content"]
        if tag == "link":
            self.links[given["rel"]] = given["href"]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts[self.tags[-1]] = self.texts.get(self.tags[-1], "") + data


async def head_of(running: RunningEvents, path: str, language: str = "fr") -> Head:
    answer = await running.ask("GET", path, headers={"Accept-Language": language})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    return Head(answer.body.decode())


async def test_an_event_says_what_when_and_where(running: RunningEvents) -> None:
    made = await running.create(title="Bal du port", venue="Les Quais", city="Lyon")
    head = await head_of(running, f"/{made['id']}/head")
    assert head.texts["title"] == "Bal du port · Guichet"
    assert head.metas["og:title"] == "Bal du port"
    assert "Les Quais, Lyon" in head.metas["description"] == head.metas["og:description"]
    assert head.metas["twitter:card"] == "summary_large_image"
    assert head.links["canonical"] == head.metas["og:url"]
    assert head.links["canonical"].endswith(f"/e/{made['id']}")
    assert head.metas["og:image"].endswith("/social.jpg")
    data = json.loads(head.texts["script"])
    assert data["@type"] == "Event"
    assert data["startDate"] == made["date"]
    assert data["offers"][0]["price"] == made["ticket_types"][0]["total"]
    assert data["offers"][0]["availability"] == "https://schema.org/InStock"
    english = await head_of(running, f"/{made['id']}/head", "en")
    assert english.metas["og:locale"] == "en_GB"


async def test_no_words_of_an_organiser_leave_their_place(running: RunningEvents) -> None:
    made = await running.create(title=NASTY, description=NASTY, city=NASTY[:60])
    text = (await running.ask("GET", f"/{made['id']}/head")).body.decode()
    head = Head(text)
    assert head.tags.count("script") == head.tags.count("title") == 1
    assert unescape(head.texts["title"]).startswith(NASTY)
    assert json.loads(head.texts["script"])["name"] == NASTY
    assert "<!--" not in text
    assert len(re.findall("<script", text)) == len(re.findall("</script", text)) == 1


async def test_what_the_public_may_not_see_is_not_to_be_found(running: RunningEvents) -> None:
    draft = await running.create(title="Encore secret", status="draft")
    for number in (draft["id"], 999_999):
        head = await head_of(running, f"/{number}/head")
        assert head.texts["title"] == "Événement introuvable · Guichet"
        assert head.metas == {"robots": "noindex"}


async def test_a_cancelled_event_says_so(running: RunningEvents) -> None:
    made = await running.create()
    changed = {"status": "cancelled"}
    await running.ask("PUT", f"/{made['id']}", changed, token=running.creator)
    head = await head_of(running, f"/{made['id']}/head")
    assert head.metas["description"].startswith("Annulé · ")
    data = json.loads(head.texts["script"])
    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert {offer["availability"] for offer in data["offers"]} == {
        "https://schema.org/Discontinued"
    }


async def test_the_first_page_has_its_card(running: RunningEvents) -> None:
    head = await head_of(running, "/head")
    assert head.texts["title"] == head.metas["og:title"] == "Guichet"
    assert head.metas["description"]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_first_page_says_at_once_what_is_on(
    running: RunningEvents, language: Language
) -> None:
    await running.create(title="Bal du port")
    answer = await running.ask("GET", "/preview", headers={"Accept-Language": language})
    text = answer.body.decode()
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert '">Bal du port</a>' in text
    # The web app says the same in the same words, so that nothing changes when it takes over.
    words = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    assert f"<h1>{words['title']}</h1>" in text
    assert words["lead"] in text


async def test_an_events_page_says_the_essentials_at_once(running: RunningEvents) -> None:
    made = await running.create(title="Bal du port", description="Un.\n\nDeux.", city="Lyon")
    text = (await running.ask("GET", f"/{made['id']}/preview")).body.decode()
    assert "<h1>Bal du port</h1>" in text
    assert "<p>Un.</p><p>Deux.</p>" in text
    nasty = await running.create(title=NASTY, description=NASTY)
    shown = Head((await running.ask("GET", f"/{nasty['id']}/preview")).body.decode())
    # The one that holds the answers, as data; no word of them ends it.
    assert shown.tags.count("script") == 1
    assert shown.texts["h1"] == NASTY
    assert json.loads(shown.texts["script"])[0]["data"]["title"] == NASTY


async def test_the_first_answers_come_with_the_page(running: RunningEvents) -> None:
    made = await running.create(title="Bal du port")
    asked = {
        "/preview": "/public?page=1&per_page=12&sort=date",
        f"/{made['id']}/preview": f"/{made['id']}",
    }
    for page, path in asked.items():
        text = (await running.ask("GET", page)).body.decode()
        assert '<script type="application/json" id="first-answers">' in text
        first, categories = json.loads(Head(text).texts["script"])
        # As the web app's cache names it: the path, then the parameters.
        way, *parameters = first["key"]
        assert way == "/api/v1/events" + path.partition("?")[0]
        assert parameters in ([], [{"page": 1, "per_page": 12, "sort": "date"}])
        assert first["data"] == (await running.ask("GET", path)).body
        assert categories["key"] == ["/api/v1/events/categories"]
        assert categories["data"] == (await running.ask("GET", "/categories")).body


async def test_a_draft_shows_nothing_at_once(running: RunningEvents) -> None:
    draft = await running.create(status="draft")
    assert (await running.ask("GET", f"/{draft['id']}/preview")).body == b""
