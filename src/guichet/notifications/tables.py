"""The tables of notifications."""

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
    MetaData,
    Table,
    Text,
    Uuid,
    desc,
    func,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from guichet.kernel.audit import add_audit_table
from guichet.kernel.tables import add_message_tables

metadata = MetaData()
add_message_tables(metadata)
add_audit_table(metadata)


def _instant(name: str, *, required: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not required)


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


people = Table(
    "people",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("phone_number", Text),
    Column("wants_sms", Boolean, nullable=False, server_default=text("false")),
    Column("wants_reminders", Boolean, nullable=False, server_default=text("true")),
    _instant("told_at", required=True),
    _instant("erased_at"),
)
"""What is known of the accounts. `told_at` is when the newest message spoke; an erased person
keeps the number alone, so that a late message cannot bring them back."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("dedup_key", Text, nullable=False, unique=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("account_id", BigInteger),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("context", JSONB, nullable=False),
    Column("attachments", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("request_id", Text, nullable=False, server_default=text("''")),
    Column("status", Text, nullable=False, server_default=text("'waiting'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    _instant("next_attempt_at", required=True),
    _instant("expires_at"),
    Column("lease", Uuid),
    _instant("leased_until"),
    _created(),
    _instant("ended_at"),
    CheckConstraint("channel IN ('email', 'sms')", name="deliveries_channel"),
    CheckConstraint(
        "status IN ('waiting', 'sent', 'failed', 'expired', 'erased')", name="deliveries_status"
    ),
)
Index(
    "deliveries_due",
    deliveries.c.channel,
    deliveries.c.next_attempt_at,
    postgresql_where=deliveries.c.status == text("'waiting'"),
)
# For what an administrator looks for among all that was sent.
SEARCHED_ADDRESS = func.lower(
    # Written out, since only then is it the expression that the index has.
    literal(" ", Text, literal_execute=True) + deliveries.c.address
)
Index(
    "deliveries_search",
    SEARCHED_ADDRESS.label("searched"),
    postgresql_using="gin",
    postgresql_ops={"searched": "gin_trgm_ops"},
)
# A whole address is found by this without a look at trigrams, which many addresses share.
Index("deliveries_by_address", func.lower(deliveries.c.address))
Index("deliveries_by_template", deliveries.c.template, desc(deliveries.c.id))
Index(
    "deliveries_not_by_mail",
    deliveries.c.channel,
    desc(deliveries.c.id),
    postgresql_where=deliveries.c.channel != text("'email'"),
)
Index("deliveries_by_status", deliveries.c.status, desc(deliveries.c.id))
Index("deliveries_by_account", deliveries.c.account_id)

attempts = Table(
    "delivery_attempts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "delivery_id",
        BigInteger,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=text("''")),
    _instant("at", required=True),
)
Index("delivery_attempts_by_delivery", attempts.c.delivery_id)
Index("delivery_attempts_by_time", attempts.c.at)

notices = Table(
    "notices",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("dedup_key", Text, nullable=False, unique=True),
    Column("account_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    _created(),
    _instant("read_at"),
)
"""The lines of the people's inboxes."""
Index("notices_by_account", notices.c.account_id, desc(notices.c.id))
Index(
    "notices_unread",
    notices.c.account_id,
    postgresql_where=notices.c.read_at.is_(None),
)

event_cards = Table(
    "event_cards",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    _instant("starts_at", required=True),
    Column("is_cancelled", Boolean, nullable=False, server_default=text("false")),
)
"""What a reminder says of an event; version 0 is what an order said of it."""

attendances = Table(
    "attendances",
    metadata,
    Column("order_code", Text, primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    Column("account_id", BigInteger),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("access_token", Text, nullable=False, server_default=text("''")),
    Column("currency", Text, nullable=False),
    Column("tickets", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column(
        "cancelled_ids",
        ARRAY(BigInteger),
        nullable=False,
        server_default=text("'{}'::bigint[]"),
    ),
    _instant("remind_at"),
)
"""Who goes where: one line an order, to remind them and to tell them of changes."""
Index("attendances_by_event", attendances.c.event_id)
Index("attendances_by_account", attendances.c.account_id)
Index(
    "attendances_to_remind",
    attendances.c.remind_at,
    postgresql_where=attendances.c.remind_at.is_not(None),
)

templates = Table(
    "template_versions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("is_default", Boolean, nullable=False),
    Column("subject", Text, nullable=False, server_default=text("''")),
    Column("mjml", Text, nullable=False, server_default=text("''")),
    Column("text", Text, nullable=False, server_default=text("''")),
    Column("sms", Text, nullable=False, server_default=text("''")),
    Column("edited_by", BigInteger, nullable=False),
    _created(),
)
"""Every saved version of a template; `is_default` marks a return to the one that comes along."""
