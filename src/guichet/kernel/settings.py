"""Settings shared by every process, read from `GUICHET_*` environment variables."""

import socket
from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PORTS = {
    "load_balancer": 8080,
    "gateway": 8000,
    "web": 3000,
    "auth": 8001,
    "users": 8002,
    "events": 8003,
    "tickets": 8004,
    "notifications": 8005,
    "control_plane": 8006,
    "sandbox": 8010,
    "mailbox": 8011,
    "smtp": 7025,
    "postgres": 7432,
    "nats": 7422,
    "nats_monitor": 7423,
}
"""Ports before `GUICHET_PORT_SHIFT` is added."""

_EVERY_INTERFACE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, never bound to


class Environment(StrEnum):
    """Where this system runs; production refuses demo accounts and debugging routes."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class CommonSettings(BaseSettings):
    """What every process needs to know; a service's own settings inherit from it.

    Raises `pydantic.ValidationError` when a required variable is missing or malformed.
    """

    model_config = SettingsConfigDict(env_prefix="GUICHET_", extra="ignore")

    environment: Environment = Environment.DEVELOPMENT
    storage_dir: Path = Path("storage")
    port_shift: int = Field(default=0, ge=0, le=50_000)
    host: str = "127.0.0.1"
    advertised_host: str = ""
    """Where the gateway reaches this instance, if that is not `host` (which may be 0.0.0.0)."""
    public_url: str = ""
    log_level: str = "INFO"
    otel_endpoint: str = ""

    nats_url: str = ""
    nats_copies: int = Field(default=1, ge=1, le=5)
    """On how many servers of a NATS cluster each message is kept; 3 survive the loss of one."""
    service_secret: str = Field(default="", repr=False)
    token_issuer: str = "guichet"
    token_audience: str = "guichet"

    auth_url: str = ""
    users_url: str = ""
    events_url: str = ""
    tickets_url: str = ""
    notifications_url: str = ""

    def port(self, name: str) -> int:
        """Return the port of the named listener, shift included; KeyError for an unknown name."""
        return PORTS[name] + self.port_shift

    def url_of(self, service: str) -> str:
        """Return the base URL of a service, as named by the settings or on this machine."""
        named = {
            "auth": self.auth_url,
            "users": self.users_url,
            "events": self.events_url,
            "tickets": self.tickets_url,
            "notifications": self.notifications_url,
        }[service]
        return named.rstrip("/") if named else f"http://127.0.0.1:{self.port(service)}"

    @property
    def reachable_host(self) -> str:
        """The address under which other machines find this instance.

        Every network interface (0.0.0.0) is no address, so the machine's own name stands for it.
        An IPv6 address is in brackets, ready for a URL.
        """
        host = self.advertised_host or self.host
        if host in _EVERY_INTERFACE:
            host = socket.gethostname()
        return f"[{host}]" if ":" in host and not host.startswith("[") else host

    @property
    def outside_url(self) -> str:
        """The address that people use in a browser; links in mails begin with it."""
        return (self.public_url or f"http://localhost:{self.port('load_balancer')}").rstrip("/")

    @property
    def is_production(self) -> bool:
        """Whether demo data and debugging aids must stay off."""
        return self.environment is Environment.PRODUCTION
