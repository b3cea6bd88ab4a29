"""When the newest message on an account's profile spoke.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of the accounts that there are, any message is news."""
    op.add_column("accounts", sa.Column("profile_told_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop what `upgrade` added."""
    op.drop_column("accounts", "profile_told_at")
