"""Indexes that lists alone need: as few as possible, since each purchase writes them."""

from sqlalchemy import ColumnElement, Index, Table, Text, func, literal, text

SEARCH_WAITING_KIBIBYTES = 262_144
"""How much may wait to be taken into the index of buyers: far more than ever does."""


def searched_buyer(orders: Table) -> ColumnElement[str]:
    """Return what orders are searched by, in lower case; each word has a blank before it."""
    # Written out, since only then is it the expression that the index has.
    blank = literal(" ", Text, literal_execute=True)
    return func.lower(blank + orders.c.buyer_name + blank + orders.c.buyer_email)


def add_list_indexes(orders: Table, payments: Table, tickets: Table, admissions: Table) -> None:
    """Add the indexes of one's own tickets, of rare states, and of buyers."""
    Index("tickets_account", tickets.c.account_id, tickets.c.ticket_id.desc())
    Index("admissions_event", admissions.c.event_id, admissions.c.ticket_id.desc())
    # The others than confirmed ones are few enough for an index of their own.
    Index(
        "orders_state",
        orders.c.state,
        orders.c.order_id.desc(),
        postgresql_include=["event_id"],
        postgresql_where=text("state <> 'issued'"),
    )
    Index(
        "payments_status",
        payments.c.status,
        payments.c.order_id.desc(),
        postgresql_where=text("status <> 'completed'"),
    )
    # The instant and not the status, so that an admission changes no index of its ticket.
    Index(
        "tickets_cancelled",
        tickets.c.ticket_id.desc(),
        postgresql_include=["event_id"],
        postgresql_where=tickets.c.cancelled_at.is_not(None),
    )
    # New rows wait in the index's list until a worker takes them in: no purchase has to.
    Index(
        "orders_search",
        searched_buyer(orders).label("searched"),
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": SEARCH_WAITING_KIBIBYTES},
    )
