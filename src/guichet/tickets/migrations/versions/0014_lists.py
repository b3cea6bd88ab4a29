"""Indexes for lists of a million orders: states that are rare, and the buyer's name and address.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX orders_state ON orders (state, order_id DESC) INCLUDE (event_id)"
    " WHERE state <> 'issued'",
    "CREATE INDEX payments_status ON payments (status, order_id DESC) WHERE status <> 'completed'",
    "CREATE INDEX tickets_cancelled ON tickets (ticket_id DESC) INCLUDE (event_id)"
    " WHERE cancelled_at IS NOT NULL",
    "DROP INDEX admissions_event",
    "CREATE INDEX admissions_event ON admissions (event_id, ticket_id DESC)",
    # The longest list of rows that wait; it is emptied long before, see `order_list.py`.
    "CREATE INDEX orders_search ON orders USING gin"
    " (lower(' ' || buyer_name || ' ' || buyer_email) gin_trgm_ops)"
    " WITH (gin_pending_list_limit = 262144)",
    # Only an index's owner may empty its list, and the service is not.
    "CREATE FUNCTION take_in_searched_orders() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
    " SET search_path = pg_catalog, public"
    " AS $$ SELECT gin_clean_pending_list('orders_search'::regclass) $$",
)


def upgrade() -> None:
    """Create them."""
    for statement in _STATEMENTS:
        op.execute(statement)
