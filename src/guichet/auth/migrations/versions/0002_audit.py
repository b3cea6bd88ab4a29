"""The audit log."""

from alembic import op

from guichet.kernel.audit_schema import FIRST_SHAPE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log; what was granted or taken before it begins is its first content."""
    for statement in FIRST_SHAPE:
        op.execute(statement)
    op.execute(
        "INSERT INTO audit_entries (actor_role, action, subject, after, request_id, reason)"
        " SELECT 'system', 'auth.account.found', 'account:' || id,"
        " jsonb_build_object('role', role, 'is_active', is_active), '',"
        " 'as it was when the log began'"
        " FROM accounts WHERE role <> 'user' OR NOT is_active ORDER BY id"
    )
