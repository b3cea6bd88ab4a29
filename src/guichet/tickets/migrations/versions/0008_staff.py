"""Tickets sent again, messages to holders, and ways to what was sold lately."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _moment(name: str, *, default: bool = False) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=not default,
        server_default=sa.text("now()") if default else None,
    )


def upgrade() -> None:
    """Create the tables, and the two small indexes by time."""
    op.create_table(
        "order_resends",
        sa.Column("resend_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.order_id"), nullable=False),
        sa.Column("asked_by", sa.BigInteger()),
        _moment("asked_at", default=True),
    )
    op.create_index("order_resends_order", "order_resends", ["order_id", "asked_at"])
    _create_messages()
    # A row is stored about when it is created, so that the blocks of a table follow the time.
    for table in ("orders", "tickets"):
        op.create_index(f"{table}_created", table, ["created_at"], postgresql_using="brin")


def _create_messages() -> None:
    op.create_table(
        "holder_messages",
        sa.Column("message_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger(), sa.ForeignKey("offers.event_id"), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("ticket_type_ids", sa.ARRAY(sa.BigInteger())),
        sa.Column("key", sa.Text()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False, server_default=sa.text("0")),
        _moment("created_at", default=True),
        _moment("finished_at"),
    )
    op.create_index("holder_messages_event", "holder_messages", ["event_id", "created_at"])
    op.create_index(
        "holder_messages_key",
        "holder_messages",
        ["event_id", "key"],
        unique=True,
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_index(
        "holder_messages_unfinished",
        "holder_messages",
        ["message_id"],
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "holder_message_recipients",
        sa.Column(
            "message_id",
            sa.BigInteger(),
            sa.ForeignKey("holder_messages.message_id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("order_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        _moment("told_at"),
    )
    op.create_index(
        "holder_message_recipients_waiting",
        "holder_message_recipients",
        ["message_id", "order_id"],
        postgresql_where=sa.text("told_at IS NULL"),
    )
