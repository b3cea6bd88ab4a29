"""Offers, stock, holds, orders, payments, refunds, tickets, admissions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_offers()
    _create_holds()
    _create_orders()
    _create_stock()
    _create_payments()
    _create_refunds()
    _create_tickets()
    _create_admissions()


def _create_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("sale_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sale_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_order_max", sa.Integer(), nullable=False),
        sa.Column("per_account_max", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
        comment="What events lets us sell: a copy of its snapshot, by version.",
    )
    op.create_index("offers_creator", "offers", ["creator_id"], unique=False)


def _create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("guest_name", sa.Text(), nullable=True),
        sa.Column("guest_email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("client_address", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extensions", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('active','converted','released','expired')", name="hold_state"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["offers.event_id"],
        ),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index(
        "holds_active_address",
        "holds",
        ["client_address"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "holds_active_buyer",
        "holds",
        ["buyer"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "holds_active_expiry",
        "holds",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column(
            "order_id", sa.BigInteger(), sa.Identity(always=False, cache=100), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("buyer_name", sa.Text(), nullable=False),
        sa.Column("buyer_email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("access_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), server_default=sa.text("'forward'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("saga_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_attention", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('paying','issued','failed','refunded','cancelled')", name="order_state"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["offers.event_id"],
        ),
        sa.PrimaryKeyConstraint("order_id"),
        comment="One purchase and where its saga stands; step is null once the saga has ended.",
    )
    op.create_index(
        "orders_account", "orders", ["account_id", sa.literal_column("order_id DESC")], unique=False
    )
    op.create_index(
        "orders_attention",
        "orders",
        ["order_id"],
        unique=False,
        postgresql_where=sa.text("needs_attention IS true"),
    )
    op.create_index(
        "orders_due",
        "orders",
        ["run_at"],
        unique=False,
        postgresql_where=sa.text("step IS NOT NULL"),
    )
    op.create_index(
        "orders_email", "orders", [sa.literal_column("lower(buyer_email)")], unique=False
    )
    op.create_index(
        "orders_event", "orders", ["event_id", sa.literal_column("order_id DESC")], unique=False
    )


def _create_stock() -> None:
    op.create_table(
        "stock",
        sa.Column("ticket_type_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sale_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sale_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_order_max", sa.Integer(), nullable=True),
        sa.Column("per_account_max", sa.Integer(), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "published_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.CheckConstraint("price_minor >= 0", name="price_is_not_negative"),
        sa.CheckConstraint(
            "sold >= 0 AND held >= 0 AND sold + held <= capacity", name="stock_is_enough"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["offers.event_id"],
        ),
        sa.PrimaryKeyConstraint("ticket_type_id"),
        comment="What alone decides a sale. sold: live tickets; held: holds, unpaid orders.",
    )
    op.create_index("stock_event", "stock", ["event_id"], unique=False)
    op.create_index(
        "stock_unpublished",
        "stock",
        ["event_id"],
        unique=False,
        postgresql_where=sa.text("published_version < version"),
    )


def _create_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("method_label", sa.Text(), nullable=True),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Text(), nullable=True),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("next_action", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending','completed','failed','refunded')", name="payment_status"
        ),
        sa.CheckConstraint("refunded_minor <= captured_minor", name="refunds_within_captures"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.order_id"],
        ),
        sa.PrimaryKeyConstraint("order_id"),
        sa.UniqueConstraint("intent_id"),
    )


def _create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("refund_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("provider_refund_id", sa.Text(), nullable=True),
        sa.Column("refusals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("needs_attention", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('pending','completed')", name="refund_status"),
        sa.CheckConstraint("amount_minor > 0", name="refund_is_positive"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.order_id"],
        ),
        sa.PrimaryKeyConstraint("refund_id"),
        comment="Money to give back: written with its cause, carried out by a worker until done.",
    )
    op.create_index(
        "refunds_due",
        "refunds",
        ["run_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("refunds_order", "refunds", ["order_id"], unique=False)


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column(
            "ticket_id", sa.BigInteger(), sa.Identity(always=False, cache=100), nullable=False
        ),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'confirmed'"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("used_where", sa.Text(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('confirmed','used','cancelled')", name="ticket_status"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.order_id"],
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"],
            ["refunds.refund_id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_index(
        "tickets_account",
        "tickets",
        ["account_id", sa.literal_column("ticket_id DESC")],
        unique=False,
    )
    op.create_index(
        "tickets_event", "tickets", ["event_id", sa.literal_column("ticket_id DESC")], unique=False
    )
    op.create_index("tickets_order", "tickets", ["order_id"], unique=False)


def _create_admissions() -> None:
    op.create_table(
        "admissions",
        sa.Column("admission_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("admitted_by", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column(
            "admitted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.ticket_id"],
        ),
        sa.PrimaryKeyConstraint("admission_id"),
        sa.UniqueConstraint("ticket_id", name="one_admission_per_ticket"),
    )
    op.create_index("admissions_event", "admissions", ["event_id"], unique=False)
