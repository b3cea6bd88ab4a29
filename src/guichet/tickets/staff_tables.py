"""Tables of what organisers do beside selling, in tickets' own database."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)

from guichet.tickets.tables import metadata

order_resends = Table(
    "order_resends",
    metadata,
    Column("resend_id", BigInteger, Identity(), primary_key=True),
    Column("order_id", BigInteger, ForeignKey("orders.order_id"), nullable=False),
    Column("asked_by", BigInteger),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("order_resends_order", order_resends.c.order_id, order_resends.c.asked_at)

holder_messages = Table(
    "holder_messages",
    metadata,
    Column("message_id", BigInteger, Identity(), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("offers.event_id"), nullable=False),
    Column("author_id", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("ticket_type_ids", ARRAY(BigInteger)),
    Column("key", Text),
    Column("fingerprint", Text, nullable=False),
    Column("recipients", Integer, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
)
Index("holder_messages_event", holder_messages.c.event_id, holder_messages.c.created_at)
Index(
    "holder_messages_key",
    holder_messages.c.event_id,
    holder_messages.c.key,
    unique=True,
    postgresql_where=holder_messages.c.key.is_not(None),
)
Index(
    "holder_messages_unfinished",
    holder_messages.c.message_id,
    postgresql_where=holder_messages.c.finished_at.is_(None),
)

holder_message_recipients = Table(
    "holder_message_recipients",
    metadata,
    Column(
        "message_id",
        BigInteger,
        ForeignKey("holder_messages.message_id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("told_at", DateTime(timezone=True)),
    comment="Whom a message goes to: one order of each buyer, fixed when it is written.",
)
Index(
    "holder_message_recipients_waiting",
    holder_message_recipients.c.message_id,
    holder_message_recipients.c.order_id,
    postgresql_where=holder_message_recipients.c.told_at.is_(None),
)
