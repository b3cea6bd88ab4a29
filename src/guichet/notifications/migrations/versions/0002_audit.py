"""The audit log of templates."""

from alembic import op

from guichet.kernel.audit_schema import FIRST_SHAPE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log; the templates' own versions say what was before."""
    for statement in FIRST_SHAPE:
        op.execute(statement)
