"""The tables about the payment provider's own doings: disputes, movements, reconciliation."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)


def add_provider_tables(metadata: MetaData) -> None:
    """Add the tables."""
    Table(
        "disputes",
        metadata,
        Column("dispute_id", Text, primary_key=True),
        Column("order_id", BigInteger, ForeignKey("orders.order_id"), index=True),
        Column("intent_id", Text),
        *_amounts("amount_minor", "fee_minor", "withdrawn_minor"),
        Column("status", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("opened_at", DateTime(timezone=True), nullable=False),
        _now("updated_at"),
        Column("closed_at", DateTime(timezone=True)),
        comment="Payments that a bank contests; withdrawn: what is out of the balance just now.",
    )
    Table(
        "provider_movements",
        metadata,
        Column("transaction_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        *_amounts("amount_minor", "fee_minor"),
        Column("created_at", DateTime(timezone=True), nullable=False, index=True),
        Column("source_id", Text, index=True),
        Column("intent_id", Text),
        Column("order_id", BigInteger),
        Column("ledger_reference", Text, index=True),
        comment="The provider's balance transactions, and the ledger's entry for each.",
    )
    Table(
        "reconciliation_cursors",
        metadata,
        Column("name", Text, primary_key=True),
        Column("reached_at", DateTime(timezone=True), nullable=False),
    )
    _add_runs(metadata)
    _add_findings(metadata)


def _add_runs(metadata: MetaData) -> None:
    Table(
        "reconciliation_runs",
        metadata,
        Column("run_id", BigInteger, Identity(), primary_key=True),
        Column("started_at", DateTime(timezone=True), nullable=False),
        Column("finished_at", DateTime(timezone=True)),
        *(
            Column(name, BigInteger, nullable=False, server_default=text("0"))
            for name in ("payments_read", "movements_read", "entered", "repaired", "findings")
        ),
        Column("error", Text),
    )
    Table(
        "reconciliation_days",
        metadata,
        Column("day", Date, primary_key=True),
        Column("currency", Text, primary_key=True),
        Column("ledger_minor", BigInteger, nullable=False),
        Column("provider_minor", BigInteger, nullable=False),
        _now("checked_at"),
    )


def _add_findings(metadata: MetaData) -> None:
    Table(
        "reconciliation_findings",
        metadata,
        Column("finding_id", BigInteger, Identity(), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("reference", Text, nullable=False),
        Column("order_id", BigInteger),
        Column("intent_id", Text),
        *_amounts("amount_minor"),
        Column("state", Text, nullable=False, server_default=text("'open'")),
        _now("found_at"),
        Column("ended_at", DateTime(timezone=True)),
        Column("resolved_by", BigInteger),
        Column("note", Text),
        UniqueConstraint("kind", "reference", name="one_finding_each"),
        comment="What ledger and provider disagree on; settled: gone by itself; resolved: by whom.",
    )


def _amounts(*names: str) -> list[Column[object]]:
    columns: list[Column[object]] = [Column(name, BigInteger, nullable=False) for name in names]
    return [*columns, Column("currency", Text, nullable=False)]


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
