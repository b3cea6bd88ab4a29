"""The rules of accounts, sessions, keys and guesses; nothing here reads, writes or waits."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Literal

from guichet.auth.domain.refusals import (
    PASSWORD_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MIN,
    PasswordsDiffer,
    PasswordTooLong,
    PasswordTooShort,
)
from guichet.kernel.problems import Language

SESSION_LIFE = timedelta(days=30)
"""From sign-in to the end, however often the refresh token is rotated."""
REFRESH_GRACE = timedelta(seconds=10)
"""For so long a refresh token that was just used answers with the same successor."""
RESET_LIFE = timedelta(hours=1)
VERIFICATION_LIFE = timedelta(days=3)
CHANGE_LIFE = timedelta(hours=24)
TOKENS_KEPT = timedelta(days=7)
"""For so long a spent link can still be told from one that never was."""

KEY_LIFE = timedelta(days=30)
KEY_LEAD = timedelta(minutes=15)
"""A new key is published this long before it signs: three times as long as keys are cached."""
KEY_OVERLAP = timedelta(hours=1)
"""A replaced key stays published this long: four times as long as a token lives."""

TOTP_STEP_SECONDS = 30
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

Purpose = Literal["reset", "verify", "change"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account that has not been deleted.

    `profile_told_at` is when the newest message that is known of its profile spoke.
    """

    id: int
    email: str
    name: str
    role: str
    language: Language
    is_active: bool
    email_verified_at: datetime | None
    password_hash: str | None
    phone_number: str | None
    address: str | None
    city: str | None
    country: str | None
    totp_secret: str | None
    totp_enabled_at: datetime | None
    totp_last_step: int
    tokens_until: float
    profile_told_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def is_verified(self) -> bool:
        """Whether the owner has shown to read the account's address."""
        return self.email_verified_at is not None

    @property
    def has_totp(self) -> bool:
        """Whether signing in takes a code."""
        return self.totp_enabled_at is not None


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device; `id` is the `sid` of its tokens."""

    id: str
    account_id: int
    user_agent: str
    address: str
    token_issued_at: float
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_live(self, moment: datetime) -> bool:
        """Whether the session still counts."""
        return self.revoked_at is None and moment < self.expires_at


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from: network address, browser, and the language it prefers."""

    address: str
    user_agent: str
    language: Language


def checked_password(password: str, confirmation: str | None) -> str:
    """Return the password as it is hashed; raises a `FieldRefused` where it breaks a rule."""
    if len(password) > PASSWORD_CHARACTERS_MAX:
        raise PasswordTooLong
    if confirmation is not None and confirmation != password:
        raise PasswordsDiffer
    normal = normal_password(password)
    if len(normal) < PASSWORD_CHARACTERS_MIN:
        raise PasswordTooShort
    return normal


def normal_password(password: str) -> str:
    """Return the password in one Unicode form (NFKC, as NIST SP 800-63B, 3.1.1.2 asks).

    Otherwise an accent typed on another keyboard would be another password.
    """
    return unicodedata.normalize("NFKC", password)


def one_line(text: str) -> str:
    """Return the text with each run of white space as one space; ValueError for control signs."""
    joined = " ".join(text.split())
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in joined):
        raise ValueError("control characters")
    return joined


def new_token() -> str:
    """Return an opaque token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return how a token is stored. It is random, so a fast hash cannot be searched."""
    return sha256(token.encode()).digest()


def in_milliseconds(moment: datetime) -> float:
    """Return Unix seconds, cut to whole milliseconds, as tokens carry them."""
    return int(moment.timestamp() * 1000) / 1000


def issue_instant(moment: datetime, tokens_until: float) -> float:
    """Return the `iat` of a new token: now, and never before the account's last revocation."""
    return max(in_milliseconds(moment), tokens_until)


def revocation_instant(moment: datetime, issued_last: float) -> float:
    """Return the instant that covers every token issued so far, the newest included."""
    return round(max(in_milliseconds(moment), issued_last) + 0.001, 3)


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """When a signing key was made, and from when it signs."""

    id: str
    signs_from: datetime


def signing_key(keys: Sequence[KeyTimes], moment: datetime) -> KeyTimes:
    """Return the key that signs now: the newest that has begun; LookupError where there is none.

    Where none has begun, since the clock was set back, the first one signs.
    """
    if not keys:
        raise LookupError("there is no signing key")
    ordered = sorted(keys, key=lambda key: (key.signs_from, key.id))
    begun = [key for key in ordered if key.signs_from <= moment]
    return begun[-1] if begun else ordered[0]


def retired_keys(keys: Sequence[KeyTimes], moment: datetime) -> list[str]:
    """Return the ids of keys whose successor has signed for longer than any token lives."""
    ordered = sorted(keys, key=lambda key: (key.signs_from, key.id))
    return [
        key.id
        for key, successor in pairwise(ordered)
        if successor.signs_from + KEY_OVERLAP <= moment
    ]


def next_key_is_due(keys: Sequence[KeyTimes], moment: datetime) -> bool:
    """Whether the newest key is about to end its life."""
    newest = max((key.signs_from for key in keys), default=None)
    return newest is None or newest + KEY_LIFE <= moment + KEY_LEAD


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count_max` of something within `seconds`."""

    name: str
    count_max: int
    seconds: int


LOGIN_BY_PLACE = Limit("login by e-mail and address", 10, 15 * 60)
LOGIN_BY_ADDRESS = Limit("login by address", 50, 15 * 60)
LOGIN_BY_EMAIL = Limit("login by e-mail", 100, 3600)
TOTP_BY_PLACE = Limit("code by account and address", 5, 15 * 60)
TOTP_BY_ACCOUNT = Limit("code by account", 30, 3600)
PASSWORD_BY_ACCOUNT = Limit("present password by account", 10, 15 * 60)
TAKEN_BY_ADDRESS = Limit("registering a taken e-mail by address", 10, 15 * 60)
TAKEN_BY_EMAIL = Limit("telling the owner of a taken e-mail", 2, 24 * 3600)
RESET_BY_EMAIL = Limit("reset mail by e-mail", 5, 3600)
RESET_BY_ADDRESS = Limit("reset mail by address", 30, 3600)
MAIL_BY_ACCOUNT = Limit("verification mail by account", 5, 3600)

Limits = Mapping[bytes, Limit]
"""What is counted (a keyed hash, so that no address is stored) and how often it may happen."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something has happened in its present window."""

    key: bytes
    count: int
    ends_at: datetime


def tallies_above(tallies: Sequence[Tally], limits: Limits) -> list[Tally]:
    """Return the tallies that are above their limits."""
    return [tally for tally in tallies if tally.count > limits[tally.key].count_max]


def seconds_to_wait(above: Sequence[Tally], moment: datetime) -> int:
    """Return the whole seconds until every one of these windows is over, at least one."""
    longest = max(tally.ends_at for tally in above) - moment
    return max(1, int(longest.total_seconds()) + 1)


def totp_steps(moment: datetime) -> tuple[int, int, int]:
    """Return the steps whose codes are accepted: the present one and its two neighbours."""
    step = int(moment.timestamp()) // TOTP_STEP_SECONDS
    return step - 1, step, step + 1


def new_recovery_codes() -> list[str]:
    """Return ten codes of about 59 random bits, as a person can copy them."""
    return [
        "-".join("".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(4)) for _ in range(3))
        for _ in range(RECOVERY_CODES)
    ]


def normal_code(code: str) -> str:
    """Return a typed code without the spaces, dashes and capitals that do not count."""
    return re.sub(r"[\s-]", "", code).lower()
