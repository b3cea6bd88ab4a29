"""Checks on the ledger: what it entered is what orders and refunds say that money did."""

from guichet.tickets.closing import broken_days
from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources

# What must have been entered, computed from the stored lines and refunds by the database itself:
# were the service's own functions asked, both sides would share their mistakes.
_WANTED = """
    WITH priced AS (
        SELECT p.order_id, p.currency, e.creator_id::text AS organiser,
               (line ->> 'quantity')::bigint AS quantity,
               (line -> 'unit' ->> 'vat_minor')::bigint AS vat,
               line -> 'unit' ->> 'vat_basis_points' AS rate,
               (line -> 'unit' ->> 'fee_minor')::bigint AS fee,
               (line -> 'unit' ->> 'fee_vat_minor')::bigint AS fee_vat,
               line -> 'unit' ->> 'fee_vat_basis_points' AS fee_rate
        FROM payments p JOIN orders o USING (order_id) JOIN offers e USING (event_id),
             jsonb_array_elements(o.lines) AS line
        WHERE p.captured_minor > 0 AND line ->> 'unit' IS NOT NULL
    ), returned AS (
        SELECT r.refund_id, r.amount_minor, r.parts, o.currency, e.creator_id::text AS organiser
        FROM refunds r JOIN orders o USING (order_id) JOIN offers e USING (event_id)
        WHERE r.completed_at IS NOT NULL AND r.retry_of IS NULL
    ), wanted AS (
        SELECT 'capture-' || p.order_id AS reference, p.captured_minor AS amount, p.currency,
               'provider' AS debit, 'organiser:' || e.creator_id AS credit
        FROM payments p JOIN orders o USING (order_id) JOIN offers e USING (event_id)
        WHERE p.captured_minor > 0
        UNION ALL
        SELECT 'fee-' || order_id, sum(quantity * (fee - fee_vat)), currency,
               'organiser:' || organiser, 'fees' FROM priced GROUP BY order_id, currency, organiser
        UNION ALL
        SELECT 'fee_vat-' || order_id || '-' || fee_rate, sum(quantity * fee_vat), currency,
               'organiser:' || organiser, 'vat:platform:' || fee_rate
        FROM priced GROUP BY order_id, currency, organiser, fee_rate
        UNION ALL
        SELECT 'vat-' || order_id || '-' || rate, sum(quantity * vat), currency,
               'organiser:' || organiser, 'vat:' || organiser || ':' || rate
        FROM priced GROUP BY order_id, currency, organiser, rate
        UNION ALL
        SELECT 'refund-' || refund_id, amount_minor, currency, 'organiser:' || organiser, 'provider'
        FROM returned
        UNION ALL
        SELECT 'refund_fee-' || refund_id, (parts ->> 'fee_minor')::bigint - (
                   SELECT coalesce(sum((share ->> 'vat_minor')::bigint), 0)
                   FROM jsonb_array_elements(parts -> 'fee_vat') AS share),
               currency, 'fees', 'organiser:' || organiser
        FROM returned WHERE parts IS NOT NULL
        UNION ALL
        SELECT 'refund_fee_vat-' || refund_id || '-' || (share ->> 'basis_points'),
               (share ->> 'vat_minor')::bigint, currency,
               'vat:platform:' || (share ->> 'basis_points'), 'organiser:' || organiser
        FROM returned, jsonb_array_elements(parts -> 'fee_vat') AS share
        UNION ALL
        SELECT 'refund_vat-' || refund_id || '-' || (share ->> 'basis_points'),
               (share ->> 'vat_minor')::bigint, currency,
               'vat:' || organiser || ':' || (share ->> 'basis_points'), 'organiser:' || organiser
        FROM returned, jsonb_array_elements(parts -> 'vat') AS share
        UNION ALL
        SELECT 'refund-' || r.refund_id, r.amount_minor, o.currency, 'returned_refunds', 'provider'
        FROM refunds r JOIN orders o USING (order_id)
        WHERE r.completed_at IS NOT NULL AND r.retry_of IS NOT NULL
        UNION ALL
        SELECT 'refund_failed-' || r.refund_id, r.amount_minor, o.currency, 'provider',
               'returned_refunds'
        FROM refunds r JOIN orders o USING (order_id)
        WHERE r.failed_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM provider_movements m JOIN ledger_transfers l
            ON l.reference = 'adjustment-' || m.transaction_id
            WHERE m.kind = 'refund_failure' AND m.source_id = r.provider_refund_id)
        UNION ALL
        SELECT 'refund_settled-' || r.refund_id, r.amount_minor, o.currency, 'returned_refunds',
               'other_means'
        FROM refunds r JOIN orders o USING (order_id) WHERE r.status = 'settled'
    ), entered AS (
        SELECT * FROM ledger_transfers WHERE kind IN ('capture', 'fee', 'fee_vat', 'vat', 'refund',
            'refund_fee', 'refund_fee_vat', 'refund_vat', 'refund_failed', 'refund_retry',
            'refund_settled')
    )
    SELECT coalesce(w.reference, l.reference) AS reference, w.amount AS wanted,
           l.amount_minor AS entered
    FROM (SELECT * FROM wanted WHERE amount > 0) AS w FULL JOIN entered l USING (reference)
    WHERE (w.amount, w.currency, w.debit, w.credit)
        IS DISTINCT FROM (l.amount_minor, l.currency, l.debit_account, l.credit_account) LIMIT $1
"""

# Fee and VAT that the refunds of an order contain, beside those of its lines.
_PARTS = """
    WITH returned AS (
        SELECT order_id, sum(amount_minor) AS amount, count(*) FILTER (WHERE parts IS NULL) AS bare,
               sum((parts ->> 'price_minor')::bigint + (parts ->> 'fee_on_top_minor')::bigint)
                   AS parted,
               sum((parts ->> 'fee_minor')::bigint) AS fee,
               sum((SELECT sum((share ->> 'vat_minor')::bigint)
                    FROM jsonb_array_elements(parts -> 'vat' || (parts -> 'fee_vat')) AS share))
                   AS vat
        FROM refunds WHERE NOT is_retried GROUP BY order_id
    ), sold AS (
        SELECT order_id, total_minor,
               sum((line ->> 'quantity')::bigint * (line -> 'unit' ->> 'fee_minor')::bigint) AS fee,
               sum((line ->> 'quantity')::bigint * ((line -> 'unit' ->> 'vat_minor')::bigint
                   + (line -> 'unit' ->> 'fee_vat_minor')::bigint)) AS vat
        FROM orders, jsonb_array_elements(lines) AS line GROUP BY order_id, total_minor
    )
    SELECT order_id, r.amount, r.parted, r.fee, r.vat, s.fee AS sold_fee, s.vat AS sold_vat
    FROM returned r JOIN sold s USING (order_id)
    WHERE r.bare = 0 AND (r.parted <> r.amount OR r.fee > s.fee OR coalesce(r.vat, 0) > s.vat
        OR (r.amount = s.total_minor AND (r.fee, coalesce(r.vat, 0)) <> (s.fee, s.vat))) LIMIT $1
"""


async def ledger_equals_payments(sources: Sources) -> list[Contradiction]:
    """Compare the ledger with captures, refunds, fees and VAT, and closed days with their seals."""
    rows = await sources.rows("tickets", _WANTED, NAMED_MAX)
    wrong = [
        Contradiction(
            row["reference"],
            f"{row['reference']}: {row['wanted']} happened, the ledger has {row['entered']}",
        )
        for row in rows
    ]
    broken = await broken_days(sources.databases["tickets"])
    return wrong + [
        Contradiction(f"day {day}", f"the ledger's day {day} does not match its seal")
        for day in broken
    ]


async def refunds_contain_what_was_sold(sources: Sources) -> list[Contradiction]:
    """Look for refunds whose fee and VAT are not those of what they give back.

    They add up to the refund, are never more than the order contained, and are all of it once
    everything has been given back.
    """
    rows = await sources.rows("tickets", _PARTS, NAMED_MAX)
    return [
        Contradiction(
            f"order {row['order_id']}",
            f"order {row['order_id']}: refunds of {row['amount']} are made of {row['parted']}, with"
            f" fees {row['fee']} of {row['sold_fee']} and VAT {row['vat']} of {row['sold_vat']}",
        )
        for row in rows
    ]
