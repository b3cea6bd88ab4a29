"""The provider's messages as an inbox; disputes; what reconciliation finds and compares."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the messages, whose old ones are done with, and create the tables."""
    _widen_webhook_events()
    op.execute("ALTER TABLE orders ADD COLUMN IF NOT EXISTS attention_reason text")
    _create_disputes()
    _create_movements()
    _create_reconciliation()


def _widen_webhook_events() -> None:
    for column in (
        sa.Column("order_key", sa.Text()),
        sa.Column("refund_id", sa.Text()),
        sa.Column("dispute_id", sa.Text()),
        _instant("occurred_at"),
        sa.Column("state", sa.Text(), nullable=False, server_default="done"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_error", sa.Text()),
        _now("run_at"),
        _instant("leased_until"),
        sa.Column("needs_attention", sa.Boolean(), nullable=False, server_default="false"),
        _instant("handled_at"),
    ):
        op.add_column("webhook_events", column)
    op.create_check_constraint("webhook_state", "webhook_events", "state IN ('waiting', 'done')")
    op.create_index(
        "webhook_events_waiting",
        "webhook_events",
        ["run_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("dispute_id", sa.Text(), primary_key=True),
        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.order_id")),
        sa.Column("intent_id", sa.Text()),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        _now("updated_at"),
        _instant("closed_at"),
        comment="Payments that a bank contests; withdrawn: what is out of the balance just now.",
    )
    op.create_index("disputes_order", "disputes", ["order_id"])


def _create_movements() -> None:
    op.create_table(
        "provider_movements",
        sa.Column("transaction_id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.Text()),
        sa.Column("intent_id", sa.Text()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("ledger_reference", sa.Text()),
        comment="The provider's balance transactions, and the ledger's entry for each.",
    )
    op.create_index("provider_movements_created", "provider_movements", ["created_at"])
    op.create_index("provider_movements_reference", "provider_movements", ["ledger_reference"])
    op.create_index("provider_movements_source", "provider_movements", ["source_id"])


def _create_reconciliation() -> None:
    op.create_table(
        "reconciliation_cursors",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "reconciliation_runs",
        sa.Column("run_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        _instant("finished_at"),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
            for name in ("payments_read", "movements_read", "entered", "repaired", "findings")
        ),
        sa.Column("error", sa.Text()),
    )
    op.create_table(
        "reconciliation_findings",
        sa.Column("finding_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("intent_id", sa.Text()),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="open"),
        _now("found_at"),
        _instant("ended_at"),
        sa.Column("resolved_by", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.UniqueConstraint("kind", "reference", name="one_finding_each"),
        sa.CheckConstraint("state IN ('open', 'settled', 'resolved')", name="finding_state"),
        comment="What ledger and provider disagree on; settled: gone by itself; resolved: by whom.",
    )
    op.create_index(
        "reconciliation_findings_open",
        "reconciliation_findings",
        ["finding_id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "reconciliation_days",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("currency", sa.Text(), primary_key=True),
        sa.Column("ledger_minor", sa.BigInteger(), nullable=False),
        sa.Column("provider_minor", sa.BigInteger(), nullable=False),
        _now("checked_at"),
    )


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
    )
