"""What each ticket gave back, goodwill, whole events; no payment goes back twice."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LEFT_TO_REFUND = """
CREATE FUNCTION refunds_stay_within_capture() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
    asked bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status <> 'failed' THEN
        RETURN NEW;
    END IF;
    -- The lock makes refunds of one payment queue up; what they see then is complete.
    SELECT captured_minor INTO captured FROM payments WHERE order_id = NEW.order_id FOR UPDATE;
    SELECT coalesce(sum(amount_minor), 0) INTO asked FROM refunds
        WHERE order_id = NEW.order_id AND refund_id <> NEW.refund_id AND status <> 'failed';
    IF captured IS NULL OR asked + NEW.amount_minor > captured THEN
        RAISE EXCEPTION 'order %: % are asked back, % of % are already', NEW.order_id,
            NEW.amount_minor, asked, captured USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Widen refunds, create what belongs to them, and note what earlier cancellations gave."""
    _create_runs()
    _widen_refunds()
    _create_refund_tickets()
    op.create_table(
        "refund_keys",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        # No foreign key: it would lock the order before the stock, and let two requests wait for
        # each other.
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), sa.ForeignKey("refunds.refund_id")),
        sa.Column("ticket_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        _created(),
        comment="One Idempotency-Key, one refund: what it led to, for whoever asks again.",
    )


def _create_runs() -> None:
    op.create_table(
        "event_refund_runs",
        sa.Column("run_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger(), sa.ForeignKey("offers.event_id"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("requested_by", sa.BigInteger()),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("reason IN ('event_cancelled', 'organiser')", name="run_reason"),
        comment="A whole event given back, order by order, by whichever replica gets on with it.",
    )
    op.create_index(
        "event_refund_runs_one_open",
        "event_refund_runs",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index("event_refund_runs_event", "event_refund_runs", ["event_id", "run_id"])
    op.create_table(
        "event_refund_orders",
        sa.Column("run_id", sa.BigInteger(), sa.ForeignKey("event_refund_runs.run_id")),
        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.order_id")),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("run_id", "order_id"),
        comment="The orders of a run; tickets and amount are what was to go back when it began.",
    )
    op.create_index(
        "event_refund_orders_to_do",
        "event_refund_orders",
        ["run_id", "order_id"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _widen_refunds() -> None:
    op.add_column("refunds", sa.Column("kind", sa.Text(), nullable=False, server_default="tickets"))
    op.add_column("refunds", sa.Column("note", sa.Text()))
    op.add_column("refunds", sa.Column("requested_by", sa.BigInteger()))
    op.add_column(
        "refunds",
        sa.Column("run_id", sa.BigInteger(), sa.ForeignKey("event_refund_runs.run_id")),
    )
    op.add_column("refunds", sa.Column("waits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("refunds", sa.Column("attention_reason", sa.Text()))
    op.add_column("refunds", sa.Column("failed_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE refunds r SET kind = 'undone' WHERE NOT EXISTS"
        " (SELECT 1 FROM tickets t WHERE t.refund_id = r.refund_id)"
    )
    op.create_check_constraint(
        "refund_kind", "refunds", "kind IN ('tickets', 'undone', 'goodwill', 'external')"
    )
    op.drop_constraint("refund_status", "refunds")
    op.create_check_constraint(
        "refund_status", "refunds", "status IN ('pending', 'completed', 'failed', 'settled')"
    )
    op.create_index(
        "refunds_run", "refunds", ["run_id"], postgresql_where=sa.text("run_id IS NOT NULL")
    )
    op.execute(_LEFT_TO_REFUND)
    op.execute(
        "CREATE TRIGGER refunds_within_capture BEFORE INSERT OR UPDATE OF status ON refunds"
        " FOR EACH ROW EXECUTE FUNCTION refunds_stay_within_capture()"
    )


def _create_refund_tickets() -> None:
    op.create_table(
        "refund_tickets",
        sa.Column("entry_id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger(), sa.ForeignKey("tickets.ticket_id"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.order_id"), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), sa.ForeignKey("refunds.refund_id")),
        sa.Column("is_cancellation", sa.Boolean(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("kept_minor", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("fee_kept_minor", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("given_before_minor", sa.BigInteger(), nullable=False, server_default="0"),
        _created(),
        sa.CheckConstraint(
            "price_minor >= 0 AND fee_minor >= 0 AND kept_minor >= 0 AND fee_kept_minor >= 0"
            " AND given_before_minor >= 0",
            name="nothing_is_negative",
        ),
        sa.CheckConstraint(
            "price_minor + fee_minor = 0 OR refund_id IS NOT NULL",
            name="money_goes_back_by_a_refund",
        ),
        comment="What refunds gave back of each ticket, and what was kept when it was cancelled.",
    )
    op.create_index(
        "refund_tickets_cancelled_once",
        "refund_tickets",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("is_cancellation"),
    )
    op.create_index("refund_tickets_ticket", "refund_tickets", ["ticket_id"])
    op.create_index("refund_tickets_order", "refund_tickets", ["order_id"])
    op.create_index("refund_tickets_refund", "refund_tickets", ["refund_id"])
    op.execute(
        "INSERT INTO refund_tickets (ticket_id, order_id, refund_id, is_cancellation, price_minor,"
        " fee_minor, created_at) SELECT ticket_id, order_id, refund_id, true,"
        " CASE WHEN refund_id IS NULL THEN 0 ELSE price_minor END,"
        " CASE WHEN refund_id IS NULL THEN 0 ELSE fee_on_top_minor END,"
        " coalesce(cancelled_at, now()) FROM tickets WHERE status = 'cancelled'"
    )


def _created() -> sa.Column[object]:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
    )
