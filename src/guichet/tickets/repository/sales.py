"""The figures of one event, counted from the source."""

from guichet.contracts.clients.tickets import DaySales, EventSales, HourSales
from guichet.contracts.messages.tickets import StockLevel
from guichet.tickets.repository.stock import Connection

HOURS_SHOWN = 48


async def event_sales(connection: Connection, event_id: int) -> EventSales:
    """Return an event's figures; zeros where it is not known."""
    offer = await connection.fetchrow("SELECT * FROM offers WHERE event_id = $1", event_id)
    levels = await connection.fetch(
        "SELECT ticket_type_id, capacity, sold, held FROM stock WHERE event_id = $1"
        " ORDER BY ticket_type_id",
        event_id,
    )
    counts = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE status = 'used') AS admitted,"
        " count(*) FILTER (WHERE status = 'cancelled') AS cancelled,"
        " coalesce(sum(price_minor) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS revenue,"
        " coalesce(sum(fee_on_top_minor) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS fees"
        " FROM tickets WHERE event_id = $1",
        event_id,
    )
    refunded: int = await connection.fetchval(
        "SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM refunds r"
        " JOIN orders o USING (order_id)"
        " WHERE o.event_id = $1 AND r.status IN ('completed', 'settled')",
        event_id,
    )
    time_zone: str = offer["time_zone"] if offer else "UTC"
    days = await connection.fetch(
        "SELECT (created_at AT TIME ZONE $2)::date AS day, count(*) AS tickets,"
        " sum(price_minor)::bigint AS revenue FROM tickets"
        " WHERE event_id = $1 AND status <> 'cancelled' GROUP BY 1 ORDER BY 1",
        event_id,
        time_zone,
    )
    return EventSales(
        event_id=event_id,
        currency=offer["currency"] if offer else "EUR",
        capacity=sum(row["capacity"] for row in levels),
        sold=sum(row["sold"] for row in levels),
        held=sum(row["held"] for row in levels),
        revenue_minor=counts["revenue"] if counts else 0,
        fees_minor=counts["fees"] if counts else 0,
        refunded_minor=refunded,
        admitted=counts["admitted"] if counts else 0,
        cancelled=counts["cancelled"] if counts else 0,
        levels=[StockLevel(**dict(row)) for row in levels],
        by_day=[
            DaySales(day=row["day"], tickets=row["tickets"], revenue_minor=row["revenue"])
            for row in days
        ],
        by_hour=await sold_by_hour(connection, event_id, time_zone),
    )


async def sold_by_hour(connection: Connection, event_id: int, time_zone: str) -> list[HourSales]:
    """Return what was sold in each of the last hours, of the event's own clock."""
    rows = await connection.fetch(
        "SELECT date_trunc('hour', created_at, $2) AS hour, count(*) AS tickets,"
        " sum(price_minor)::bigint AS revenue_minor FROM tickets"
        " WHERE event_id = $1 AND status <> 'cancelled'"
        " AND created_at >= date_trunc('hour', now(), $2) - make_interval(hours => $3)"
        " GROUP BY 1 ORDER BY 1",
        event_id,
        time_zone,
        HOURS_SHOWN - 1,
    )
    return [HourSales(**dict(row)) for row in rows]
