"""Checks on promo codes: their limits hold, and nothing is cheaper without one."""

from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources

_USES = """
    WITH uses AS (
        SELECT promo_id, count(*) AS n FROM (
            SELECT promo_id FROM orders WHERE promo_id IS NOT NULL AND state IN ('paying', 'issued')
            UNION ALL SELECT promo_id FROM holds WHERE promo_id IS NOT NULL AND state = 'active'
        ) AS used GROUP BY 1
    )
    SELECT promo_id, code, max_uses, n FROM promo_codes JOIN uses USING (promo_id)
    WHERE n > max_uses LIMIT $1
"""
_DISCOUNTS = """
    SELECT o.order_id FROM orders o LEFT JOIN promo_codes p USING (promo_id)
    WHERE (p.promo_id IS NOT NULL AND p.event_id <> o.event_id)
       OR (p.promo_id IS NULL AND EXISTS (
           SELECT 1 FROM jsonb_array_elements(o.lines) AS line
           WHERE (line -> 'unit' ->> 'discount_minor')::bigint > 0)) LIMIT $1
"""


async def promo_codes_hold_their_limits(sources: Sources) -> list[Contradiction]:
    """Look for codes in use more often than they may be, and for discounts without a code."""
    over = await sources.rows("tickets", _USES, NAMED_MAX)
    bare = await sources.rows("tickets", _DISCOUNTS, NAMED_MAX)
    return [
        Contradiction(
            f"promo code {row['promo_id']}",
            f"promo code {row['promo_id']} is in use {row['n']} times,"
            f" {row['max_uses']} are allowed",
        )
        for row in over
    ] + [
        Contradiction(
            f"order {row['order_id']}",
            f"order {row['order_id']} has a discount without a code of its event",
        )
        for row in bare
    ]
