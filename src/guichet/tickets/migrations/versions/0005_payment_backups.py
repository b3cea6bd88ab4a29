"""When a payment last changed, and the runs that back payments up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("payments", "refunds")


def upgrade() -> None:
    """Add `changed_at`, kept by the database whatever statement changes a row, and the runs."""
    op.execute(
        "CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.changed_at := now(); RETURN NEW; END $$"
    )
    for table in _TABLES:
        op.add_column(
            table,
            sa.Column(
                "changed_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default=sa.text("now()"),
            ),
        )
        # BRIN: a B-tree on what every update changes would end PostgreSQL's cheap updates.
        op.create_index(f"{table}_changed", table, ["changed_at"], postgresql_using="brin")
        op.execute(
            f"CREATE TRIGGER {table}_note_change BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION note_change()"
        )
    op.create_table(
        "payment_backup_runs",
        sa.Column("run_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("records", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True)),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text()),
    )
