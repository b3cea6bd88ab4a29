"""The tables of users."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from guichet.kernel.audit import add_audit_table
from guichet.kernel.tables import add_message_tables

metadata = MetaData()
add_message_tables(metadata)
add_audit_table(metadata)


def _instant(name: str, *, now: bool = False) -> Column[object]:
    if now:
        return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
    return Column(name, DateTime(timezone=True))


profiles = Table(
    "profiles",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("pending_email", Text),
    Column("phone_number", Text),
    Column("address", Text),
    Column("city", Text),
    Column("country", Text),
    Column("profile_picture", Text),
    Column("bio", Text),
    Column("date_of_birth", Date),
    Column("gender", Text),
    Column("language", Text, nullable=False, server_default="fr"),
    Column("preferences", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("role", Text, nullable=False, server_default="user"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    _instant("last_activity"),
    _instant("created_at", now=True),
    _instant("updated_at", now=True),
    # A row may stand here before its registration is known, and stays after its erasure; these
    # instants say which, and order the facts that auth tells, whenever they arrive.
    _instant("registered_at"),
    _instant("erased_at"),
    _instant("email_at"),
    _instant("role_at"),
    _instant("active_at"),
)
Index("profiles_email", func.lower(profiles.c.email))
Index("profiles_name", func.lower(profiles.c.name), profiles.c.id)
# Trigrams find a part of a name or address without reading every profile.
for _column in (profiles.c.name, profiles.c.email):
    Index(
        f"profiles_{_column.name}_search",
        func.lower(_column).label("searched"),
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
Index("profiles_role", profiles.c.role, func.lower(profiles.c.name), profiles.c.id)

pictures = Table(
    "pictures",
    metadata,
    Column("profile_id", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    _instant("created_at", now=True),
)

purchases = Table(
    "purchases",
    metadata,
    Column("order_code", Text, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("confirmed_at", DateTime(timezone=True), nullable=False),
)
Index(
    "purchases_history",
    purchases.c.account_id,
    purchases.c.confirmed_at.desc(),
    purchases.c.order_code,
)

purchased_tickets = Table(
    "purchased_tickets",
    metadata,
    # No column but the first two is known for certain: a ticket's use or cancellation may be heard
    # of before its sale.
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_code", Text, nullable=False),
    Column("ticket_number", Text),
    Column("ticket_type", Text),
    Column("price_minor", BigInteger),
    Column("refund_minor", BigInteger, nullable=False, server_default=text("0")),
    _instant("used_at"),
    # The latest use that was taken back at the door; a use counts where it is later than this.
    _instant("undone_used_at"),
    _instant("cancelled_at"),
)
Index("purchased_tickets_order_code", purchased_tickets.c.order_code)

purchased_events = Table(
    "purchased_events",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    # Zero while the event is known from orders alone; any version that events told counts more.
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("title", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    _instant("ends_at"),
    Column("time_zone", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="published"),
)
