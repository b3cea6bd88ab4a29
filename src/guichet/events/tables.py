"""The tables of the events database."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from guichet.kernel.audit import add_audit_table
from guichet.kernel.tables import add_message_tables

metadata = MetaData()
add_message_tables(metadata)
add_audit_table(metadata)

categories = Table(
    "categories",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name_fr", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("version", BigInteger, nullable=False),
    # Versions are drawn from here, so that one given to an edit that was dropped never returns.
    Column("version_drawn", BigInteger, nullable=False),
    # Since when an edit has been asking tickets; other edits wait for its end.
    Column("asking_since", DateTime(timezone=True)),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    Column("over_at", DateTime(timezone=True), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("venue", Text),
    Column("city", Text),
    Column("city_key", Text, nullable=False),
    Column("category", Text, ForeignKey("categories.key")),
    Column("currency", Text, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("sale_opens_at", DateTime(timezone=True)),
    Column("sale_closes_at", DateTime(timezone=True)),
    Column("per_order_max", Integer, nullable=False),
    Column("per_account_max", Integer),
    Column("fee_fixed_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("fee_basis_points", Integer, nullable=False, server_default=text("0")),
    Column("is_fee_on_top", Boolean, nullable=False, server_default=text("true")),
    Column("fee_vat_basis_points", Integer, nullable=False, server_default=text("2000")),
    Column("is_refund_allowed", Boolean, nullable=False, server_default=text("true")),
    Column("refund_until_hours", Integer, nullable=False, server_default=text("0")),
    Column("refund_kept_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("refund_keeps_fee", Boolean, nullable=False, server_default=text("false")),
    Column("image_url", Text),
    Column("image_hash", Text),
    Column("cancel_reason", Text),
    Column("words", TSVECTOR, nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "status IN ('draft', 'published', 'cancelled', 'completed')", name="events_status"
    ),
    CheckConstraint("version <= version_drawn", name="events_version_drawn"),
)
_PUBLISHED = text("status = 'published'")
Index("events_by_date", events.c.starts_at, events.c.id, postgresql_include=["status"])
Index("events_published_by_date", events.c.starts_at, events.c.id, postgresql_where=_PUBLISHED)
Index(
    "events_published_by_category",
    events.c.category,
    events.c.starts_at,
    events.c.id,
    postgresql_where=_PUBLISHED,
)
Index(
    "events_published_by_city",
    events.c.city_key,
    events.c.starts_at,
    events.c.id,
    postgresql_where=_PUBLISHED,
)
Index(
    "events_published_by_price",
    events.c.price_minor,
    events.c.starts_at,
    events.c.id,
    postgresql_where=_PUBLISHED,
)
Index("events_published_by_title", events.c.title, events.c.id, postgresql_where=_PUBLISHED)
Index("events_published_by_end", events.c.over_at, postgresql_where=_PUBLISHED)
Index("events_by_creator", events.c.creator_id, events.c.status, events.c.starts_at, events.c.id)
Index("events_by_creation", events.c.created_at, events.c.id)
Index("events_by_words", events.c.words, postgresql_using="gin")
Index("events_asking", events.c.asking_since, postgresql_where=events.c.asking_since.is_not(None))

ticket_types = Table(
    "ticket_types",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("sale_opens_at", DateTime(timezone=True)),
    Column("sale_closes_at", DateTime(timezone=True)),
    Column("per_order_max", Integer),
    Column("per_account_max", Integer),
    Column("is_hidden", Boolean, nullable=False),
    Column("vat_basis_points", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("price_minor >= 0 AND capacity >= 0", name="ticket_types_amounts"),
)
Index("ticket_types_of_event", ticket_types.c.event_id, ticket_types.c.position)

stock_levels = Table(
    "stock_levels",
    metadata,
    # No foreign key: a level may come after its ticket type has gone.
    Column("ticket_type_id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sold", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    postgresql_with={"fillfactor": 50},
)

speakers = Table(
    "speakers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("bio", Text),
    Column("photo_url", Text),
    Column("company", Text),
    Column("position", Text),
    Column("topic", Text),
    Column("speaking_time", Text),
)
Index("speakers_of_event", speakers.c.event_id, speakers.c.id)

sponsors = Table(
    "sponsors",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("logo_url", Text),
    Column("website_url", Text),
    Column("tier", Text, nullable=False),
    Column("type", Text, nullable=False),
)
Index("sponsors_of_event", sponsors.c.event_id, sponsors.c.id)

event_images = Table(
    "event_images",
    metadata,
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("width_max", Integer, primary_key=True, autoincrement=False),
    Column("format", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
