"""Admissions that were taken back stay on record, and the ticket may be admitted again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let one admission stand for a ticket, beside those that were undone."""
    op.add_column("admissions", sa.Column("undone_at", sa.DateTime(timezone=True)))
    op.add_column("admissions", sa.Column("undone_by", sa.BigInteger()))
    op.add_column("admissions", sa.Column("undo_reason", sa.Text()))
    op.create_check_constraint(
        "undone_with_who_and_why",
        "admissions",
        "num_nonnulls(undone_at, undone_by, undo_reason) IN (0, 3)",
    )
    op.drop_constraint("one_admission_per_ticket", "admissions", type_="unique")
    op.create_index(
        "one_admission_per_ticket",
        "admissions",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
