"""The audit log."""

from alembic import op

from guichet.kernel.audit_schema import FIRST_SHAPE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log; how events and ticket types stand when it begins is its first content."""
    for statement in FIRST_SHAPE:
        op.execute(statement)
    op.execute(
        "INSERT INTO audit_entries (actor_role, action, subject, after, request_id, reason)"
        " SELECT 'system', 'events.event.found', 'event:' || id,"
        " jsonb_build_object('status', status), '', 'as it was when the log began'"
        " FROM events ORDER BY id"
    )
    op.execute(
        "INSERT INTO audit_entries (actor_role, action, subject, after, request_id, reason)"
        " SELECT 'system', 'events.ticket_type.found', 'ticket_type:' || id,"
        " jsonb_build_object('event_id', event_id, 'price_minor', price_minor,"
        " 'vat_basis_points', vat_basis_points, 'capacity', capacity), '',"
        " 'as it was when the log began' FROM ticket_types ORDER BY id"
    )
