"""What tickets is told from outside."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from guichet.kernel.settings import CommonSettings
from guichet.tickets.domain import BUYER_WAIT_SECONDS, HOLD_SECONDS
from guichet.tickets.payment_backups.sealing import Keyring

ASKS_PER_ACCOUNT_IN_PRODUCTION = 5.0
LIVE_KEYS = ("sk_live_", "rk_live_")
PaymentMode = Literal["sandbox", "test", "live"]


class Settings(CommonSettings):
    """The settings of tickets, on top of those that every process has."""

    tickets_dsn: str = Field(repr=False)
    tickets_link_secret: str = Field(min_length=16, repr=False)
    """Signs the links by which guests reach their orders; a new one ends the old links."""
    tickets_hold_seconds: int = Field(default=HOLD_SECONDS, ge=10, le=3600)
    tickets_connections: int = Field(default=12, ge=4, le=200)
    tickets_asks_per_account: float | None = Field(default=None, ge=0)
    """Purchases and holds a second that one account may ask for; 0: no limit."""
    tickets_fault_dir: Path | None = None
    """For tests alone: a file in this folder kills the process at the point of its name."""
    tickets_no_op: bool = False
    """For benchmarks alone: serves a route that checks a purchase and does nothing."""
    tickets_buyer_wait_seconds: float = Field(default=BUYER_WAIT_SECONDS, ge=1, le=86_400)
    """How long an order keeps its places while its buyer has yet to pay."""
    tickets_ask_again_seconds: float = Field(default=15.0, ge=0.2, le=3600)
    """How often the provider is asked about such an order, should its webhook be lost."""
    tickets_look_seconds: float = Field(default=60.0, ge=1, le=3600)
    """How often payments of ended and of stuck orders are looked at."""
    tickets_reconcile_seconds: float = Field(default=3600.0, ge=1, le=86_400)
    """How often the ledger is compared with the provider's balance, movement by movement."""
    tickets_seller_name: str = Field(default="Guichet", min_length=1, max_length=100)
    """Names the platform on receipts and invoices."""
    stripe_api_key: str = Field(default="", repr=False)
    stripe_api_url: str = ""
    """Empty for the live provider; the sandbox's address otherwise."""
    stripe_api_url_allowed: bool = False
    """Whether production may name another address than the provider's own: a proxy before it."""
    stripe_publishable_key: str = ""
    """Given to browsers, so that card data go between them and the provider alone."""
    stripe_webhook_secret: str = Field(default="", repr=False)
    sandbox_public_url: str = ""
    """Where a browser reaches the sandbox, if not at `stripe_api_url`."""
    tickets_backup_key: str = Field(default="", repr=False)
    """32 bytes in base64; of several, separated by commas, the first encrypts, all decrypt."""
    tickets_backup_hours: float = Field(default=24.0, ge=0)
    """How often payments are backed up by themselves; 0 for never."""
    backup_dir: Path = Path("backups")
    firebase_database_url: str = ""
    firebase_credentials: Path | None = None
    """The JSON file of a service account; with the address, backups go to Firebase."""

    @field_validator("tickets_backup_key")
    @classmethod
    def _keys_are_keys(cls, text: str) -> str:
        if text:
            Keyring.parse(text)
        return text

    @property
    def asks_per_account(self) -> float:
        """How often one account may ask for places: without limit on a developer's machine."""
        if self.tickets_asks_per_account is not None:
            return self.tickets_asks_per_account
        return ASKS_PER_ACCOUNT_IN_PRODUCTION if self.is_production else 0

    @property
    def payment_mode(self) -> PaymentMode:
        """What moves: nothing at the sandbox or in the provider's test mode, or real money."""
        if self.stripe_api_url and not self.is_production:
            return "sandbox"
        return "live" if self.stripe_api_key.startswith(LIVE_KEYS) else "test"

    @model_validator(mode="after")
    def _payments_fit_together(self) -> "Settings":
        secret_is_live = self.stripe_api_key.startswith(LIVE_KEYS)
        if self.stripe_publishable_key:
            if not self.stripe_publishable_key.startswith(("pk_test_", "pk_live_")):
                raise ValueError("GUICHET_STRIPE_PUBLISHABLE_KEY is not a publishable key")
            if self.stripe_publishable_key.startswith("pk_live_") != secret_is_live:
                raise ValueError("the publishable key is of another mode than the secret key")
        is_elsewhere = bool(self.stripe_api_url) and not self.stripe_api_url_allowed
        if self.is_production and is_elsewhere:
            raise ValueError(
                "production talks to the payment provider itself: leave GUICHET_STRIPE_API_URL"
                " empty, or set GUICHET_STRIPE_API_URL_ALLOWED=true for a proxy before it"
            )
        return self

    @model_validator(mode="after")
    def _no_faults_in_production(self) -> "Settings":
        if self.is_production and (self.tickets_fault_dir is not None or self.tickets_no_op):
            raise ValueError("fault points and the no-op route are for tests alone")
        return self
