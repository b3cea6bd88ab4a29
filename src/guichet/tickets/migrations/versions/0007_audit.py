"""The audit log."""

from alembic import op

from guichet.kernel.audit_schema import FIRST_SHAPE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log; the money and the stock that there are when it begins come first."""
    for statement in FIRST_SHAPE:
        op.execute(statement)
    op.execute(
        "INSERT INTO audit_entries (actor_role, action, subject, after, request_id, reason)"
        " SELECT 'system', 'tickets.stock.found', 'ticket_type:' || ticket_type_id,"
        " jsonb_build_object('event_id', event_id, 'price_minor', price_minor,"
        " 'vat_basis_points', vat_basis_points, 'capacity', capacity,"
        " 'is_withdrawn', is_withdrawn), '',"
        " 'as it was when the log began' FROM stock ORDER BY ticket_type_id"
    )
    op.execute(
        "INSERT INTO audit_entries (actor_role, action, subject, before, after, request_id, reason)"
        " SELECT 'system', 'tickets.payment.captured', 'order:' || order_id,"
        " jsonb_build_object('captured_minor', 0),"
        " jsonb_build_object('captured_minor', captured_minor, 'currency', currency), '',"
        " 'as it was when the log began' FROM payments WHERE captured_minor > 0 ORDER BY order_id"
    )
    op.execute(
        "INSERT INTO audit_entries (actor_role, action, subject, after, request_id, reason)"
        " SELECT 'system', 'tickets.refund.' || done, 'order:' || order_id, jsonb_build_object("
        "'refund_id', refund_id, 'amount_minor', amount_minor), '', 'as it was when the log began'"
        " FROM refunds CROSS JOIN (VALUES ('requested'), ('completed')) AS steps(done)"
        " WHERE done = 'requested' OR status = 'completed' ORDER BY refund_id, done DESC"
    )
