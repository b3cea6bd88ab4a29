"""Draw the secrets of a new system: `python3 deploy/new_secrets.py FOLDER https://tickets.example.com`.

Writes one file for each reader, `NAME=value` a line and readable by its owner alone, for Compose
and for `kubectl create secret generic … --from-env-file`. A file that is there already is left as
it is. Addresses are those of deploy/compose and of the trial overlay; put those of your own servers
in their place. What cannot be drawn (mail, payments) stands there empty.
"""

import argparse
import base64
import secrets
from pathlib import Path

SERVICES = ("auth", "users", "events", "tickets", "notifications")
TO_FILL_IN = {
    "tickets": (
        "GUICHET_STRIPE_API_KEY",
        "GUICHET_STRIPE_WEBHOOK_SECRET",
    ),
    "payments-public": ("GUICHET_STRIPE_PUBLISHABLE_KEY",),
    "notifications": ("GUICHET_SMTP_URL", "GUICHET_MAIL_FROM"),
}
"""File → what only a contract with somebody else can give."""


def drawn(public_url: str) -> dict[str, dict[str, str]]:
    """Return file → variable → value."""
    passwords = {service: secrets.token_hex(24) for service in SERVICES}
    owners = {service: secrets.token_hex(24) for service in SERVICES}
    nats_password = secrets.token_hex(24)
    files: dict[str, dict[str, str]] = {
        "common": {
            "GUICHET_PUBLIC_URL": public_url,
            "GUICHET_SERVICE_SECRET": secrets.token_urlsafe(36),
            "GUICHET_NATS_URL": f"nats://guichet:{nats_password}@nats:4222",
        },
        "nats": {"NATS_USER": "guichet", "NATS_PASSWORD": nats_password},
        "postgres": {
            "POSTGRES_PASSWORD": secrets.token_hex(24),
            **{f"GUICHET_{name.upper()}_PASSWORD": passwords[name] for name in SERVICES},
            **{f"GUICHET_{name.upper()}_OWNER_PASSWORD": owners[name] for name in SERVICES},
        },
        "payments-public": {},
    }
    for name in SERVICES:
        database, prefix = f"postgres:5432/guichet_{name}", f"GUICHET_{name.upper()}"
        role = f"guichet_{name}_service"
        files[name] = {f"{prefix}_DSN": f"postgresql://{role}:{passwords[name]}@{database}"}
        owner = f"guichet_{name}:{owners[name]}"
        files[f"{name}-owner"] = {f"{prefix}_OWNER_DSN": f"postgresql://{owner}@{database}"}
    files["auth"]["GUICHET_AUTH_KEY_PASSPHRASE"] = secrets.token_urlsafe(36)
    files["tickets"]["GUICHET_TICKETS_LINK_SECRET"] = secrets.token_urlsafe(36)
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    files["tickets"]["GUICHET_TICKETS_BACKUP_KEY"] = key
    for name, variables in TO_FILL_IN.items():
        files[name].update(dict.fromkeys(variables, ""))
    return files


def write(folder: Path, public_url: str) -> list[Path]:
    """Write the files that are not there yet; returns them.

    Raises SystemExit where only some are there: their passwords would not fit together.
    """
    files = {folder / f"{name}.env": values for name, values in drawn(public_url).items()}
    there = [file for file in files if file.exists()]
    if there and len(there) < len(files):
        raise SystemExit(f"only some of the files are in {folder}: complete them by hand")
    if there:
        return []
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file, values in files.items():
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return list(files)


def main() -> None:
    """Write the files and say what has to be filled in."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("public_url")
    asked = parser.parse_args()
    for file in write(asked.folder, asked.public_url):
        empty = ", ".join(TO_FILL_IN.get(file.stem, ()))
        print(f"{file}{': fill in ' + empty if empty else ''}")


if __name__ == "__main__":
    main()
