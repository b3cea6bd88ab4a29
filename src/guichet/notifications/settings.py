"""What notifications is told from outside."""

from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field

from guichet.kernel.settings import CommonSettings
from guichet.notifications.channels import MailServer

SmsProvider = Literal["", "none", "local", "twilio"]


class Settings(CommonSettings):
    """The settings of notifications, on top of those that every process has."""

    notifications_dsn: str = Field(default="", repr=False)
    smtp_url: str = Field(default="", repr=False)
    """`smtp://user:password@host:port` (TLS where offered), `smtp+starttls://…`, `smtps://…`."""
    mail_from: str = "Guichet <billetterie@guichet.localhost>"
    sms_provider: SmsProvider = ""
    """Empty: the local sink in development, none in production."""
    sms_region: str = Field(default="FR", pattern=r"^[A-Z]{2}$")
    """Where a number without a country code is dialled."""
    twilio_api_url: str = "https://api.twilio.com"
    twilio_account_sid: str = ""
    twilio_auth_token: str = Field(default="", repr=False)
    twilio_from: str = ""
    """The sending number, or the SID of a messaging service (`MG…`)."""
    mail_connections: int = Field(default=4, ge=1, le=64)
    """Mails sent at the same time by one process."""

    @property
    def mail_server(self) -> MailServer:
        """The SMTP server that mail goes to; ValueError for an address that is none."""
        return mail_server_of(self.smtp_url or f"smtp://127.0.0.1:{self.port('smtp')}")

    @property
    def sms(self) -> Literal["none", "local", "twilio"]:
        """By whom SMS are sent."""
        return self.sms_provider or ("none" if self.is_production else "local")


def mail_server_of(url: str) -> MailServer:
    """Read the address of an SMTP server; ValueError where it is none."""
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError("GUICHET_SMTP_URL must be smtp://, smtp+starttls:// or smtps:// host:port")
    return MailServer(
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        require_tls=parts.scheme == "smtp+starttls",
    )
