"""Every sentence that the local system says, in French and English."""

import os

_TEXTS: dict[str, tuple[str, str]] = {
    "no_reachable_folder": (
        "Lancé par root, PostgreSQL a besoin d'un dossier lisible par l'utilisateur « nobody » : "
        "placez GUICHET_STORAGE_DIR hors d'un dossier privé, ou lancez Guichet sans root.",
        "Started by root, PostgreSQL needs a folder that the user “nobody” may enter: put "
        "GUICHET_STORAGE_DIR outside any private folder, or start Guichet without root.",
    ),
    "server_failed": (
        "{name} n'a pas démarré ({reason}) : le journal {log} dit pourquoi.",
        "{name} did not start ({reason}): the log {log} says why.",
    ),
    "initdb_failed": (
        "PostgreSQL n'a pas pu créer sa base ({reason}) : libérez de la place ou vérifiez les "
        "droits de {folder}, puis relancez.",
        "PostgreSQL could not create its cluster ({reason}): free some space or check the "
        "permissions of {folder}, then start again.",
    ),
    "secrets_lost": (
        "Le fichier {file} manque ou ne correspond plus à la base de {folder} : restaurez-le, ou "
        "supprimez le dossier de stockage pour repartir de zéro.",
        "The file {file} is missing or no longer fits the databases in {folder}: restore it, or "
        "delete the storage folder to start afresh.",
    ),
    "wheel_missing": (
        "Le programme {name} est absent de cet environnement Python : lancez « make setup ».",
        "The program {name} is missing from this Python environment: run “make setup”.",
    ),
}


def language() -> str:
    """Return "fr" or "en", after the environment's locale; English when it names neither."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def say(key: str, **values: object) -> str:
    """Return the sentence named `key` in the person's language, its gaps filled."""
    french, english = _TEXTS[key]
    return (french if language() == "fr" else english).format(**values)
