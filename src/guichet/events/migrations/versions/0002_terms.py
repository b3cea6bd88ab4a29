"""Fees, VAT and refund rules.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# What was on sale before keeps the terms under which it was sold: no fee, no VAT shown, tickets
# given back until the start. So does what a replica of the version before this one writes.
_TERMS = (
    ("fee_fixed_minor", sa.BigInteger(), "0"),
    ("fee_basis_points", sa.Integer(), "0"),
    ("is_fee_on_top", sa.Boolean(), "true"),
    ("fee_vat_basis_points", sa.Integer(), "2000"),
    ("is_refund_allowed", sa.Boolean(), "true"),
    ("refund_until_hours", sa.Integer(), "0"),
    ("refund_kept_minor", sa.BigInteger(), "0"),
    ("refund_keeps_fee", sa.Boolean(), "false"),
)


def upgrade() -> None:
    """Add the terms of events, and the VAT of ticket types."""
    for name, kind, default in _TERMS:
        op.add_column(
            "events", sa.Column(name, kind, nullable=False, server_default=sa.text(default))
        )
    vat = sa.Column("vat_basis_points", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("ticket_types", vat)


def downgrade() -> None:
    """Drop what `upgrade` added."""
    op.drop_column("ticket_types", "vat_basis_points")
    for name, _kind, _default in _TERMS:
        op.drop_column("events", name)
