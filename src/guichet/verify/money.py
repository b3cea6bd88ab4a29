"""Checks on payments, refunds and the provider's books."""

from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources


async def captured_is_served_or_refunded(sources: Sources) -> list[Contradiction]:
    """Look for captured payments with neither the complete tickets nor the complete refund.

    A cancelled ticket is complete where what it gave back, what the event's rules kept and what
    goodwill had given before add up to what was charged. Goodwill comes on top. A refund that the
    bank returned counts as long as a person is shown that its buyer is owed it, and so does one
    that waits for the end of a dispute, in which the bank holds the money.
    """
    rows = await sources.rows(
        "tickets",
        """
        WITH wanted AS (
            SELECT o.order_id, sum((line ->> 'quantity')::int) AS n
            FROM orders o, jsonb_array_elements(o.lines) AS line GROUP BY 1
        ), had AS (
            SELECT t.order_id, count(*) AS n,
                   count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
                   count(b.ticket_id) AS back,
                   coalesce(sum(b.price_minor + b.fee_minor), 0) AS back_minor,
                   count(*) FILTER (WHERE b.price_minor + b.fee_minor + b.kept_minor
                       + b.fee_kept_minor + b.given_before_minor
                       <> t.price_minor + t.fee_on_top_minor) AS odd
            FROM tickets t LEFT JOIN refund_tickets b
            ON b.ticket_id = t.ticket_id AND b.is_cancellation GROUP BY 1
        ), given AS (
            SELECT r.order_id,
                   coalesce(sum(amount_minor) FILTER (WHERE kind <> 'tickets'), 0) AS besides,
                   coalesce(sum(amount_minor) FILTER (WHERE r.status IN ('completed', 'settled')
                       OR ((r.status = 'failed' OR r.attention_reason = 'disputed')
                           AND r.needs_attention AND o.needs_attention)), 0)
                       AS done
            FROM refunds r JOIN orders o USING (order_id) WHERE NOT is_retried GROUP BY 1
        )
        SELECT o.order_id, o.state, o.step, p.captured_minor, o.total_minor,
               coalesce(had.n, 0) AS tickets, wanted.n AS wanted,
               coalesce(given.done, 0) AS refunded
        FROM orders o JOIN wanted USING (order_id) LEFT JOIN payments p USING (order_id)
        LEFT JOIN had USING (order_id) LEFT JOIN given USING (order_id)
        WHERE NOT CASE
            WHEN o.state IN ('issued', 'cancelled') THEN
                coalesce(p.captured_minor, 0) = o.total_minor AND coalesce(had.n, 0) = wanted.n
                AND had.back = had.cancelled AND had.odd = 0
                AND coalesce(given.done, 0) = had.back_minor + coalesce(given.besides, 0)
            WHEN o.state = 'refunded' THEN
                coalesce(had.n, 0) = 0 AND coalesce(given.done, 0) = p.captured_minor
            WHEN o.state = 'paying' AND p.next_action IS NOT NULL THEN p.captured_minor = 0
            WHEN o.state = 'paying' THEN o.step IS NULL
            ELSE coalesce(p.captured_minor, 0) = 0 AND coalesce(had.n, 0) = 0
        END LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"order {row['order_id']}",
            f"order {row['order_id']} is {row['state']}: captured {row['captured_minor']} of"
            f" {row['total_minor']}, tickets {row['tickets']} of {row['wanted']},"
            f" refunded {row['refunded']}",
        )
        for row in rows
    ]


async def tickets_are_paid(sources: Sources) -> list[Contradiction]:
    """Look for tickets whose order is not free and was not paid in full."""
    rows = await sources.rows(
        "tickets",
        "SELECT t.ticket_id, o.order_id FROM tickets t JOIN orders o USING (order_id)"
        " LEFT JOIN payments p USING (order_id)"
        " WHERE o.total_minor > 0 AND coalesce(p.captured_minor, 0) < o.total_minor LIMIT $1",
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"ticket {row['ticket_id']}",
            f"ticket {row['ticket_id']} of order {row['order_id']} is not paid",
        )
        for row in rows
    ]


async def refunds_within_captures(sources: Sources) -> list[Contradiction]:
    """Look for payments that were given back more than once, or counted wrongly."""
    rows = await sources.rows(
        "tickets",
        """
        SELECT p.order_id, p.captured_minor, p.refunded_minor,
               coalesce(sum(r.amount_minor) FILTER (WHERE NOT r.is_retried), 0) AS asked,
               coalesce(sum(r.amount_minor) FILTER (WHERE r.status = 'completed'), 0) AS done
        FROM payments p LEFT JOIN refunds r USING (order_id)
        GROUP BY p.order_id, p.captured_minor, p.refunded_minor
        HAVING coalesce(sum(r.amount_minor) FILTER (WHERE NOT r.is_retried), 0) > p.captured_minor
            OR coalesce(sum(r.amount_minor) FILTER (WHERE r.status = 'completed'), 0)
               <> p.refunded_minor LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"order {row['order_id']}",
            f"order {row['order_id']}: captured {row['captured_minor']}, refunds asked"
            f" {row['asked']}, done {row['done']}, counted {row['refunded_minor']}",
        )
        for row in rows
    ]


async def refunds_equal_their_tickets(sources: Sources) -> list[Contradiction]:
    """Look for refunds that are not the sum of what their tickets gave back."""
    rows = await sources.rows(
        "tickets",
        """
        SELECT r.refund_id, r.order_id, r.amount_minor,
               coalesce(sum(b.price_minor + b.fee_minor), 0) AS back
        FROM refunds r LEFT JOIN refund_tickets b USING (refund_id)
        WHERE (r.kind IN ('tickets', 'goodwill') OR (r.kind = 'external' AND r.parts IS NOT NULL))
            AND NOT r.is_retried GROUP BY r.refund_id
        HAVING r.amount_minor <> coalesce(sum(b.price_minor + b.fee_minor), 0) LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"refund {row['refund_id']}",
            f"refund {row['refund_id']} of order {row['order_id']} is {row['amount_minor']},"
            f" its tickets gave back {row['back']}",
        )
        for row in rows
    ]


async def books_agree(sources: Sources) -> list[Contradiction]:
    """Compare every payment with the provider's books, in both directions."""
    rows = await sources.rows(
        "tickets",
        "SELECT order_id, captured_minor, refunded_minor FROM payments",
    )
    ours = {
        f"order-{row['order_id']}": (row["captured_minor"], row["refunded_minor"]) for row in rows
    }
    theirs: dict[str, tuple[int, int]] = {}
    wrong: list[Contradiction] = []
    for booked in await sources.books():
        captured, refunded = theirs.get(booked.order_key, (0, 0))
        if captured and booked.captured:
            wrong.append(Contradiction(booked.order_key, f"{booked.order_key} was charged twice"))
        theirs[booked.order_key] = (captured + booked.captured, refunded + booked.refunded)
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key, (0, 0)) != theirs.get(key, (0, 0)):
            said = f"{key}: ours {ours.get(key)}, the provider's {theirs.get(key)}"
            wrong.append(Contradiction(key, said))
    return wrong[:NAMED_MAX]
