"""An index for the deliveries to one address.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    op.execute("CREATE INDEX deliveries_by_address ON deliveries (lower(address))")
