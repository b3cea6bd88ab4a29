"""The index page in two languages."""

import re

from guichet.gateway.domain import SERVICES
from guichet.gateway.pages import TEXTS, index_page
from guichet.kernel.settings import CommonSettings, Environment


def test_both_languages_say_the_same_things() -> None:
    assert set(TEXTS["fr"]) == set(TEXTS["en"])
    assert all(
        TEXTS["fr"][key] != TEXTS["en"][key] for key in TEXTS["fr"] if key != "specification"
    )


def test_every_service_is_listed_with_its_documents() -> None:
    page = index_page("fr", CommonSettings())
    for name in (*SERVICES, "gateway"):
        assert f'href="/docs/{name}/api"' in page
        assert f'href="/docs/{name}/api/openapi.json"' in page
    assert 'href="/api/v1/health"' in page
    assert 'href="?lang=en"' in page


def test_the_mailbox_is_for_development() -> None:
    development = index_page("en", CommonSettings(port_shift=1000))
    production = index_page("en", CommonSettings(environment=Environment.PRODUCTION))
    assert "http://localhost:9080/mailbox/" in development
    assert "/mailbox/" not in production


def test_nothing_in_the_page_needs_a_looser_policy() -> None:
    page = index_page("fr", CommonSettings())
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)
    assert not re.search(r'(src|href)="(https?:)?//(?!localhost)', page)
