"""Every mail in both languages, what people type stays text, and broken templates say so."""

import re
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.kernel.problems import Language
from guichet.notifications import rendering
from guichet.notifications.domain import LANGUAGES, SMS_KEYS, TemplateBroken, TemplateKey
from guichet.notifications.rendering import Draft, Rendered, default_draft, render
from guichet.notifications.samples import SAMPLES

HOME = "https://tickets.example.com"
ALL = [(key, language) for key in TemplateKey for language in LANGUAGES]
HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)>&{{ 7 * 7 }}\r\nBcc: a@example.com'
)

GOLDEN: dict[tuple[TemplateKey, Language], tuple[str, list[str]]] = {
    (TemplateKey.WELCOME, "fr"): ("Bienvenue chez Guichet", ["Bonjour Camille Exemple,"]),
    (TemplateKey.WELCOME, "en"): ("Welcome to Guichet", ["Hello Camille Exemple,"]),
    (TemplateKey.EMAIL_VERIFICATION, "fr"): ("Confirmez votre adresse e-mail", ["#token="]),
    (TemplateKey.EMAIL_VERIFICATION, "en"): ("Confirm your e-mail address", ["#token="]),
    (TemplateKey.PASSWORD_RESET, "fr"): (
        "Votre nouveau mot de passe",
        ["dimanche 2 mai 2027 à 12:00 (heure locale, Paris)"],
    ),
    (TemplateKey.PASSWORD_RESET, "en"): (
        "Your new password",
        ["Sunday 2 May 2027 at 12:00 (local time, Paris)"],
    ),
    (TemplateKey.ORDER_CONFIRMED, "fr"): (
        "Vos billets pour Nuit blanche au Trianon (commande 7K3-9QX)",
        ["samedi 12 juin 2027 à 20:30 (heure locale, Paris)", "99,99 €", "TKT-000002"],
    ),
    (TemplateKey.ORDER_CONFIRMED, "en"): (
        "Your tickets for Nuit blanche au Trianon (order 7K3-9QX)",
        ["Saturday 12 June 2027 at 20:30 (local time, Paris)", "€99.99", "TKT-000002"],
    ),
    (TemplateKey.ORDER_FAILED, "fr"): (
        "Commande 7K3-9QX : le paiement n’a pas abouti",
        ["refusé par votre banque", "Rien n’a été prélevé."],
    ),
    (TemplateKey.ORDER_FAILED, "en"): (
        "Order 7K3-9QX: the payment did not succeed",
        ["your bank declined the payment", "Nothing was taken."],
    ),
    (TemplateKey.TICKET_CANCELLED, "fr"): (
        "Billets annulés : Nuit blanche au Trianon (commande 7K3-9QX)",
        ["95,99 €", "4,00 €", "La salle est plus petite que prévu."],
    ),
    (TemplateKey.TICKET_CANCELLED, "en"): (
        "Tickets cancelled: Nuit blanche au Trianon (order 7K3-9QX)",
        ["€95.99", "€4.00", "La salle est plus petite que prévu."],
    ),
    (TemplateKey.REFUND_GRANTED, "fr"): (
        "Geste commercial : Nuit blanche au Trianon (commande 7K3-9QX)",
        ["15,00 €", "une heure de retard", "restent valables"],
    ),
    (TemplateKey.REFUND_GRANTED, "en"): (
        "Goodwill refund: Nuit blanche au Trianon (order 7K3-9QX)",
        ["€15.00", "une heure de retard", "stay valid"],
    ),
    (TemplateKey.REFUND_FAILED, "fr"): (
        "Votre remboursement ne vous est pas parvenu (commande 7K3-9QX)",
        ["15,00 €", "vous reste dû", "Vous n’avez rien à faire"],
    ),
    (TemplateKey.REFUND_FAILED, "en"): (
        "Your refund has not reached you (order 7K3-9QX)",
        ["€15.00", "still owed this amount", "need not do anything"],
    ),
    (TemplateKey.EVENT_RESCHEDULED, "fr"): (
        "Nouvelle date : Nuit blanche au Trianon, 12 juin 2027, 20:30",
        ["samedi 5 juin 2027 à 20:30"],
    ),
    (TemplateKey.EVENT_RESCHEDULED, "en"): (
        "New date: Nuit blanche au Trianon, 12 June 2027, 20:30",
        ["Saturday 5 June 2027 at 20:30"],
    ),
    (TemplateKey.EVENT_CANCELLED, "fr"): (
        "Annulé : Nuit blanche au Trianon",
        ["99,99 €", "La salle ferme pour travaux."],
    ),
    (TemplateKey.EVENT_CANCELLED, "en"): (
        "Cancelled: Nuit blanche au Trianon",
        ["€99.99", "La salle ferme pour travaux."],
    ),
    (TemplateKey.REMINDER, "fr"): (
        "C’est demain : Nuit blanche au Trianon, 20:30",
        ["Pensez à vos 2 billets.", "/my/preferences"],
    ),
    (TemplateKey.REMINDER, "en"): (
        "Tomorrow: Nuit blanche au Trianon, 20:30",
        ["Remember your 2 tickets.", "/my/preferences"],
    ),
    (TemplateKey.ACCESS_LINKS, "fr"): (
        "Les liens vers vos commandes",
        [f"Commande M2P-4TZ : {HOME}/my/orders/M2P-4TZ#access=b2"],
    ),
    (TemplateKey.ACCESS_LINKS, "en"): (
        "The links to your orders",
        [f"Order M2P-4TZ: {HOME}/my/orders/M2P-4TZ#access=b2"],
    ),
    (TemplateKey.HOLDER_MESSAGE, "fr"): (
        "Nuit blanche au Trianon : Ouverture des portes avancée",
        ["Les portes ouvrent à 19 h au lieu de 19 h 30.\n\nÀ samedi !", "/my/orders/7K3-9QX"],
    ),
    (TemplateKey.HOLDER_MESSAGE, "en"): (
        "Nuit blanche au Trianon: Ouverture des portes avancée",
        ["Les portes ouvrent à 19 h au lieu de 19 h 30.\n\nÀ samedi !", "/my/orders/7K3-9QX"],
    ),
}


def plain(text: str) -> str:
    """Return a text with ordinary spaces, as a reader sees it."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


def rendered(key: TemplateKey, language: Language, context: Any = None) -> Rendered:
    return render(default_draft(key, language), context or SAMPLES[key], language, HOME)


@pytest.mark.parametrize(("key", "language"), ALL)
def test_subject_and_words_of_every_mail(key: TemplateKey, language: Language) -> None:
    mail = rendered(key, language)
    subject, words = GOLDEN[key, language]
    assert plain(mail.subject) == subject
    for word in words:
        assert word in plain(mail.text)
    assert mail.text.endswith(f"Guichet\n{HOME}\n")
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize(("key", "language"), ALL)
def test_every_page_is_whole_in_its_language_and_fetches_nothing(
    key: TemplateKey, language: Language
) -> None:
    page = rendered(key, language).html
    assert page.startswith("<!doctype html>")
    assert f'lang="{language}"' in page
    assert page.rstrip().endswith("</html>")
    assert not re.search(r"<script|<img|<link|@import|url\(", page, re.IGNORECASE)
    assert all(
        address.startswith(HOME) for address in re.findall(r'(?:src|href)="(https?:[^"]*)"', page)
    )


@pytest.mark.parametrize(("key", "language"), ALL)
def test_sms_are_short_and_only_where_they_are_meant(key: TemplateKey, language: Language) -> None:
    sms = rendered(key, language).sms
    assert bool(sms) == (key in SMS_KEYS)
    assert len(sms) <= rendering.SMS_CHARACTERS_MAX


@pytest.mark.parametrize(("key", "language"), ALL)
def test_hostile_text_is_inert_everywhere(key: TemplateKey, language: Language) -> None:
    def poisoned(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {each: poisoned(member, each) for each, member in members.items()}
        if isinstance(value, list):
            return [poisoned(each, name) for each in cast("list[Any]", value)]
        is_given_by_us = name in {"starts_at", "time_zone", "expires_at", "previous_starts_at"}
        typed = isinstance(value, str) and not is_given_by_us and name != "currency"
        return HOSTILE if typed else value

    mail = rendered(key, language, poisoned(SAMPLES[key]))
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "49" not in mail.subject
    assert "{{ 7 * 7 }}" in mail.text or "7 * 7" not in mail.text
    assert "\n" not in mail.subject + mail.sms
    assert "\nBcc:" not in mail.text


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_title_can_be_rendered(title: str) -> None:
    sample = SAMPLES[TemplateKey.ORDER_CONFIRMED]
    context = sample | {"event": sample["event"] | {"title": title}, "name": title}
    mail = rendered(TemplateKey.ORDER_CONFIRMED, "fr", context)
    assert len(mail.subject.splitlines()) == 1
    assert len(mail.subject) <= 200


def test_one_ticket_is_spoken_of_as_one() -> None:
    sample = SAMPLES[TemplateKey.TICKET_CANCELLED]
    one = sample | {"tickets": sample["tickets"][:1]}
    assert plain(rendered(TemplateKey.TICKET_CANCELLED, "fr", one).subject).startswith("Billet an")
    assert "This" not in rendered(TemplateKey.TICKET_CANCELLED, "en", one).text
    assert "this ticket" in rendered(TemplateKey.TICKET_CANCELLED, "en", one).text
    reminder = SAMPLES[TemplateKey.REMINDER] | {"count": 1}
    assert "Pensez à votre billet." in rendered(TemplateKey.REMINDER, "fr", reminder).text


def test_a_free_order_speaks_of_no_refund() -> None:
    free = SAMPLES[TemplateKey.EVENT_CANCELLED] | {"refund_minor": 0, "reason": ""}
    assert "rembours" not in rendered(TemplateKey.EVENT_CANCELLED, "fr", free).text
    assert "refund" not in rendered(TemplateKey.EVENT_CANCELLED, "en", free).text


def test_a_verified_account_is_welcomed_without_a_link() -> None:
    mail = rendered(TemplateKey.WELCOME, "fr", {"name": "Camille", "link": ""})
    assert "Confirm" not in mail.html
    assert "Voir les événements" in mail.html


@pytest.mark.parametrize(
    ("part", "source", "reason"),
    [
        ("subject", "{{ nobody }}", "'nobody' is undefined"),
        ("subject", "{% if %}", "Expected an expression"),
        ("subject", "  ", "vide"),
        ("mjml", "<mjml><mj-body>", "unexpected end"),
        ("mjml", "no markup at all", ""),
        ("mjml", '<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>', "include"),
        ("mjml", '{% include "/etc/passwd" %}', "/etc/passwd"),
        ("text", "{{ event.title | nosuchfilter }}", "nosuchfilter"),
        ("text", "{{ ''.__class__.__mro__ }}", "unsafe"),
        ("text", "{% for i in range(10**9) %}x{% endfor %}", "Range too big"),
        ("text", "{{ 'x' * 10**6 }}", "too long"),
        ("text", "{{ 1 / 0 }}", "division"),
        ("sms", "{{ event.starts_at | when('Nowhere') }}", "time zone"),
    ],
)
def test_a_broken_part_is_named_with_its_reason(part: str, source: str, reason: str) -> None:
    good = default_draft(TemplateKey.ORDER_CONFIRMED, "fr")
    sources = {"subject": good.subject, "mjml": good.mjml, "text": good.text, "sms": good.sms}
    draft = Draft(**(sources | {part: source}))
    with pytest.raises(TemplateBroken) as broken:
        render(draft, SAMPLES[TemplateKey.ORDER_CONFIRMED], "fr", HOME)
    assert broken.value.errors is not None
    assert set(broken.value.errors) == {part}
    assert reason in broken.value.errors[part][0]


def test_a_template_cannot_change_what_the_next_one_gets() -> None:
    context = {"items": ["a"]}
    draft = Draft("x{% set _ = items.append('b') %}", "<mjml><mj-body></mj-body></mjml>", "x")
    with pytest.raises(TemplateBroken, match="template_broken"):
        render(draft, context, "en", HOME)
    assert context == {"items": ["a"]}


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        ("fr", "America/New_York", "samedi 12 juin 2027 à 14:30 (heure locale, New York)"),
        ("en", "America/New_York", "Saturday 12 June 2027 at 14:30 (local time, New York)"),
        ("fr", "Europe/London", "samedi 12 juin 2027 à 19:30 (heure locale, Londres)"),
        ("en", "UTC", "Saturday 12 June 2027 at 18:30 (local time, UTC)"),
        ("en", "Etc/GMT+3", "Saturday 12 June 2027 at 15:30 (local time, GMT+3)"),
    ],
)
def test_times_are_those_of_the_place_and_say_so(
    language: Language, zone: str, expected: str
) -> None:
    assert rendering.when(language, "2027-06-12T18:30:00+00:00", zone) == expected


@pytest.mark.parametrize(
    ("language", "currency", "expected"),
    [
        ("fr", "EUR", "1 234,50 €"),
        ("en", "EUR", "€1,234.50"),
        ("fr", "CHF", "1 234,50 CHF"),
        ("en", "GBP", "£1,234.50"),
    ],
)
def test_money_is_written_as_readers_expect(
    language: Language, currency: str, expected: str
) -> None:
    assert plain(rendering.money(language, 123450, currency)) == expected


def test_a_long_address_can_break_but_is_copied_whole() -> None:
    broken = rendering.breakable("https://a.example/b#c=<d>")
    assert re.sub(r"<wbr />", "", broken) == "https://a.example/b#c=&lt;d&gt;"
    assert "<wbr />" in broken
