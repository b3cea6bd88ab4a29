"""The table of promo codes; part of `tables`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY


def add_promo_tables(metadata: MetaData) -> None:
    """Add the table to the others'."""
    promo_codes = Table(
        "promo_codes",
        metadata,
        Column("promo_id", BigInteger, Identity(), primary_key=True),
        Column("event_id", BigInteger, ForeignKey("offers.event_id"), nullable=False),
        Column("code", Text, nullable=False),
        Column("code_key", Text, nullable=False),
        Column("basis_points", Integer, nullable=False, server_default=text("0")),
        Column("amount_minor", BigInteger, nullable=False, server_default=text("0")),
        Column("max_uses", Integer),
        Column("valid_from", DateTime(timezone=True)),
        Column("valid_until", DateTime(timezone=True)),
        Column("ticket_type_ids", ARRAY(BigInteger)),
        Column("reveals_hidden", Boolean, nullable=False, server_default=text("false")),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("deleted_at", DateTime(timezone=True)),
        CheckConstraint(
            "basis_points BETWEEN 0 AND 10000 AND amount_minor >= 0"
            " AND (basis_points = 0 OR amount_minor = 0)",
            name="promo_discount",
        ),
        CheckConstraint("max_uses > 0", name="promo_limit_is_positive"),
    )
    Index(
        "promo_codes_key",
        promo_codes.c.event_id,
        promo_codes.c.code_key,
        unique=True,
        postgresql_where=promo_codes.c.deleted_at.is_(None),
    )
