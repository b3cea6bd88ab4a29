"""Checks on stock, holds, keys, orders and admissions."""

from guichet.tickets.codes import order_id_of
from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources

HOLD_OVERDUE_SECONDS_MAX = 5
KEY_UNSETTLED_SECONDS_MAX = 60


async def stock_adds_up(sources: Sources) -> list[Contradiction]:
    """Compare each ticket type's counters with what tickets, orders and holds add up to."""
    rows = await sources.rows(
        "tickets",
        """
        WITH live AS (
            SELECT ticket_type_id, count(*) AS n FROM tickets WHERE status <> 'cancelled' GROUP BY 1
        ), lines AS (
            SELECT lines FROM holds WHERE state = 'active'
            UNION ALL SELECT lines FROM orders WHERE state = 'paying'
        ), promised AS (
            SELECT (line ->> 'ticket_type_id')::bigint AS ticket_type_id,
                   sum((line ->> 'quantity')::int) AS n
            FROM lines, jsonb_array_elements(lines) AS line GROUP BY 1
        )
        SELECT s.ticket_type_id, s.capacity, s.sold, s.held,
               coalesce(live.n, 0) AS live, coalesce(promised.n, 0) AS promised
        FROM stock s LEFT JOIN live USING (ticket_type_id) LEFT JOIN promised USING (ticket_type_id)
        WHERE s.sold + s.held > s.capacity OR s.sold <> coalesce(live.n, 0)
           OR s.held <> coalesce(promised.n, 0) LIMIT $1
        """,
        NAMED_MAX,
    )
    wrong = [
        Contradiction(
            f"ticket type {row['ticket_type_id']}",
            f"ticket type {row['ticket_type_id']}: capacity {row['capacity']}, sold {row['sold']}"
            f" (tickets: {row['live']}), held {row['held']} (promised: {row['promised']})",
        )
        for row in rows
    ]
    return wrong + await _allotments_add_up(sources)


async def _allotments_add_up(sources: Sources) -> list[Contradiction]:
    rows = await sources.rows(
        "tickets",
        """
        WITH promised AS (
            SELECT buyer, lines FROM holds WHERE state = 'active'
            UNION ALL SELECT buyer, lines FROM orders WHERE state = 'paying'
        ), places AS (
            SELECT o.buyer, t.ticket_type_id, 1 AS n FROM tickets t JOIN orders o USING (order_id)
            WHERE t.status <> 'cancelled'
            UNION ALL SELECT buyer, (line ->> 'ticket_type_id')::bigint, (line ->> 'quantity')::int
            FROM promised, jsonb_array_elements(lines) AS line
        ), owned AS (
            SELECT buyer, ticket_type_id, sum(n) AS n FROM places GROUP BY 1, 2
        )
        SELECT ticket_type_id, count(*) AS buyers, sum(coalesce(a.quantity, 0)) AS counted,
               sum(coalesce(owned.n, 0)) AS n
        FROM owned FULL JOIN allotments a USING (buyer, ticket_type_id)
        WHERE coalesce(a.quantity, 0) <> coalesce(owned.n, 0) GROUP BY 1 ORDER BY 1 LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"ticket type {row['ticket_type_id']}",
            f"ticket type {row['ticket_type_id']}: {row['buyers']} buyers are counted with"
            f" {row['counted']} places, they have {row['n']}",
        )
        for row in rows
    ]


async def holds_end(sources: Sources) -> list[Contradiction]:
    """Look for holds that are still active after their time."""
    rows = await sources.rows(
        "tickets",
        "SELECT hold_id, expires_at FROM holds WHERE state = 'active'"
        " AND expires_at < now() - make_interval(secs => $1) LIMIT $2",
        HOLD_OVERDUE_SECONDS_MAX,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"hold {row['hold_id']}",
            f"hold {row['hold_id']} should have ended at {row['expires_at']}",
        )
        for row in rows
    ]


async def answered_orders_exist(sources: Sources) -> list[Contradiction]:
    """Look up every order code that a client was answered with."""
    wrong: list[Contradiction] = []
    wanted: dict[int, str] = {}
    for code in sources.answered_codes:
        order_id = order_id_of(code)
        if order_id is None:
            wrong.append(Contradiction(code, f"{code} is no order's code"))
        else:
            wanted[order_id] = code
    rows = await sources.rows(
        "tickets", "SELECT order_id FROM orders WHERE order_id = ANY($1::bigint[])", list(wanted)
    )
    missing = set(wanted) - {row["order_id"] for row in rows}
    lost = [wanted[order_id] for order_id in missing]
    return wrong + [Contradiction(code, f"order {code} was answered and is lost") for code in lost]


async def keys_have_one_effect(sources: Sources) -> list[Contradiction]:
    """Look for keys with two effects, with none, or with an order that does not exist."""
    rows = await sources.rows(
        "tickets",
        """
        SELECT k.key, k.order_id, k.hold_id FROM purchase_keys k
        LEFT JOIN orders o USING (order_id) LEFT JOIN holds h ON h.hold_id = k.hold_id
        WHERE num_nonnulls(k.order_id, k.hold_id, k.refusal) > 1
           OR (num_nonnulls(k.order_id, k.hold_id, k.refusal) = 0
               AND k.created_at < now() - make_interval(secs => $1))
           OR (k.order_id IS NOT NULL AND (o.order_id IS NULL OR o.buyer <> k.buyer)
               AND NOT (o.buyer LIKE 'account:%' AND k.buyer LIKE 'guest:%'))
           OR (k.hold_id IS NOT NULL AND h.hold_id IS NULL) LIMIT $2
        """,
        KEY_UNSETTLED_SECONDS_MAX,
        NAMED_MAX,
    )
    shared = await sources.rows(
        "tickets",
        "SELECT order_id, count(*) AS n FROM purchase_keys WHERE order_id IS NOT NULL"
        " GROUP BY order_id HAVING count(*) > 1 LIMIT $1",
        NAMED_MAX,
    )
    return [
        *(
            Contradiction(
                row["key"],
                f"key {row['key'][:12]}…: order {row['order_id']}, hold {row['hold_id']}",
            )
            for row in rows
        ),
        *(
            Contradiction(
                f"order {row['order_id']}", f"order {row['order_id']} has {row['n']} keys"
            )
            for row in shared
        ),
        *await _refund_keys_have_one_effect(sources),
    ]


async def _refund_keys_have_one_effect(sources: Sources) -> list[Contradiction]:
    rows = await sources.rows(
        "tickets",
        """
        SELECT k.key, k.order_id, k.refund_id
        FROM refund_keys k LEFT JOIN refunds r USING (refund_id)
        WHERE (k.refund_id IS NOT NULL AND r.order_id IS DISTINCT FROM k.order_id)
           OR k.refund_id IN (SELECT refund_id FROM refund_keys WHERE refund_id IS NOT NULL
               GROUP BY refund_id HAVING count(*) > 1) LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"refund {row['key']}",
            f"key {row['key'][:12]}… of a refund: order {row['order_id']},"
            f" refund {row['refund_id']}",
        )
        for row in rows
    ]


async def one_admission_per_ticket(sources: Sources) -> list[Contradiction]:
    """Compare used tickets with admissions."""
    rows = await sources.rows(
        "tickets",
        """
        SELECT t.ticket_id, t.status, t.used_at, count(a.admission_id) AS n
        FROM tickets t LEFT JOIN admissions a
          ON a.ticket_id = t.ticket_id AND a.undone_at IS NULL
        GROUP BY t.ticket_id, t.status, t.used_at
        HAVING count(a.admission_id) <> (t.used_at IS NOT NULL)::int
            OR (t.status = 'used' AND t.used_at IS NULL) LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"ticket {row['ticket_id']}",
            f"ticket {row['ticket_id']} is {row['status']}, admissions: {row['n']}",
        )
        for row in rows
    ]
