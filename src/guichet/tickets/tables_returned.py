"""When a refund was carried out, and what its row says once the bank has returned it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem


def returned_columns() -> list[SchemaItem]:
    """Return the columns: why it came back, the refund that it is a retry of, who settled it how.

    `is_retried`: another refund has taken its place, and with it all that it was to give back.
    """
    return [
        Column("completed_at", DateTime(timezone=True)),
        Column("failed_at", DateTime(timezone=True)),
        Column("failure_reason", Text),
        Column("retry_of", BigInteger, ForeignKey("refunds.refund_id"), unique=True),
        Column("is_retried", Boolean, nullable=False, server_default=text("false")),
        Column("settled_at", DateTime(timezone=True)),
        Column("settled_by", BigInteger),
        Column("settled_note", Text),
        CheckConstraint("NOT is_retried OR status = 'failed'", name="only_failed_is_retried"),
        CheckConstraint(
            "status = 'pending' OR completed_at IS NOT NULL", name="carried_out_at_a_time"
        ),
        CheckConstraint(
            "status NOT IN ('failed', 'settled') OR failed_at IS NOT NULL",
            name="returned_at_a_time",
        ),
    ]
