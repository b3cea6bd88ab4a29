"""Every sentence that the local system says, in French and English."""

import os
from typing import Literal

from guichet.local.backup_texts import BACKUP_TEXTS

TEXTS: dict[str, tuple[str, str]] = {
    "unknown_event": (
        "L'événement {id} est inconnu de la billetterie : vérifiez son numéro.",
        "Tickets knows no event {id}: check its number.",
    ),
    **BACKUP_TEXTS,
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
    "bad_setting": (
        "Le réglage {name} n'est pas valable ({reason}) : corrigez-le et relancez.",
        "The setting {name} is not valid ({reason}): correct it and start again.",
    ),
    "storage_not_writable": (
        "Le dossier {folder} n'est pas accessible en écriture ({reason}) : changez ses droits ou "
        "nommez-en un autre avec GUICHET_STORAGE_DIR.",
        "The folder {folder} cannot be written ({reason}): change its permissions or name another "
        "one with GUICHET_STORAGE_DIR.",
    ),
    "disk_full": (
        "Il ne reste que {free} Mo sur le disque de {folder} et il en faut {wanted} : faites de la "
        "place ou nommez un autre dossier avec GUICHET_STORAGE_DIR.",
        "Only {free} MB are left on the disk of {folder} and {wanted} are needed: free some space "
        "or name another folder with GUICHET_STORAGE_DIR.",
    ),
    "already_running": (
        "Guichet tourne déjà sur {folder} (processus {pid}) : arrêtez-le avec « make down », ou "
        "nommez un autre dossier et d'autres ports avec GUICHET_STORAGE_DIR et "
        "GUICHET_PORT_SHIFT.",
        "Guichet already runs on {folder} (process {pid}): stop it with “make down”, or name "
        "another folder and other ports with GUICHET_STORAGE_DIR and GUICHET_PORT_SHIFT.",
    ),
    "port_taken": (
        "Le port {port} ({name}) est déjà pris par un autre programme : arrêtez-le, ou décalez "
        "tous les ports avec GUICHET_PORT_SHIFT=10000.",
        "Port {port} ({name}) is taken by another program: stop it, or move every port with "
        "GUICHET_PORT_SHIFT=10000.",
    ),
    "port_taken_by": (
        "Le port {port} ({name}) est déjà pris par {holder} : arrêtez ce programme, ou décalez "
        "tous les ports avec GUICHET_PORT_SHIFT=10000.",
        "Port {port} ({name}) is taken by {holder}: stop that program, or move every port with "
        "GUICHET_PORT_SHIFT=10000.",
    ),
    "old_python": (
        "Guichet demande Python 3.11 ou plus récent et celui-ci est {version} : indiquez-en un "
        "autre, par exemple « make up PYTHON=python3.12 ».",
        "Guichet needs Python 3.11 or newer and this one is {version}: name another, for example "
        "“make up PYTHON=python3.12”.",
    ),
    "server_not_ready": (
        "{name} n'est pas prêt après {seconds} s : le journal {log} dit où il en est.",
        "{name} is not ready after {seconds} s: the log {log} says how far it came.",
    ),
    "migration_failed": (
        "Une base n'a pas pu être mise à jour ({name} : {reason}) : le journal {log} dit pourquoi.",
        "A database could not be brought up to date ({name}: {reason}): the log {log} says why.",
    ),
    "seed_failed": (
        "Les données de démonstration n'ont pas pu être créées ({name} : {reason}) : le journal "
        "{log} dit pourquoi.",
        "The demo data could not be created ({name}: {reason}): the log {log} says why.",
    ),
    "no_dsn": (
        "L'adresse de la base de {service} est inconnue : lancez « guichet up » une fois, ou "
        "indiquez {name}.",
        "The address of {service}'s database is unknown: run “guichet up” once, or set {name}.",
    ),
    "does_not_stop": (
        "Le processus {pid} ne s'arrête pas : regardez les journaux, puis forcez-le avec "
        "« kill -9 {pid} ».",
        "Process {pid} does not stop: look at the logs, then force it with “kill -9 {pid}”.",
    ),
    "nobody_answers": (
        "Un serveur ne répond pas ({reason}) : lancez d'abord « make up », ou vérifiez les "
        "adresses GUICHET_*_DSN et GUICHET_NATS_URL.",
        "A server does not answer ({reason}): run “make up” first, or check the addresses "
        "GUICHET_*_DSN and GUICHET_NATS_URL.",
    ),
    "key_drawn": (
        "Clé {key_id} tirée : elle signera dans un quart d'heure, une fois connue de tous les "
        "services. Les jetons déjà donnés restent valables.",
        "Key {key_id} is drawn: it signs in a quarter of an hour, once every service knows it. "
        "Tokens given out stay valid.",
    ),
    "keys_withdrawn": (
        "Clé {key_id} tirée, toutes les autres retirées. auth signe avec elle dans les {seconds} "
        "secondes ; les jetons d'avant sont refusés partout dans les cinq minutes, et les "
        "applications en demandent de nouveaux d'elles-mêmes.",
        "Key {key_id} is drawn, all others are withdrawn. auth signs with it within {seconds} "
        "seconds; earlier tokens are refused everywhere within five minutes, and apps ask for "
        "new ones by themselves.",
    ),
    "reconciling_already": (
        "Un autre processus compare déjà les comptes : réessayez dans un instant.",
        "Another process is comparing the books already: try again in a moment.",
    ),
    "unknown_service": (
        "Il n'y a pas de service « {name} » : choisissez parmi {known}.",
        "There is no service “{name}”: choose one of {known}.",
    ),
    "not_in_production": (
        "Les comptes et événements de démonstration ne se créent pas en production : retirez "
        "GUICHET_ENVIRONMENT=production pour essayer.",
        "Demo accounts and events are not created in production: unset "
        "GUICHET_ENVIRONMENT=production to try things out.",
    ),
    "starting": ("Guichet démarre ({folder})", "Guichet is starting ({folder})"),
    "step_postgres": ("PostgreSQL", "PostgreSQL"),
    "step_postgres_first": (
        "PostgreSQL : création des cinq bases",
        "PostgreSQL: creating the five databases",
    ),
    "step_code": ("Chargement du code", "Loading the code"),
    "step_migrate": ("Mise à jour des bases", "Bringing the databases up to date"),
    "step_services": ("Services ({count} processus)", "Services ({count} processes)"),
    "step_demo": ("Comptes et événements de démonstration", "Demo accounts and events"),
    "ready": ("Prêt en {seconds} s.", "Ready in {seconds} s."),
    "address_site": ("Site", "Site"),
    "address_gateway": ("API", "API"),
    "address_documents": ("Documentation de l'API", "API documents"),
    "address_mailbox": ("Boîte aux lettres locale", "Local mailbox"),
    "address_sandbox": ("Banque d'essai", "Payment sandbox"),
    "address_logs": ("Journaux", "Logs"),
    "demo_accounts": ("Comptes de démonstration", "Demo accounts"),
    "no_web_app": (
        "L'application web n'est pas construite : « make web » la construit, et elle s'affiche "
        "sans redémarrage.",
        "The web app is not built: “make web” builds it, and it shows without a restart.",
    ),
    "how_to_stop": (
        "Ctrl-C (ou « make down » ailleurs) arrête tout ; les données restent.",
        "Ctrl-C (or “make down” elsewhere) stops everything; the data stay.",
    ),
    "restarting": (
        "{name} s'est arrêté ({reason}), il redémarre dans {seconds} s ; journal : {log}",
        "{name} stopped ({reason}), it starts again in {seconds} s; log: {log}",
    ),
    "nats_anew": (
        "NATS n'a plus pu écrire, il y a de nouveau de la place : il redémarre ; journal : {log}",
        "NATS could write no more, and there is room again: it starts anew; log: {log}",
    ),
    "stopping": ("Guichet s'arrête…", "Guichet is stopping…"),
    "stopped": (
        "Guichet est arrêté ; les données restent dans {folder}.",
        "Guichet has stopped; the data stay in {folder}.",
    ),
    "unknown_order": (
        "« {code} » n'est pas un code de commande : vérifiez la frappe.",
        "“{code}” is not an order's code: check the typing.",
    ),
    "payments_backed_up": (
        "{count} paiements sauvegardés dans {target}, sous {path}.",
        "{count} payments backed up to {target}, below {path}.",
    ),
    "unknown_payment": (
        "Aucune sauvegarde ne contient le paiement « {name} » : écrivez-le comme payment-17, ou "
        "le numéro de la commande.",
        "No backup holds the payment “{name}”: write it like payment-17, or the order's number.",
    ),
    "backups_off": (
        "Les paiements ne sont pas sauvegardés : indiquez GUICHET_TICKETS_BACKUP_KEY (32 octets "
        "en base64), ou lancez « guichet up » une fois.",
        "Payments are not backed up: set GUICHET_TICKETS_BACKUP_KEY (32 bytes in base64), or run "
        "“guichet up” once.",
    ),
    "backup_under_way": (
        "Une autre sauvegarde est en cours : attendez sa fin, puis relancez.",
        "Another backup is under way: wait for its end, then start again.",
    ),
    "backup_failed": (
        "La sauvegarde n'a pas réussi ({reason}) : corrigez la cause et relancez.",
        "The backup did not succeed ({reason}): mend the cause and start again.",
    ),
    "not_running": (
        "Guichet ne tourne pas sur {folder}.",
        "Guichet does not run on {folder}.",
    ),
    "swept": (
        "Guichet ne tournait plus sur {folder} ; ce qu'il avait laissé est arrêté.",
        "Guichet no longer ran on {folder}; what it had left behind is stopped.",
    ),
    "bad_time": (
        "« {value} » n'est pas une date : écrivez-la comme 2027-06-15T09:00:00Z.",
        "“{value}” is not a time: write it like 2027-06-15T09:00:00Z.",
    ),
    "replayed": (
        "{count} messages de {service} vont repartir.",
        "{count} messages of {service} will be sent again.",
    ),
    "migrated": ("La base de {service} est à jour.", "The database of {service} is up to date."),
    "seeded": (
        "Les comptes et événements de démonstration sont là.",
        "The demo accounts and events are there.",
    ),
}


def language() -> Literal["fr", "en"]:
    """Return "fr" or "en", after the environment's locale; English when it names neither."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def say(key: str, **values: object) -> str:
    """Return the sentence named `key` in the person's language, its gaps filled."""
    french, english = TEXTS[key]
    return (french if language() == "fr" else english).format(**values)
