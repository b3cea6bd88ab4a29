"""The settings that each process of the local system receives.

Every process gets what all need, plus its own secrets: no service is handed the address of
another's database.
"""

from collections.abc import Mapping
from pathlib import Path

from guichet.kernel.settings import PORTS
from guichet.local.development_secrets import database_passwords
from guichet.local.errors import LocalError
from guichet.local.postgres import ADMIN, SERVICES, owner_of, runtime_of

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


def migration_of(service: str) -> str:
    """Return the name of the process that brings a service's database up to date."""
    return f"migrate-{service}"


_PRIVATE: dict[str, tuple[str, ...]] = {
    **{f"GUICHET_{service.upper()}_DSN": (service,) for service in SERVICES},
    # No service may change the shape of its database, or the past that it keeps there.
    **{f"GUICHET_{service.upper()}_OWNER_DSN": (migration_of(service),) for service in SERVICES},
    "GUICHET_AUTH_KEY_PASSPHRASE": ("auth",),
    "GUICHET_TICKETS_LINK_SECRET": ("tickets",),
    "GUICHET_TICKETS_BACKUP_KEY": ("tickets",),
    "GUICHET_FIREBASE_CREDENTIALS": ("tickets",),
    "GUICHET_STRIPE_API_KEY": ("tickets", "sandbox"),
    "GUICHET_STRIPE_PUBLISHABLE_KEY": ("tickets", "sandbox", "gateway"),
    "GUICHET_STRIPE_WEBHOOK_SECRET": ("tickets", "sandbox"),
    "GUICHET_SERVICE_SECRET": (*SERVICES, "gateway"),
    "GUICHET_SMTP_URL": ("notifications",),
}
_NEVER = ("GUICHET_POSTGRES_ADMIN_PASSWORD", "GUICHET_NATS_PASSWORD")

_DETOURS = "GUICHET_LOCAL_DETOURS"
"""For tests alone: `postgres=17432,smtp=17025` sends the services to these ports instead of the
local servers' own, where a proxy stands that passes on, or does not."""
_DETOURED = ("postgres", "nats", "sandbox", "smtp")


def own_sandbox(environment: Mapping[str, str]) -> bool:
    """Whether payments go to the local stand-in: unless a key of the live provider is named."""
    return not environment.get("GUICHET_STRIPE_API_KEY") or bool(
        environment.get("GUICHET_STRIPE_API_URL")
    )


def own_postgres(environment: Mapping[str, str]) -> bool:
    """Whether the local cluster is needed: some service's database is not named."""
    return any(not environment.get(f"GUICHET_{service.upper()}_DSN") for service in SERVICES)


def own_nats(environment: Mapping[str, str]) -> bool:
    """Whether the local NATS server is needed."""
    return not environment.get("GUICHET_NATS_URL")


def own_mailbox(environment: Mapping[str, str]) -> bool:
    """Whether mail goes to the local mailbox."""
    return not environment.get("GUICHET_SMTP_URL")


def backup_folder(storage: Path) -> Path:
    """Return where backups of this storage folder go unless named: beside it, not inside.

    `storage` has `backups`, a storage folder of another name `<name>-backups`.
    """
    name = "backups" if storage.name == "storage" else f"{storage.name}-backups"
    return storage.with_name(name)


def complete(
    named: Mapping[str, str], known_secrets: Mapping[str, str], storage: Path, shift: int
) -> dict[str, str]:
    """Return every setting of the system: those `named`, the rest pointing at local servers.

    `known_secrets` may lack some when the caller needs only what is there; the settings that
    depend on them are left out then.
    """

    detours = _detours(named.get(_DETOURS, ""))

    def port(name: str) -> int:
        return detours.get(name, PORTS[name] + shift)

    local: dict[str, str] = {
        "GUICHET_ENVIRONMENT": "development",
        "GUICHET_STORAGE_DIR": str(storage),
        "GUICHET_PORT_SHIFT": str(shift),
        "GUICHET_SMTP_URL": f"smtp://127.0.0.1:{port('smtp')}",
        "GUICHET_SMS_PROVIDER": "local",
        "GUICHET_BACKUP_DIR": str(backup_folder(storage)),
    }
    if known_secrets:
        local.update({name: known_secrets[name] for name in known_secrets if name not in _NEVER})
        passwords = database_passwords(known_secrets)
        for service in SERVICES:
            if named.get(f"GUICHET_{service.upper()}_DSN"):
                continue
            owner, runtime = owner_of(service), runtime_of(service)
            for variable, role in (("OWNER_DSN", owner), ("DSN", runtime)):
                if role in passwords:
                    local[f"GUICHET_{service.upper()}_{variable}"] = (
                        f"postgresql://{role}:{passwords[role]}"
                        f"@127.0.0.1:{port('postgres')}/{owner}"
                    )
        nats_password = known_secrets["GUICHET_NATS_PASSWORD"]
        local["GUICHET_NATS_URL"] = f"nats://guichet:{nats_password}@127.0.0.1:{port('nats')}"
    if own_sandbox(named):
        local["GUICHET_STRIPE_API_URL"] = f"http://127.0.0.1:{port('sandbox')}"
    else:
        # Drawn for the sandbox, and of no account of the provider's.
        local.pop("GUICHET_STRIPE_PUBLISHABLE_KEY", None)
    chosen = {name: value for name, value in named.items() if name.startswith("GUICHET_") and value}
    kept = {name: named[name] for name in _PASSED_ON if name in named}
    # The storage folder is passed on in full, since a process may run elsewhere.
    return {**kept, **local, **chosen, "GUICHET_STORAGE_DIR": str(storage)}


def _detours(text: str) -> dict[str, int]:
    """Return server → port of the detours; LocalError where one is malformed."""
    found: dict[str, int] = {}
    for part in text.replace(" ", "").split(","):
        server, _, port = part.partition("=")
        if not part:
            continue
        if server not in _DETOURED or not port.isdigit():
            raise LocalError("bad_setting", name=_DETOURS, reason=part)
        found[server] = int(port)
    return found


def share_of(environment: Mapping[str, str], name: str) -> dict[str, str]:
    """Return what the process `name` may know of the whole environment."""
    return {
        variable: value
        for variable, value in environment.items()
        if variable not in _NEVER
        and not variable.endswith("_DATABASE_PASSWORD")
        and name in _PRIVATE.get(variable, (name,))
    }


def admin_dsn(known_secrets: Mapping[str, str], shift: int) -> str:
    """Return the superuser's address of the local cluster."""
    password = database_passwords(known_secrets)[ADMIN]
    return f"postgresql://{ADMIN}:{password}@127.0.0.1:{PORTS['postgres'] + shift}/postgres"
