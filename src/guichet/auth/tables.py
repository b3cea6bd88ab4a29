"""The tables of auth."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from guichet.kernel.audit import add_audit_table
from guichet.kernel.tables import add_message_tables

metadata = MetaData()
add_message_tables(metadata)
add_audit_table(metadata)

FIRST_ACCOUNT_ID = 5
"""The ids below are kept for the demo accounts, whenever they are created."""


def _instant(name: str, *, required: bool = False, now: bool = False) -> Column[object]:
    default = func.now() if now else None
    return Column(
        name, DateTime(timezone=True), nullable=not (required or now), server_default=default
    )


def _account(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "account_id",
        BigInteger,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


accounts = Table(
    "accounts",
    metadata,
    Column("id", BigInteger, Identity(start=FIRST_ACCOUNT_ID), primary_key=True),
    # Lower case; null once the account has been deleted, when the row is a mere tombstone.
    Column("email", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="user"),
    Column("language", Text, nullable=False, server_default="fr"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    _instant("email_verified_at"),
    Column("password_hash", Text),
    Column("phone_number", Text),
    Column("address", Text),
    Column("city", Text),
    Column("country", Text),
    # Encrypted; enrolled but not in force until `totp_enabled_at` is set.
    Column("totp_secret", Text),
    _instant("totp_enabled_at"),
    # The last 30-second step whose code was accepted: no code counts twice.
    Column("totp_last_step", BigInteger, nullable=False, server_default="0"),
    # Access tokens issued before this instant (Unix seconds) no longer count.
    Column("tokens_until", Double, nullable=False, server_default="0"),
    # What an older message says of the profile no longer counts.
    _instant("profile_told_at"),
    _instant("created_at", now=True),
    _instant("updated_at", now=True),
    _instant("deleted_at"),
    CheckConstraint(
        "role IN ('admin', 'event_creator', 'operator', 'user')", name="accounts_role_known"
    ),
    CheckConstraint("language IN ('fr', 'en')", name="accounts_language_known"),
)

# The blank is written out, since only then is it the expression that the index has.
_blank = literal(" ", Text, literal_execute=True)
SEARCHED_NAME, SEARCHED_EMAIL = (
    func.lower(_blank + column) for column in (accounts.c.name, accounts.c.email)
)
"""What the list of accounts is searched by; each word has a blank before it."""
for _name, _searched in (("name", SEARCHED_NAME), ("email", SEARCHED_EMAIL)):
    Index(
        f"accounts_{_name}_search",
        _searched.label("searched"),
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
# Who works here, and who was shut out, are few among those who buy.
Index(
    "accounts_role",
    accounts.c.role,
    accounts.c.id,
    postgresql_where=text("role <> 'user'"),
)
Index("accounts_inactive", accounts.c.id, postgresql_where=accounts.c.is_active.is_(False))

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    Column("user_agent", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    # When the newest access token was issued (Unix seconds), so that a revocation covers it
    # although the clock may have been set back since.
    Column("token_issued_at", Double, nullable=False),
    _instant("created_at", required=True),
    _instant("last_used_at", required=True),
    _instant("expires_at", required=True),
    _instant("revoked_at"),
)
Index("sessions_account", sessions.c.account_id)
Index("sessions_expires_at", sessions.c.expires_at)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    _instant("issued_at", required=True),
    _instant("used_at"),
)
Index("refresh_tokens_session", refresh_tokens.c.session_id)

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _account(),
    Column("purpose", Text, nullable=False),
    # The address that the token was sent to.
    Column("email", Text, nullable=False),
    _instant("created_at", required=True),
    _instant("expires_at", required=True),
    _instant("used_at"),
    CheckConstraint(
        "purpose IN ('reset', 'verify', 'change')", name="one_time_tokens_purpose_known"
    ),
)
Index("one_time_tokens_account", one_time_tokens.c.account_id, one_time_tokens.c.purpose)
Index("one_time_tokens_expires_at", one_time_tokens.c.expires_at)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _account(primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    _instant("used_at"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_jwk", JSONB, nullable=False),
    # PEM, encrypted with the passphrase of the settings.
    Column("private_pem", Text, nullable=False),
    _instant("created_at", required=True),
    _instant("signs_from", required=True),
)

# Unlogged: losing these counters in a crash costs nothing, and each login writes them.
throttles = Table(
    "throttles",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    _instant("ends_at", required=True),
    prefixes=["UNLOGGED"],
)
Index("throttles_ends_at", throttles.c.ends_at)

reset_requests = Table(
    "reset_requests",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("email", Text, nullable=False),
    _instant("created_at", required=True),
)
