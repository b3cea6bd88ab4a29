"""The ledger, which only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("ledger_transfers", "ledger_days")


def upgrade() -> None:
    """Create the tables, and the guards that refuse every change of what was entered."""
    op.create_table(
        "ledger_transfers",
        sa.Column("transfer_id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("reference", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("debit_account", sa.Text(), nullable=False),
        sa.Column("credit_account", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("provider_reference", sa.Text()),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "entered_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint("amount_minor > 0", name="transfer_is_positive"),
        sa.CheckConstraint("debit_account <> credit_account", name="transfer_has_two_accounts"),
        sa.CheckConstraint("kind IN ('capture', 'refund')", name="transfer_kind"),
    )
    op.create_index("ledger_transfers_order", "ledger_transfers", ["order_id"])
    op.create_table(
        "ledger_days",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("transfers", sa.BigInteger(), nullable=False),
        sa.Column("last_transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column(
            "closed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )
    op.execute(
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
        )
    # What was captured and refunded before there was a ledger.
    op.execute(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, provider_reference, occurred_at)"
        " SELECT 'capture-' || p.order_id, 'capture', 'provider', 'organiser:' || e.creator_id,"
        " p.captured_minor, p.currency, p.order_id, p.intent_id, p.paid_at"
        " FROM payments p JOIN orders o USING (order_id) JOIN offers e USING (event_id)"
        " WHERE p.captured_minor > 0"
    )
    op.execute(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, provider_reference, occurred_at)"
        " SELECT 'refund-' || r.refund_id, 'refund', 'organiser:' || e.creator_id, 'provider',"
        " r.amount_minor, o.currency, r.order_id, r.provider_refund_id, r.completed_at"
        " FROM refunds r JOIN orders o USING (order_id) JOIN offers e USING (event_id)"
        " WHERE r.status = 'completed'"
    )
