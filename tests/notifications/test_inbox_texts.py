"""The sentences of the inbox exist for every kind, in both languages, as plain text."""

import pytest

from guichet.kernel.problems import Language
from guichet.notifications.domain import LANGUAGES, TemplateKey
from guichet.notifications.inbox_texts import sentence
from guichet.notifications.samples import SAMPLES

TOLD = [
    TemplateKey.WELCOME,
    TemplateKey.ORDER_CONFIRMED,
    TemplateKey.ORDER_FAILED,
    TemplateKey.TICKET_CANCELLED,
    TemplateKey.EVENT_RESCHEDULED,
    TemplateKey.EVENT_CANCELLED,
    TemplateKey.REMINDER,
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TOLD)
def test_every_kind_has_a_sentence(kind: TemplateKey, language: Language) -> None:
    title, body = sentence(kind, SAMPLES[kind], language)
    assert title
    assert body
    assert "{" not in title + body


def test_the_sentence_says_what_and_when() -> None:
    title, body = sentence("order_confirmed", SAMPLES[TemplateKey.ORDER_CONFIRMED], "en")
    assert title == "Your tickets for Nuit blanche au Trianon"
    assert body == "Order 7K3-9QX, Saturday 12 June 2027 at 20:30 (local time, Paris)."


def test_braces_in_a_title_are_only_text() -> None:
    sample = SAMPLES[TemplateKey.REMINDER]
    title, _ = sentence(
        "reminder", sample | {"event": sample["event"] | {"title": "{when.__class__}\n2"}}, "en"
    )
    assert title == "Tomorrow: {when.__class__} 2"
