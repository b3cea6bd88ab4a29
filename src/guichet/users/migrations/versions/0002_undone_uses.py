"""Uses of tickets that were taken back at the door."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the latest use that was taken back beside the latest use."""
    op.execute("ALTER TABLE purchased_tickets ADD COLUMN undone_used_at timestamptz")
