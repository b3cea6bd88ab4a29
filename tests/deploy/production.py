"""Whether a process would start in production with the settings that deploy/ gives it."""

from collections.abc import Mapping

from pydantic_settings import BaseSettings

from guichet.auth.settings import Settings as AuthSettings
from guichet.events.settings import Settings as EventsSettings
from guichet.gateway.main import GatewaySettings
from guichet.kernel.service import SERVICE_SECRET_LENGTH_MIN
from guichet.notifications.settings import Settings as NotificationsSettings
from guichet.tickets.settings import Settings as TicketsSettings
from guichet.users.main import UsersSettings

SETTINGS: Mapping[str, type[BaseSettings]] = {
    "auth": AuthSettings,
    "users": UsersSettings,
    "events": EventsSettings,
    "tickets": TicketsSettings,
    "notifications": NotificationsSettings,
    "gateway": GatewaySettings,
    "nginx": GatewaySettings,
}
FILLED_IN = {
    "GUICHET_STRIPE_API_KEY": "_".join(("sk", "live", "key")),
    "GUICHET_STRIPE_PUBLISHABLE_KEY": "_".join(("pk", "live", "key")),
    "GUICHET_STRIPE_WEBHOOK_SECRET": "_".join(("whsec", "key")),
    "GUICHET_SMTP_URL": "smtps://mail.example.com",
    "GUICHET_MAIL_FROM": "Guichet <tickets@example.com>",
}
"""What a person writes into the files of secrets."""
NEEDED = ("GUICHET_STORAGE_DIR", "GUICHET_ENVIRONMENT")
NEEDED_BY_SERVICES = (
    "GUICHET_SERVICE_SECRET",
    "GUICHET_NATS_URL",
    "GUICHET_PUBLIC_URL",
    "GUICHET_AUTH_URL",
    "GUICHET_EVENTS_URL",
)
NEEDED_BESIDE = {
    "tickets": ("GUICHET_STRIPE_API_KEY", "GUICHET_STRIPE_WEBHOOK_SECRET"),
    "notifications": ("GUICHET_SMTP_URL", "GUICHET_MAIL_FROM"),
    "gateway": (
        "GUICHET_SERVICE_SECRET",
        "GUICHET_NATS_URL",
        "GUICHET_TICKETS_URL",
        "GUICHET_STRIPE_PUBLISHABLE_KEY",
    ),
}
"""Settings without which a process starts, and does not do its work."""


def names_known() -> set[str]:
    """Return every variable that some process of ours reads."""
    return {f"GUICHET_{name}".upper() for kind in SETTINGS.values() for name in kind.model_fields}


def lacks(server: str, environment: Mapping[str, str]) -> list[str]:
    """Return what a server misses of what it needs; raises where its settings are refused."""
    kind = SETTINGS[server]
    values = {
        name.removeprefix("GUICHET_").lower(): value if value else FILLED_IN.get(name, value)
        for name, value in environment.items()
        if name.startswith("GUICHET_")
    }
    settings = kind(**values)  # pyright: ignore[reportArgumentType] - as the environment gives it
    assert settings.model_dump()["environment"] == "production"
    needed = {*NEEDED, *NEEDED_BESIDE.get(server, ())}
    if server in ("auth", "users", "events", "tickets", "notifications"):
        needed |= {*NEEDED_BY_SERVICES, f"GUICHET_{server.upper()}_DSN"}
        assert len(environment.get("GUICHET_SERVICE_SECRET", "")) >= SERVICE_SECRET_LENGTH_MIN
    return sorted(needed - set(environment))
