"""Indexes for a list of a million accounts.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX accounts_name_search ON accounts USING gin (lower(' ' || name) gin_trgm_ops)",
    "CREATE INDEX accounts_email_search ON accounts USING gin (lower(' ' || email) gin_trgm_ops)",
    "CREATE INDEX accounts_role ON accounts (role, id) WHERE role <> 'user'",
    "CREATE INDEX accounts_inactive ON accounts (id) WHERE is_active IS false",
)


def upgrade() -> None:
    """Create them."""
    for statement in _STATEMENTS:
        op.execute(statement)
