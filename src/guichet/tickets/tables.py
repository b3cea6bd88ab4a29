"""The tables of tickets' own database."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
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

from guichet.kernel.audit import add_audit_table
from guichet.kernel.tables import add_message_tables
from guichet.tickets.tables_documents import add_document_tables
from guichet.tickets.tables_lists import add_list_indexes
from guichet.tickets.tables_promo import add_promo_tables
from guichet.tickets.tables_provider import add_provider_tables
from guichet.tickets.tables_returned import returned_columns

metadata = MetaData()
add_message_tables(metadata)
add_audit_table(metadata)
add_promo_tables(metadata)


def _instant(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _changed() -> Column[object]:
    """The start of the transaction that last changed the row; a trigger keeps it."""
    return Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now())


offers = Table(
    "offers",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    _instant("starts_at", nullable=False),
    _instant("ends_at"),
    Column("time_zone", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("venue", Text),
    Column("city", Text),
    Column("currency", Text, nullable=False),
    _instant("sale_opens_at"),
    _instant("sale_closes_at"),
    Column("per_order_max", Integer, nullable=False),
    Column("per_account_max", Integer),
    Column("fee_fixed_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("fee_basis_points", Integer, nullable=False, server_default=text("0")),
    Column("fee_is_on_top", Boolean, nullable=False, server_default=text("true")),
    Column("fee_vat_basis_points", Integer, nullable=False, server_default=text("2000")),
    Column("refund_is_allowed", Boolean, nullable=False, server_default=text("true")),
    Column("refund_until_hours", Integer, nullable=False, server_default=text("0")),
    Column("refund_kept_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("refund_keeps_fee", Boolean, nullable=False, server_default=text("false")),
    comment="What events lets us sell: a copy of its snapshot, by version.",
)
Index("offers_creator", offers.c.creator_id)

stock = Table(
    "stock",
    metadata,
    Column("ticket_type_id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, ForeignKey("offers.event_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("sold", Integer, nullable=False, server_default=text("0")),
    Column("held", Integer, nullable=False, server_default=text("0")),
    _instant("sale_opens_at"),
    _instant("sale_closes_at"),
    Column("per_order_max", Integer),
    Column("per_account_max", Integer),
    Column("is_hidden", Boolean, nullable=False, server_default=text("false")),
    Column("is_withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("vat_basis_points", Integer, nullable=False, server_default=text("0")),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("published_version", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("sold >= 0 AND held >= 0 AND sold + held <= capacity", name="stock_is_enough"),
    CheckConstraint("price_minor >= 0", name="price_is_not_negative"),
    comment="What alone decides a sale. sold: live tickets; held: holds, unpaid orders.",
)
Index("stock_event", stock.c.event_id)
Index(
    "stock_unpublished",
    stock.c.event_id,
    postgresql_where=stock.c.published_version < stock.c.version,
)

allotments = Table(
    "allotments",
    metadata,
    Column("buyer", Text, primary_key=True),
    Column("ticket_type_id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    CheckConstraint("quantity >= 0", name="allotment_is_not_negative"),
    comment="How many places a buyer has, sold or held: what the limits per account count.",
)

holds = Table(
    "holds",
    metadata,
    Column("hold_id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, ForeignKey("offers.event_id"), nullable=False),
    Column("buyer", Text, nullable=False),
    Column("account_id", BigInteger),
    Column("guest_name", Text),
    Column("guest_email", Text),
    Column("language", Text, nullable=False),
    Column("client_address", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    _instant("expires_at", nullable=False),
    Column("extensions", Integer, nullable=False, server_default=text("0")),
    _created(),
    Column("promo_id", BigInteger, ForeignKey("promo_codes.promo_id")),
    Column("promo_code", Text),
    CheckConstraint("state IN ('active','converted','released','expired')", name="hold_state"),
)
_active = holds.c.state == "active"
Index("holds_active_expiry", holds.c.expires_at, postgresql_where=_active)
Index("holds_active_buyer", holds.c.buyer, postgresql_where=_active)
Index("holds_active_address", holds.c.client_address, postgresql_where=_active)
Index(
    "holds_promo",
    holds.c.promo_id,
    postgresql_where=text("promo_id IS NOT NULL AND state = 'active'"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", BigInteger, Identity(cache=100), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("offers.event_id"), nullable=False),
    Column("buyer", Text, nullable=False),
    Column("account_id", BigInteger),
    Column("buyer_name", Text, nullable=False),
    Column("buyer_email", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("hold_id", BigInteger),
    Column("access_version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False),
    Column("failure", Text),
    Column("step", Text),
    Column("direction", Text, nullable=False, server_default=text("'forward'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("saga_version", Integer, nullable=False, server_default=text("1")),
    _instant("run_at"),
    _instant("leased_until"),
    Column("needs_attention", Boolean, nullable=False, server_default=text("false")),
    Column("attention_reason", Text),
    _created(),
    _instant("issued_at"),
    _instant("ended_at"),
    Column("promo_id", BigInteger, ForeignKey("promo_codes.promo_id")),
    Column("promo_code", Text),
    CheckConstraint(
        "state IN ('paying','issued','failed','refunded','cancelled')", name="order_state"
    ),
    comment="One purchase and where its saga stands; step is null once the saga has ended.",
)
Index("orders_account", orders.c.account_id, orders.c.order_id.desc())
Index("orders_event", orders.c.event_id, orders.c.order_id.desc())
Index("orders_email", func.lower(orders.c.buyer_email))
Index("orders_due", orders.c.run_at, postgresql_where=orders.c.step.is_not(None))
Index("orders_attention", orders.c.order_id, postgresql_where=orders.c.needs_attention.is_(True))
Index(
    "orders_promo",
    orders.c.promo_id,
    postgresql_where=text("promo_id IS NOT NULL AND state IN ('paying', 'issued')"),
)

payments = Table(
    "payments",
    metadata,
    Column("order_id", BigInteger, ForeignKey("orders.order_id"), primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("captured_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("refunded_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'pending'")),
    Column("method", Text, nullable=False),
    Column("method_label", Text),
    Column("return_url", Text, nullable=False),
    Column("intent_id", Text, unique=True),
    Column("decline_code", Text),
    Column("next_action", JSONB),
    _created(),
    _instant("paid_at"),
    _instant("refunded_at"),
    _changed(),
    CheckConstraint("status IN ('pending','completed','failed','refunded')", name="payment_status"),
    CheckConstraint("refunded_minor <= captured_minor", name="refunds_within_captures"),
)
Index("payments_changed", payments.c.changed_at, postgresql_using="brin")

refunds = Table(
    "refunds",
    metadata,
    Column("refund_id", BigInteger, Identity(), primary_key=True),
    Column("order_id", BigInteger, ForeignKey("orders.order_id"), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("kind", Text, nullable=False, server_default=text("'tickets'")),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("requested_by", BigInteger),
    Column("run_id", BigInteger, ForeignKey("event_refund_runs.run_id")),
    Column("status", Text, nullable=False, server_default=text("'pending'")),
    Column("provider_refund_id", Text),
    Column("refusals", Integer, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("waits", Integer, nullable=False, server_default=text("0")),
    _instant("run_at", nullable=False),
    _instant("leased_until"),
    Column("last_error", Text),
    Column("parts", JSONB),
    Column("needs_attention", Boolean, nullable=False, server_default=text("false")),
    Column("attention_reason", Text),
    _created(),
    _changed(),
    *returned_columns(),
    CheckConstraint("status IN ('pending','completed','failed','settled')", name="refund_status"),
    CheckConstraint("kind IN ('tickets','undone','goodwill','external')", name="refund_kind"),
    CheckConstraint("amount_minor > 0", name="refund_is_positive"),
    comment="Money to give back: written with its cause, carried out by a worker until done.",
)
Index("refunds_order", refunds.c.order_id)
Index("refunds_changed", refunds.c.changed_at, postgresql_using="brin")
Index("refunds_due", refunds.c.run_at, postgresql_where=refunds.c.status == "pending")
Index("refunds_provider", refunds.c.provider_refund_id)
Index("refunds_run", refunds.c.run_id, postgresql_where=refunds.c.run_id.is_not(None))

ledger_transfers = Table(
    "ledger_transfers",
    metadata,
    Column("transfer_id", BigInteger, Identity(always=True), primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("debit_account", Text, nullable=False),
    Column("credit_account", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("order_id", BigInteger),
    Column("provider_reference", Text),
    _instant("occurred_at", nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("amount_minor > 0", name="transfer_is_positive"),
    CheckConstraint("debit_account <> credit_account", name="transfer_has_two_accounts"),
    CheckConstraint(
        "kind IN ('capture', 'fee', 'fee_vat', 'vat', 'refund', 'refund_fee', 'refund_fee_vat',"
        " 'refund_vat', 'refund_failed', 'refund_retry', 'refund_settled', 'provider_fee',"
        " 'dispute', 'dispute_fee', 'dispute_won', 'payout', 'adjustment')",
        name="transfer_kind",
    ),
)
Index("ledger_transfers_order", ledger_transfers.c.order_id)

ledger_days = Table(
    "ledger_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("transfers", BigInteger, nullable=False),
    Column("last_transfer_id", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", BigInteger, Identity(cache=100), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("order_id", BigInteger, ForeignKey("orders.order_id"), nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("ticket_type_id", BigInteger, nullable=False),
    Column("account_id", BigInteger),
    Column("price_minor", BigInteger, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'confirmed'")),
    _created(),
    _instant("used_at"),
    Column("used_by", BigInteger),
    Column("used_where", Text),
    _instant("cancelled_at"),
    Column("refund_id", BigInteger, ForeignKey("refunds.refund_id")),
    # What its buyer paid is price_minor and this; an absorbed fee is within the price.
    Column("fee_on_top_minor", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("status IN ('confirmed','used','cancelled')", name="ticket_status"),
)
Index("tickets_order", tickets.c.order_id)
Index("tickets_event", tickets.c.event_id, tickets.c.ticket_id.desc())

admissions = Table(
    "admissions",
    metadata,
    Column("admission_id", BigInteger, Identity(), primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.ticket_id"), nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("admitted_by", BigInteger, nullable=False),
    Column("place", Text),
    Column("admitted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _instant("undone_at"),
    Column("undone_by", BigInteger),
    Column("undo_reason", Text),
    CheckConstraint(
        "num_nonnulls(undone_at, undone_by, undo_reason) IN (0, 3)", name="undone_with_who_and_why"
    ),
)
Index(
    "one_admission_per_ticket",
    admissions.c.ticket_id,
    unique=True,
    postgresql_where=admissions.c.undone_at.is_(None),
)

purchase_keys = Table(
    "purchase_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("buyer", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("order_id", BigInteger),
    Column("hold_id", BigInteger),
    Column("refusal", JSONB),
    _created(),
    comment="One Idempotency-Key, one effect: the order, hold or refusal it led to.",
)
Index("purchase_keys_created", purchase_keys.c.created_at)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("provider_event_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("intent_id", Text),
    Column("order_key", Text),
    Column("refund_id", Text),
    Column("dispute_id", Text),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _instant("occurred_at"),
    Column("state", Text, nullable=False, server_default=text("'done'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    Column("run_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _instant("leased_until"),
    Column("needs_attention", Boolean, nullable=False, server_default=text("false")),
    _instant("handled_at"),
    CheckConstraint("state IN ('waiting','done')", name="webhook_state"),
    comment="Each of the provider's calls, stored before it is acted on, handled once.",
)
Index("webhook_events_received", webhook_events.c.received_at)
Index(
    "webhook_events_waiting",
    webhook_events.c.run_at,
    postgresql_where=webhook_events.c.state == "waiting",
)
add_provider_tables(metadata)

payment_backup_runs = Table(
    "payment_backup_runs",
    metadata,
    Column("run_id", BigInteger, Identity(), primary_key=True),
    Column(
        "started_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    ),
    _instant("finished_at"),
    Column("records", BigInteger, nullable=False, server_default=text("0")),
    Column("target", Text, nullable=False),
    Column("path", Text, nullable=False),
    _instant("from_at"),
    _instant("to_at", nullable=False),
    Column("error", Text),
    comment="Backups of payments: each covers the changes from from_at up to to_at.",
)

add_document_tables(metadata, orders, refunds)
add_list_indexes(orders, payments, tickets, admissions)
