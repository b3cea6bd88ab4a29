"""The first shape of the events database, with the list of categories.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0001"
down_revision = None

PUBLISHED = sa.text("status = 'published'")

CATEGORIES = [
    ("concert", "Concert", "Concert"),
    ("festival", "Festival", "Festival"),
    ("classical", "Musique classique", "Classical music"),
    ("theatre", "Théâtre", "Theatre"),
    ("comedy", "Humour", "Comedy"),
    ("dance", "Danse", "Dance"),
    ("exhibition", "Exposition", "Exhibition"),
    ("conference", "Conférence", "Conference"),
    ("workshop", "Atelier", "Workshop"),
    ("sport", "Sport", "Sport"),
    ("family", "Jeune public", "Family"),
    ("other", "Autre", "Other"),
]


def upgrade() -> None:
    """Create every table, and fill the categories."""
    _create_message_tables()
    _create_categories()
    _create_events()
    _create_ticket_types()
    _create_line_up()


def downgrade() -> None:
    """Drop what `upgrade` made."""
    for table in (
        "event_images",
        "sponsors",
        "speakers",
        "stock_levels",
        "ticket_types",
        "events",
        "categories",
        "dead_letters",
        "inbox",
        "outbox",
    ):
        op.drop_table(table)


def _create_message_tables() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("headers", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "outbox_sent_at", "outbox", ["sent_at"], postgresql_where=sa.text("sent_at IS NOT NULL")
    )
    op.create_index("outbox_unsent", "outbox", ["id"], postgresql_where=sa.text("sent_at IS NULL"))
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("inbox_received_at", "inbox", ["received_at"])
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("headers", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("retried_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )


def _create_categories() -> None:
    table = op.create_table(
        "categories",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.bulk_insert(
        table,
        [
            {"key": key, "name_fr": french, "name_en": english, "position": position}
            for position, (key, french, english) in enumerate(CATEGORIES)
        ],
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("version_drawn", sa.BigInteger(), nullable=False),
        sa.Column("asking_since", sa.DateTime(timezone=True)),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text()),
        sa.Column("city", sa.Text()),
        sa.Column("city_key", sa.Text(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("sale_opens_at", sa.DateTime(timezone=True)),
        sa.Column("sale_closes_at", sa.DateTime(timezone=True)),
        sa.Column("per_order_max", sa.Integer(), nullable=False),
        sa.Column("per_account_max", sa.Integer()),
        sa.Column("image_url", sa.Text()),
        sa.Column("image_hash", sa.Text()),
        sa.Column("cancel_reason", sa.Text()),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'cancelled', 'completed')", name="events_status"
        ),
        sa.CheckConstraint("version <= version_drawn", name="events_version_drawn"),
        sa.ForeignKeyConstraint(
            ["category"],
            ["categories.key"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    _index_events()


def _create_ticket_types() -> None:
    op.create_table(
        "ticket_types",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("sale_opens_at", sa.DateTime(timezone=True)),
        sa.Column("sale_closes_at", sa.DateTime(timezone=True)),
        sa.Column("per_order_max", sa.Integer()),
        sa.Column("per_account_max", sa.Integer()),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_minor >= 0 AND capacity >= 0", name="ticket_types_amounts"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ticket_types_of_event", "ticket_types", ["event_id", "position"])
    op.create_table(
        "stock_levels",
        sa.Column("ticket_type_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_type_id"),
        postgresql_with={"fillfactor": 50},
    )


def _create_line_up() -> None:
    op.create_table(
        "speakers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text()),
        sa.Column("photo_url", sa.Text()),
        sa.Column("company", sa.Text()),
        sa.Column("position", sa.Text()),
        sa.Column("topic", sa.Text()),
        sa.Column("speaking_time", sa.Text()),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("speakers_of_event", "speakers", ["event_id", "id"])
    op.create_table(
        "sponsors",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("logo_url", sa.Text()),
        sa.Column("website_url", sa.Text()),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sponsors_of_event", "sponsors", ["event_id", "id"])
    op.create_table(
        "event_images",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("width_max", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "width_max", "format"),
    )


def _index_events() -> None:
    op.create_index(
        "events_asking",
        "events",
        ["asking_since"],
        postgresql_where=sa.text("asking_since IS NOT NULL"),
    )
    op.create_index("events_by_creation", "events", ["created_at", "id"])
    op.create_index("events_by_creator", "events", ["creator_id", "status", "starts_at", "id"])
    op.create_index("events_by_date", "events", ["starts_at", "id"], postgresql_include=["status"])
    op.create_index("events_by_words", "events", ["words"], postgresql_using="gin")
    op.create_index(
        "events_published_by_category",
        "events",
        ["category", "starts_at", "id"],
        postgresql_where=PUBLISHED,
    )
    op.create_index(
        "events_published_by_city",
        "events",
        ["city_key", "starts_at", "id"],
        postgresql_where=PUBLISHED,
    )
    op.create_index(
        "events_published_by_date", "events", ["starts_at", "id"], postgresql_where=PUBLISHED
    )
    op.create_index("events_published_by_end", "events", ["over_at"], postgresql_where=PUBLISHED)
    op.create_index(
        "events_published_by_price",
        "events",
        ["price_minor", "starts_at", "id"],
        postgresql_where=PUBLISHED,
    )
    op.create_index(
        "events_published_by_title", "events", ["title", "id"], postgresql_where=PUBLISHED
    )
