"""The tables that every service with messages has in its own database."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
"""Holds the kernel's tables; `add_message_tables` copies them into a service's metadata."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent_at", DateTime(timezone=True)),
)
Index("outbox_unsent", outbox.c.id, postgresql_where=outbox.c.sent_at.is_(None))
Index("outbox_sent_at", outbox.c.sent_at, postgresql_where=outbox.c.sent_at.is_not(None))

inbox = Table(
    "inbox",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("inbox_received_at", inbox.c.received_at)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("retried_at", DateTime(timezone=True)),
)


def add_message_tables(target: MetaData) -> None:
    """Copy outbox, inbox and dead letters into a service's metadata, for its migrations."""
    for table in (outbox, inbox, dead_letters):
        table.to_metadata(target)
