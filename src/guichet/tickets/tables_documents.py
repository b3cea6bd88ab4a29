"""The tables of receipts, invoices and credit notes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB


def add_document_tables(metadata: MetaData, orders: Table, refunds: Table) -> None:
    """Add who sells, the series of numbers, what was numbered, and what waits for it."""
    _mark_documented(orders, "issued_at IS NOT NULL AND NOT is_documented AND total_minor > 0")
    _mark_documented(refunds, "completed_at IS NOT NULL AND NOT is_documented")
    Table(
        "sellers",
        metadata,
        Column("organiser_id", BigInteger, primary_key=True, autoincrement=False),
        Column("legal_name", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("postal_code", Text, nullable=False),
        Column("city", Text, nullable=False),
        Column("country", Text, nullable=False),
        Column("registration_number", Text, nullable=False),
        Column("vat_number", Text),
        Column("invoice_prefix", Text),
        Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        comment="Who sells, as an organiser's invoices name it.",
    )

    Table(
        "document_series",
        metadata,
        Column("organiser_id", BigInteger, primary_key=True, autoincrement=False),
        Column("year", Integer, nullable=False),
        Column("last", BigInteger, nullable=False),
        comment="The last number of an organiser's documents; its lock is held while one is drawn.",
    )

    documents = Table(
        "documents",
        metadata,
        Column("document_id", BigInteger, Identity(always=True), primary_key=True),
        Column("organiser_id", BigInteger, nullable=False),
        Column("year", Integer, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("number", Text, nullable=False),
        Column("kind", Text, nullable=False),
        # Like the ledger it stands by itself, without foreign keys: it outlives what it tells of.
        Column("order_id", BigInteger, nullable=False),
        Column("refund_id", BigInteger, unique=True),
        Column("total_minor", BigInteger, nullable=False),
        Column("currency", Text, nullable=False),
        Column("issued_at", DateTime(timezone=True), nullable=False),
        Column("content", JSONB, nullable=False),
        UniqueConstraint("organiser_id", "year", "sequence", name="one_document_a_number"),
        CheckConstraint("kind IN ('receipt', 'invoice', 'credit_note')", name="document_kind"),
        CheckConstraint(
            "(kind = 'credit_note') = (refund_id IS NOT NULL)", name="credit_note_has_refund"
        ),
        comment="Receipts, invoices, credit notes: final once numbered, as a trigger sees to.",
    )
    Index("documents_order", documents.c.order_id)
    Index(
        "one_document_a_sale",
        documents.c.order_id,
        unique=True,
        postgresql_where=documents.c.refund_id.is_(None),
    )


def _mark_documented(table: Table, waiting: str) -> None:
    """Add whether a row has its document, or gets none, and the index of those that wait."""
    table.append_column(
        Column("is_documented", Boolean, nullable=False, server_default=text("false"))
    )
    key = next(iter(table.primary_key.columns))
    Index(f"{table.name}_undocumented", key, postgresql_where=text(waiting))
