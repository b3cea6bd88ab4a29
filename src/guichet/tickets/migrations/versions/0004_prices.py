"""Fees, VAT and refund rules of offers; fees on top of tickets; more kinds of transfer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KINDS = (
    "kind IN ('capture', 'fee', 'fee_vat', 'vat', 'refund', 'refund_fee', 'refund_fee_vat',"
    " 'refund_vat', 'provider_fee', 'dispute', 'dispute_fee', 'dispute_won', 'payout',"
    " 'adjustment')"
)


def upgrade() -> None:
    """Add the columns; what was sold before had no fee and no VAT of its own."""
    for column in (
        _whole("fee_fixed_minor", sa.BigInteger(), 0),
        _whole("fee_basis_points", sa.Integer(), 0),
        _flag("fee_is_on_top", "true"),
        _whole("fee_vat_basis_points", sa.Integer(), 2000),
        _flag("refund_is_allowed", "true"),
        _whole("refund_until_hours", sa.Integer(), 0),
        _whole("refund_kept_minor", sa.BigInteger(), 0),
        _flag("refund_keeps_fee", "false"),
    ):
        op.add_column("offers", column)
    op.add_column("stock", _whole("vat_basis_points", sa.Integer(), 0))
    op.add_column("tickets", _whole("fee_on_top_minor", sa.BigInteger(), 0))
    op.add_column("refunds", sa.Column("parts", postgresql.JSONB()))
    op.drop_constraint("transfer_kind", "ledger_transfers", type_="check")
    op.create_check_constraint("transfer_kind", "ledger_transfers", _KINDS)
    # Payouts and adjustments of the provider belong to no order.
    op.alter_column("ledger_transfers", "order_id", nullable=True)


def _whole(name: str, kind: sa.Integer, default: int) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, server_default=sa.text(str(default)))


def _flag(name: str, default: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text(default))
