"""Refunds that the bank returns after they had succeeded: tried again, or paid in another way."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KINDS = (
    "kind IN ('capture', 'fee', 'fee_vat', 'vat', 'refund', 'refund_fee', 'refund_fee_vat',"
    " 'refund_vat', 'refund_failed', 'refund_retry', 'refund_settled', 'provider_fee', 'dispute',"
    " 'dispute_fee', 'dispute_won', 'payout', 'adjustment')"
)

# A refund that failed is still owed to the buyer; the one that tries again stands in its place.
_LEFT_TO_REFUND = """
CREATE OR REPLACE FUNCTION refunds_stay_within_capture() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
    asked bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status <> 'failed' THEN
        RETURN NEW;
    END IF;
    -- The lock makes refunds of one payment queue up; what they see then is complete.
    SELECT captured_minor INTO captured FROM payments WHERE order_id = NEW.order_id FOR UPDATE;
    SELECT coalesce(sum(amount_minor), 0) INTO asked FROM refunds
        WHERE order_id = NEW.order_id AND refund_id <> NEW.refund_id AND NOT is_retried;
    IF captured IS NULL OR asked + NEW.amount_minor > captured THEN
        RAISE EXCEPTION 'order %: % are asked back, % of % are already', NEW.order_id,
            NEW.amount_minor, asked, captured USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Widen refunds and the kinds of transfers; a credit note is due once a refund was made."""
    for name in ("failure_reason", "settled_note"):
        op.add_column("refunds", sa.Column(name, sa.Text()))
    op.add_column("refunds", sa.Column("settled_at", sa.DateTime(timezone=True)))
    op.add_column("refunds", sa.Column("settled_by", sa.BigInteger()))
    op.add_column(
        "refunds",
        sa.Column("retry_of", sa.BigInteger(), sa.ForeignKey("refunds.refund_id"), unique=True),
    )
    op.add_column(
        "refunds",
        sa.Column("is_retried", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.create_check_constraint(
        "only_failed_is_retried", "refunds", "NOT is_retried OR status = 'failed'"
    )
    op.create_check_constraint(
        "carried_out_at_a_time", "refunds", "status = 'pending' OR completed_at IS NOT NULL"
    )
    op.create_check_constraint(
        "returned_at_a_time",
        "refunds",
        "status NOT IN ('failed', 'settled') OR failed_at IS NOT NULL",
    )
    op.create_index("refunds_provider", "refunds", ["provider_refund_id"])
    op.execute(_LEFT_TO_REFUND)
    op.drop_constraint("transfer_kind", "ledger_transfers")
    op.create_check_constraint("transfer_kind", "ledger_transfers", _KINDS)
    op.drop_index("refunds_undocumented", "refunds")
    op.create_index(
        "refunds_undocumented",
        "refunds",
        ["refund_id"],
        postgresql_where=sa.text("completed_at IS NOT NULL AND NOT is_documented"),
    )
