"""Promo codes, and under which an order or a hold stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the columns, with the small indexes by which uses are counted."""
    op.create_table(
        "promo_codes",
        sa.Column("promo_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger(), sa.ForeignKey("offers.event_id"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("max_uses", sa.Integer()),
        sa.Column("valid_from", sa.DateTime(timezone=True)),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("ticket_type_ids", postgresql.ARRAY(sa.BigInteger())),
        sa.Column("reveals_hidden", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "basis_points BETWEEN 0 AND 10000 AND amount_minor >= 0"
            " AND (basis_points = 0 OR amount_minor = 0)",
            name="promo_discount",
        ),
        sa.CheckConstraint("max_uses > 0", name="promo_limit_is_positive"),
    )
    op.create_index(
        "promo_codes_key",
        "promo_codes",
        ["event_id", "code_key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    counted = {"orders": "state IN ('paying', 'issued')", "holds": "state = 'active'"}
    for table, states in counted.items():
        op.add_column(
            table, sa.Column("promo_id", sa.BigInteger(), sa.ForeignKey("promo_codes.promo_id"))
        )
        op.add_column(table, sa.Column("promo_code", sa.Text()))
        op.create_index(
            f"{table}_promo",
            table,
            ["promo_id"],
            postgresql_where=sa.text(f"promo_id IS NOT NULL AND {states}"),
        )
