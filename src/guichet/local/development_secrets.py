"""The secrets of a local system: drawn once, kept in `storage/secrets.env`, passed on as settings.

A setting that the person's own environment names always wins.
"""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from guichet.local.errors import LocalError
from guichet.local.postgres import ADMIN, SERVICES, owner_of, runtime_of


def _hexadecimal() -> str:
    return secrets.token_hex(24)


def _random_text() -> str:
    return secrets.token_urlsafe(36)


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


_DRAWN: dict[str, Callable[[], str]] = {
    "GUICHET_POSTGRES_ADMIN_PASSWORD": _hexadecimal,
    **{f"GUICHET_{service.upper()}_DATABASE_PASSWORD": _hexadecimal for service in SERVICES},
    **{
        f"GUICHET_{service.upper()}_RUNTIME_DATABASE_PASSWORD": _hexadecimal for service in SERVICES
    },
    "GUICHET_NATS_PASSWORD": _hexadecimal,
    "GUICHET_SERVICE_SECRET": _random_text,
    "GUICHET_AUTH_KEY_PASSPHRASE": _random_text,
    "GUICHET_TICKETS_LINK_SECRET": _random_text,
    "GUICHET_TICKETS_BACKUP_KEY": _key,
    "GUICHET_STRIPE_API_KEY": lambda: f"sk_test_{secrets.token_hex(24)}",
    "GUICHET_STRIPE_PUBLISHABLE_KEY": lambda: f"pk_test_{secrets.token_hex(24)}",
    "GUICHET_STRIPE_WEBHOOK_SECRET": lambda: f"whsec_{secrets.token_hex(24)}",
}


def read_secrets(file: Path) -> dict[str, str]:
    """Return the secrets of the file, {} when there is none."""
    if not file.exists():
        return {}
    lines = (line.strip() for line in file.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def ensure_secrets(file: Path, cluster_exists: bool) -> dict[str, str]:
    """Return the secrets, drawing those that are missing and writing them with mode 0600.

    Raises LocalError when databases exist whose passwords are gone: new ones would not open
    them, and what auth has encrypted could not be read any more.
    """
    known = read_secrets(file)
    if cluster_exists and "GUICHET_POSTGRES_ADMIN_PASSWORD" not in known:
        raise LocalError("secrets_lost", file=file, folder=file.parent / "postgres")
    missing = {name: draw() for name, draw in _DRAWN.items() if name not in known}
    if missing:
        _write(file, {**known, **missing})
    else:
        file.chmod(0o600)
    return {**known, **missing}


def _write(file: Path, values: Mapping[str, str]) -> None:
    """Replace the file at once, so that a crash leaves the old one or the new one."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write("# Drawn by `guichet up` for this machine alone; keep it private.\n")
        stream.writelines(f"{name}={value}\n" for name, value in values.items())
        stream.flush()
        os.fsync(stream.fileno())
    fresh.rename(file)


def database_passwords(known: Mapping[str, str]) -> dict[str, str]:
    """Return role → password of the local cluster."""
    found = {ADMIN: known["GUICHET_POSTGRES_ADMIN_PASSWORD"]}
    for service in SERVICES:
        found[owner_of(service)] = known[f"GUICHET_{service.upper()}_DATABASE_PASSWORD"]
        # Lacking where a backup of an earlier version is read before anything is drawn.
        runtime = known.get(f"GUICHET_{service.upper()}_RUNTIME_DATABASE_PASSWORD")
        if runtime is not None:
            found[runtime_of(service)] = runtime
    return found
