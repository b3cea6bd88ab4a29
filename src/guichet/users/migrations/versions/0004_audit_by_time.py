"""An index of the audit log by the time of its entries.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

from guichet.kernel.audit_schema import BY_TIME

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    for statement in BY_TIME:
        op.execute(statement)
