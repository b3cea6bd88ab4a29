"""The index page: where the documents are, whether all is well, and where the mailbox is."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from guichet.gateway.domain import SERVICES
from guichet.kernel.problems import Language
from guichet.kernel.settings import CommonSettings

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

TEXTS: dict[Language, dict[str, str]] = {
    "fr": {
        "title": "Guichet, billetterie d’événements",
        "lead": "Le guichet est ouvert. Vous êtes à l’entrée de l’API, version 1.",
        "documents": "Documentation de l’API",
        "document_of": "Documentation : {name}",
        "specification": "OpenAPI (JSON)",
        "more": "Sur place",
        "health": "État des services",
        "health_hint": "Chaque service, ses instances, leur état et leur latence.",
        "mailbox": "Boîte aux lettres locale",
        "mailbox_hint": "Les messages que le système envoie pendant le développement.",
        "other_language": "English",
        "skip": "Aller au contenu",
        "auth": "Comptes, connexion, sessions, rôles",
        "users": "Profils, préférences, historique des achats",
        "events": "Événements, lieux, tarifs, intervenants, images",
        "tickets": "Achat, réservation, billets, remboursements, contrôle",
        "notifications": "Messages envoyés, modèles, boîte de réception",
        "gateway": "Santé de l’ensemble",
    },
    "en": {
        "title": "Guichet, event ticketing",
        "lead": "The ticket window is open. This is the door to the API, version 1.",
        "documents": "API documentation",
        "document_of": "Documentation: {name}",
        "specification": "OpenAPI (JSON)",
        "more": "On site",
        "health": "State of the services",
        "health_hint": "Every service, its instances, their state and latency.",
        "mailbox": "Local mailbox",
        "mailbox_hint": "The messages that the system sends during development.",
        "other_language": "Français",
        "skip": "Skip to content",
        "auth": "Accounts, signing in, sessions, roles",
        "users": "Profiles, preferences, purchase history",
        "events": "Events, venues, ticket types, speakers, images",
        "tickets": "Purchase, holds, tickets, refunds, admission",
        "notifications": "Messages sent, templates, inbox",
        "gateway": "Health of the whole",
    },
}


def index_page(language: Language, settings: CommonSettings) -> str:
    """Return the page in that language."""
    mailbox = None
    if not settings.is_production:
        mailbox = f"http://localhost:{settings.port('load_balancer')}/mailbox/"
    return _template().render(
        language=language,
        other="en" if language == "fr" else "fr",
        texts=TEXTS[language],
        names=(*SERVICES, "gateway"),
        mailbox=mailbox,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.html.j2")
