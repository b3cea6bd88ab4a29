"""An index of the audit log by the time of its entries.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

from guichet.kernel.audit_schema import BY_TIME

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    for statement in BY_TIME:
        op.execute(statement)
