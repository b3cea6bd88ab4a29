"""Receipts, invoices and credit notes, and who sells."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, the guard of what is numbered, and what finds what waits for a number."""
    _create_tables()
    op.execute(
        "CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'documents are final'; END $$"
    )
    op.execute(
        "CREATE TRIGGER documents_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON documents"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_document_change()"
    )
    for table in ("orders", "refunds"):
        op.add_column(
            table,
            sa.Column(
                "is_documented", sa.Boolean(), nullable=False, server_default=sa.text("false")
            ),
        )
    op.create_index(
        "orders_undocumented",
        "orders",
        ["order_id"],
        postgresql_where=sa.text("issued_at IS NOT NULL AND NOT is_documented AND total_minor > 0"),
    )
    op.create_index(
        "refunds_undocumented",
        "refunds",
        ["refund_id"],
        postgresql_where=sa.text("status = 'completed' AND NOT is_documented"),
    )


def _create_tables() -> None:
    op.create_table(
        "sellers",
        sa.Column("organiser_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("registration_number", sa.Text(), nullable=False),
        sa.Column("vat_number", sa.Text()),
        sa.Column("invoice_prefix", sa.Text()),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )
    op.create_table(
        "document_series",
        sa.Column("organiser_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("document_id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("organiser_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), unique=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.UniqueConstraint("organiser_id", "year", "sequence", name="one_document_a_number"),
        sa.CheckConstraint("kind IN ('receipt', 'invoice', 'credit_note')", name="document_kind"),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (refund_id IS NOT NULL)", name="credit_note_has_refund"
        ),
    )
    op.create_index("documents_order", "documents", ["order_id"])
    op.create_index(
        "one_document_a_sale",
        "documents",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("refund_id IS NULL"),
    )
