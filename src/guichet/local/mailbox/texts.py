"""What the mailbox page says, in French and English."""

from typing import Final

LANGUAGES: Final = ("fr", "en")

_FRENCH: Final = {
    "title": "Boîte aux lettres",
    "explanation": "Tout ce que ce système envoie arrive ici. Rien ne quitte cette machine.",
    "search": "Rechercher",
    "search_hint": "Destinataire, objet, texte…",
    "all": "Tout",
    "mail": "E-mails",
    "sms": "SMS",
    "messages": "Messages",
    "count_one": "{count} message",
    "count_many": "{count} messages",
    "shown": "Les {shown} plus récents sont affichés ; affinez la recherche pour voir les autres.",
    "empty": "Aucun message pour l’instant. Ceux qui arrivent apparaissent d’eux-mêmes.",
    "nothing_found": "Aucun message ne correspond à cette recherche.",
    "choose": "Choisissez un message pour le lire.",
    "gone": "Ce message n’est pas (ou plus) ici.",
    "no_subject": "(sans objet)",
    "from": "De",
    "to": "À",
    "received": "Reçu",
    "duplicate": "Doublon : exemplaire {position} sur {count}",
    "copies": "{count} exemplaires portent ce Message-ID",
    "page": "Message",
    "text": "Texte",
    "headers": "En-têtes",
    "source": "Source",
    "attachments": "Pièces jointes",
    "download": "Télécharger",
    "delete": "Supprimer ce message",
    "delete_all": "Tout supprimer",
    "back": "Tous les messages",
    "language": "Langue",
    "skip": "Aller au message",
    "new_one": "Un nouveau message est arrivé.",
    "new_many": "{count} nouveaux messages sont arrivés.",
    "frame": "Contenu du message",
    "lost": "La liste n’est plus à jour : la boîte aux lettres ne répond pas.",
    "bytes": "{size} Ko",
}
_ENGLISH: Final = {
    "title": "Mailbox",
    "explanation": "Everything this system sends arrives here. Nothing leaves this machine.",
    "search": "Search",
    "search_hint": "Recipient, subject, text…",
    "all": "All",
    "mail": "E-mails",
    "sms": "SMS",
    "messages": "Messages",
    "count_one": "{count} message",
    "count_many": "{count} messages",
    "shown": "The {shown} most recent are shown; narrow the search to see the others.",
    "empty": "No message yet. New ones appear by themselves.",
    "nothing_found": "No message matches this search.",
    "choose": "Choose a message to read it.",
    "gone": "This message is not (or no longer) here.",
    "no_subject": "(no subject)",
    "from": "From",
    "to": "To",
    "received": "Received",
    "duplicate": "Duplicate: copy {position} of {count}",
    "copies": "{count} copies carry this Message-ID",
    "page": "Message",
    "text": "Text",
    "headers": "Headers",
    "source": "Source",
    "attachments": "Attachments",
    "download": "Download",
    "delete": "Delete this message",
    "delete_all": "Delete all",
    "back": "All messages",
    "language": "Language",
    "skip": "Skip to the message",
    "new_one": "A new message has arrived.",
    "new_many": "{count} new messages have arrived.",
    "frame": "Content of the message",
    "lost": "The list is no longer current: the mailbox does not answer.",
    "bytes": "{size} kB",
}
TEXTS: Final[dict[str, dict[str, str]]] = {"fr": _FRENCH, "en": _ENGLISH}


def choose_language(cookie: str | None, accept_language: str) -> str:
    """Return `fr` or `en`: the switch's choice, else the browser's, else French."""
    if cookie in LANGUAGES:
        return cookie
    weighted: list[tuple[float, str]] = []
    for item in accept_language.split(","):
        tag, _, parameter = item.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            weighted.append((_weight(parameter), language))
    # max() keeps the first of equals: the order in which the browser named them.
    return max(weighted, key=lambda pair: pair[0])[1] if weighted else "fr"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
