"""What tickets is told from outside."""

from pathlib import Path

from pydantic import Field, model_validator

from guichet.kernel.settings import CommonSettings
from guichet.tickets.domain import HOLD_SECONDS


class Settings(CommonSettings):
    """The settings of tickets, on top of those that every process has."""

    tickets_dsn: str = Field(repr=False)
    tickets_link_secret: str = Field(min_length=16, repr=False)
    """Signs the links by which guests reach their orders; a new one ends the old links."""
    tickets_hold_seconds: int = Field(default=HOLD_SECONDS, ge=10, le=3600)
    tickets_connections: int = Field(default=12, ge=4, le=200)
    tickets_fault_dir: Path | None = None
    """For tests alone: a file in this folder kills the process at the point of its name."""
    stripe_api_key: str = Field(default="", repr=False)
    stripe_api_url: str = ""
    """Empty for the live provider; the sandbox's address otherwise."""
    stripe_webhook_secret: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _no_faults_in_production(self) -> "Settings":
        if self.is_production and self.tickets_fault_dir is not None:
            raise ValueError("fault points are for tests alone")
        return self
