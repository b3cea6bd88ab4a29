"""The audit log of profiles."""

from alembic import op

from guichet.kernel.audit_schema import FIRST_SHAPE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log; what was corrected before it began stands nowhere."""
    for statement in FIRST_SHAPE:
        op.execute(statement)
