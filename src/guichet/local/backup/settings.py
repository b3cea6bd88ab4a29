"""What backups are told from outside, and where their key lies."""

import base64
import os
import secrets
from datetime import time
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from guichet.local.environment import backup_folder
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.tickets.payment_backups.sealing import Keyring

OFF = "off"


class BackupSettings(BaseSettings):
    """The settings of backups; `backup_dir` is None for the place beside the storage folder."""

    model_config = SettingsConfigDict(env_prefix="GUICHET_", extra="ignore")

    backup_dir: Path | None = None
    backup_key: str = Field(default="", repr=False)
    """32 bytes in base64, of several the first encrypts; empty for the file beside the backups."""
    backup_at: str = "03:30"
    """When `guichet up` backs up every day, in the machine's time; `off` for never."""
    backup_daily: int = Field(default=7, ge=1)
    backup_weekly: int = Field(default=5, ge=0)
    backup_monthly: int = Field(default=12, ge=0)

    @field_validator("backup_at")
    @classmethod
    def _is_a_time(cls, text: str) -> str:
        if text != OFF:
            time.fromisoformat(text)
        return text

    @field_validator("backup_key")
    @classmethod
    def _is_a_key(cls, text: str) -> str:
        if text:
            Keyring.parse(text)
        return text

    @property
    def daily_at(self) -> time | None:
        """The time of the daily backup, None for never."""
        return None if self.backup_at == OFF else time.fromisoformat(self.backup_at)


def read_backup_settings() -> BackupSettings:
    """Return the settings of this process's environment; LocalError where one is malformed."""
    try:
        return BackupSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GUICHET_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise LocalError("bad_setting", name=name, reason=first["msg"]) from None


def folder_of(settings: BackupSettings, plan: Plan) -> Path:
    """Return the folder of all backups."""
    named = settings.backup_dir
    return named.absolute() if named is not None else backup_folder(plan.storage.root)


def key_file(folder: Path) -> Path:
    """Return where the key lies unless a setting holds it: beside the backups, not among them.

    So that a copy of the backups, taken elsewhere, does not carry the key along.
    """
    return folder.with_name(f"{folder.name}.key")


def keyring(settings: BackupSettings, folder: Path, *, may_draw: bool) -> Keyring:
    """Return the key of the backups; drawn and written where there is none and `may_draw`.

    Raises LocalError where it is missing or is none.
    """
    if settings.backup_key:
        return Keyring.parse(settings.backup_key)
    file = key_file(folder)
    if not file.exists():
        if not may_draw:
            raise LocalError("backup_key_missing", file=file)
        _draw(file)
    try:
        return Keyring.parse(file.read_text().strip())
    except ValueError as error:
        raise LocalError("backup_key_bad", file=file, reason=error) from None


def _draw(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
