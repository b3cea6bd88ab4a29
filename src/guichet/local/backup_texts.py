"""The sentences of backups and restores, in French and English; `guichet.local.texts` has them."""

BACKUP_TEXTS: dict[str, tuple[str, str]] = {
    "backed_up": (
        "Sauvegarde faite : {place} ({megabytes} Mo).",
        "Backup taken: {place} ({megabytes} MB).",
    ),
    "keep_the_key": (
        "La clé qui rouvre ses secrets est {file} : gardez-en une copie hors de cette machine.",
        "The key to its secrets is {file}: keep a copy of it off this machine.",
    ),
    "one_backup": (
        "{name}  {megabytes} Mo, {orders} commandes, {tickets} billets",
        "{name}  {megabytes} MB, {orders} orders, {tickets} tickets",
    ),
    "restored": (
        "La sauvegarde {name} est restaurée : lancez « make up », puis « guichet verify ».",
        "The backup {name} is restored: run “make up”, then “guichet verify”.",
    ),
    "moved_aside": (
        "Ce qui était là est maintenant dans {folder} ; supprimez-le quand tout va bien.",
        "What was there is now in {folder}; delete it once all is well.",
    ),
    "backup_red": (
        "La sauvegarde du jour n'a pas réussi : {log} dit pourquoi.",
        "Today's backup did not succeed: {log} says why.",
    ),
    "backup_key_missing": (
        "La clé des sauvegardes manque : remettez {file} en place, ou indiquez GUICHET_BACKUP_KEY.",
        "The key of the backups is missing: put {file} back, or set GUICHET_BACKUP_KEY.",
    ),
    "backup_key_bad": (
        "Le fichier {file} ne contient pas de clé ({reason}) : remettez le bon en place.",
        "The file {file} holds no key ({reason}): put the right one back.",
    ),
    "backup_key_wrong": (
        "La clé n'ouvre pas les secrets de la sauvegarde {name} : indiquez celle d'alors avec "
        "GUICHET_BACKUP_KEY.",
        "The key does not open the secrets of the backup {name}: name the one of that time with "
        "GUICHET_BACKUP_KEY.",
    ),
    "backup_without_secrets": (
        "La sauvegarde {name} ne contient pas de secrets : restaurez-la dans des bases nommées "
        "par GUICHET_*_DSN.",
        "The backup {name} holds no secrets: restore it into databases named by GUICHET_*_DSN.",
    ),
    "no_backup": (
        "« {name} » n'est pas une sauvegarde : « guichet backup list » les montre.",
        "“{name}” is no backup: “guichet backup list” shows them.",
    ),
    "no_backups": (
        "Il n'y a pas de sauvegarde dans {folder} : faites-en une avec « make backup », ou "
        "indiquez GUICHET_BACKUP_DIR.",
        "There is no backup in {folder}: take one with “make backup”, or set GUICHET_BACKUP_DIR.",
    ),
    "backup_too_new": (
        "La sauvegarde {name} a le format {format}, que cette version ne connaît pas : mettez "
        "Guichet à jour.",
        "The backup {name} has format {format}, which this version does not know: update Guichet.",
    ),
    "backup_damaged": (
        "Le fichier {file} n'est plus celui qui a été sauvegardé : prenez une autre sauvegarde, ou "
        "une autre copie de celle-ci.",
        "The file {file} is not what was backed up any more: take another backup, or another copy "
        "of this one.",
    ),
    "backup_contradicts": (
        "La sauvegarde {name} se contredit ({reason}) : regardez avec « guichet verify » si le "
        "système le fait aussi.",
        "The backup {name} contradicts itself ({reason}): see with “guichet verify” whether the "
        "system does, too.",
    ),
    "pg_program_missing": (
        "Aucun {name} ne connaît PostgreSQL {version} : installez-en un assez récent.",
        "No {name} knows PostgreSQL {version}: install one that is recent enough.",
    ),
    "pg_program_failed": (
        "{name} n'a pas réussi ({reason}) : corrigez la cause et relancez.",
        "{name} did not succeed ({reason}): mend the cause and start again.",
    ),
    "not_migrated": (
        "Une base n'a pas encore de tables : lancez d'abord « make up » ou « guichet migrate ».",
        "A database has no tables yet: run “make up” or “guichet migrate” first.",
    ),
    "database_not_empty": (
        "La base de {service} contient déjà des données : videz-la, ou remplacez-la avec --force.",
        "The database of {service} holds data already: empty it, or replace it with --force.",
    ),
    "storage_not_empty": (
        "Le dossier {folder} contient déjà des données : nommez-en un autre avec --into, ou "
        "mettez-les de côté avec --force.",
        "The folder {folder} holds data already: name another with --into, or move them aside "
        "with --force.",
    ),
    "restore_differs": (
        "Après la restauration, {service} n'a pas les lignes de la sauvegarde ({tables}) : "
        "prenez-en une autre.",
        "After the restore {service} does not have the rows of the backup ({tables}): take "
        "another one.",
    ),
    "restore_unfinished": (
        "Une restauration dans {folder} ne s'est pas terminée : relancez « make restore ».",
        "A restore into {folder} did not end: run “make restore” again.",
    ),
}
