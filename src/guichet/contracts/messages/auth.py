"""What auth tells."""

from datetime import datetime
from typing import ClassVar

from guichet.kernel.outbox import Message


class AccountRegistered(Message):
    """An account was created; the profile fields are those given at registration.

    `verification_token` goes into the link of the verification mail; it is empty for an account
    that is verified already (demo accounts).
    """

    subject: ClassVar[str] = "auth.account.registered"

    account_id: int
    email: str
    name: str
    role: str
    language: str
    phone_number: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    verification_token: str = ""
    occurred_at: datetime


class EmailVerified(Message):
    """The account's owner has shown to read this address; guests' orders under it are theirs."""

    subject: ClassVar[str] = "auth.email.verified"

    account_id: int
    email: str
    occurred_at: datetime


class EmailVerificationRequested(Message):
    """A new verification link is wanted, or an address is to be changed to `email`.

    `is_change` says that `email` is a new address, not yet the account's.
    """

    subject: ClassVar[str] = "auth.email_verification.requested"

    account_id: int
    email: str
    name: str
    language: str
    verification_token: str
    is_change: bool = False
    occurred_at: datetime


class RoleChanged(Message):
    """An administrator gave the account another role; tokens issued before no longer count."""

    subject: ClassVar[str] = "auth.account.role_changed"

    account_id: int
    role: str
    tokens_until: float
    occurred_at: datetime


class AccountDisabled(Message):
    """The account was disabled (`is_active` false) or enabled again.

    `tokens_until` (Unix seconds) refuses the tokens issued before; None when enabled again.
    """

    subject: ClassVar[str] = "auth.account.disabled"

    account_id: int
    is_active: bool
    tokens_until: float | None = None
    occurred_at: datetime


class AccountDeleted(Message):
    """The account is gone: every service erases or pseudonymises what it holds of the person."""

    subject: ClassVar[str] = "auth.account.deleted"

    account_id: int
    tokens_until: float
    occurred_at: datetime


class SessionRevoked(Message):
    """A session ended before its time (`session_id`), or all of an account's (`tokens_until`)."""

    subject: ClassVar[str] = "auth.session.revoked"

    account_id: int
    session_id: str | None = None
    tokens_until: float | None = None
    occurred_at: datetime


class PasswordResetRequested(Message):
    """A reset link is to be sent; `reset_token` works once, until `expires_at`."""

    subject: ClassVar[str] = "auth.password_reset.requested"

    account_id: int
    email: str
    name: str
    language: str
    reset_token: str
    expires_at: datetime
    occurred_at: datetime
