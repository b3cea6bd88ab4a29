"""The tables of giving back: what each ticket gave, keys of requests, runs over whole events."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
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


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


event_refund_runs = Table(
    "event_refund_runs",
    metadata,
    Column("run_id", BigInteger, Identity(), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("offers.event_id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("requested_by", BigInteger),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("reason IN ('event_cancelled', 'organiser')", name="run_reason"),
    comment="A whole event given back, order by order, by whichever replica gets on with it.",
)
Index(
    "event_refund_runs_one_open",
    event_refund_runs.c.event_id,
    unique=True,
    postgresql_where=event_refund_runs.c.finished_at.is_(None),
)
Index("event_refund_runs_event", event_refund_runs.c.event_id, event_refund_runs.c.run_id)

event_refund_orders = Table(
    "event_refund_orders",
    metadata,
    Column("run_id", BigInteger, ForeignKey("event_refund_runs.run_id"), primary_key=True),
    Column("order_id", BigInteger, ForeignKey("orders.order_id"), primary_key=True),
    Column("tickets", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("done_at", DateTime(timezone=True)),
    comment="The orders of a run; tickets and amount are what was to go back when it began.",
)
Index(
    "event_refund_orders_to_do",
    event_refund_orders.c.run_id,
    event_refund_orders.c.order_id,
    postgresql_where=event_refund_orders.c.done_at.is_(None),
)

refund_tickets = Table(
    "refund_tickets",
    metadata,
    Column("entry_id", BigInteger, Identity(), primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.ticket_id"), nullable=False),
    Column("order_id", BigInteger, ForeignKey("orders.order_id"), nullable=False),
    Column("refund_id", BigInteger, ForeignKey("refunds.refund_id")),
    Column("is_cancellation", Boolean, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("kept_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("fee_kept_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("given_before_minor", BigInteger, nullable=False, server_default=text("0")),
    _created(),
    CheckConstraint(
        "price_minor >= 0 AND fee_minor >= 0 AND kept_minor >= 0 AND fee_kept_minor >= 0"
        " AND given_before_minor >= 0",
        name="nothing_is_negative",
    ),
    CheckConstraint(
        "price_minor + fee_minor = 0 OR refund_id IS NOT NULL", name="money_goes_back_by_a_refund"
    ),
    comment="What refunds gave back of each ticket, and what was kept when it was cancelled.",
)
Index(
    "refund_tickets_cancelled_once",
    refund_tickets.c.ticket_id,
    unique=True,
    postgresql_where=refund_tickets.c.is_cancellation,
)
Index("refund_tickets_ticket", refund_tickets.c.ticket_id)
Index("refund_tickets_order", refund_tickets.c.order_id)
Index("refund_tickets_refund", refund_tickets.c.refund_id)

refund_keys = Table(
    "refund_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("caller", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("refund_id", BigInteger, ForeignKey("refunds.refund_id")),
    Column("ticket_ids", ARRAY(BigInteger), nullable=False),
    _created(),
    comment="One Idempotency-Key, one refund: what it led to, for whoever asks again.",
)
