"""Indexes for a list of a million deliveries.

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
    "CREATE INDEX deliveries_search ON deliveries USING gin (lower(' ' || address) gin_trgm_ops)",
    "CREATE INDEX deliveries_by_template ON deliveries (template, id DESC)",
    "CREATE INDEX deliveries_not_by_mail ON deliveries (channel, id DESC) WHERE channel <> 'email'",
)


def upgrade() -> None:
    """Create them."""
    for statement in _STATEMENTS:
        op.execute(statement)
