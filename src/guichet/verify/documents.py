"""Checks on receipts, invoices and credit notes: their numbers, and what they say was paid."""

from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources

_GAPS = """
    WITH numbered AS (
        SELECT organiser_id, year, count(*) AS documents, count(DISTINCT number) AS names,
               min(sequence) AS first, max(sequence) AS last
        FROM documents GROUP BY organiser_id, year
    )
    SELECT organiser_id, year, coalesce(n.documents, 0) AS documents, n.first,
           n.last, s.last AS drawn
    FROM numbered n FULL JOIN document_series s USING (organiser_id, year)
    WHERE n.first <> 1 OR n.last <> n.documents OR n.names <> n.documents
        OR s.last <> coalesce(n.last, 0)
        OR (s.last IS NULL AND NOT EXISTS (SELECT 1 FROM document_series later
            WHERE later.organiser_id = n.organiser_id AND later.year > n.year))
    ORDER BY 1, 2 LIMIT $1
"""

# A document says what moved, in its row and in what was frozen with its number; the VAT by rate
# adds up to it. Money that moved ten minutes ago has its document.
_AMOUNTS = """
    WITH moved AS (
        SELECT p.order_id, NULL::bigint AS refund_id, p.captured_minor AS amount, p.currency,
               o.issued_at AS at
        FROM payments p JOIN orders o USING (order_id)
        WHERE p.captured_minor > 0 AND o.issued_at IS NOT NULL
        UNION ALL
        SELECT r.order_id, r.refund_id, r.amount_minor, o.currency, r.completed_at
        FROM refunds r JOIN orders o USING (order_id)
        WHERE r.completed_at IS NOT NULL AND r.retry_of IS NULL AND o.issued_at IS NOT NULL
    ), told AS (
        SELECT order_id, refund_id, number, total_minor, currency,
               (content -> 'amounts' ->> 'total_minor')::bigint AS printed,
               (SELECT coalesce(sum((share ->> 'gross_minor')::bigint), 0)
                FROM jsonb_array_elements(content -> 'amounts' -> 'vat') AS share) AS shared,
               jsonb_array_length(content -> 'amounts' -> 'vat') AS rates
        FROM documents
    )
    SELECT coalesce(t.order_id, m.order_id) AS order_id, t.number, m.amount, t.total_minor,
           t.printed
    FROM moved m FULL JOIN told t
        ON t.order_id = m.order_id AND coalesce(t.refund_id, 0) = coalesce(m.refund_id, 0)
    WHERE (t.number IS NULL AND m.at < coalesce($2, now()) - interval '10 minutes')
        OR (t.number IS NOT NULL AND (m.amount IS DISTINCT FROM t.total_minor
            OR m.currency <> t.currency OR t.printed <> t.total_minor
            OR (t.rates > 0 AND t.shared <> t.total_minor)))
    LIMIT $1
"""


async def documents_are_numbered_without_a_gap(sources: Sources) -> list[Contradiction]:
    """Look for organisers and years whose numbers have a gap, or do not end with the last drawn."""
    rows = await sources.rows("tickets", _GAPS, NAMED_MAX)
    return [
        Contradiction(
            f"organiser {row['organiser_id']}, {row['year']}",
            f"organiser {row['organiser_id']}, {row['year']}: {row['documents']} documents are"
            f" numbered from {row['first']} to {row['last']}, the last number drawn is"
            f" {row['drawn']}",
        )
        for row in rows
    ]


async def documents_say_what_was_paid(sources: Sources) -> list[Contradiction]:
    """Compare receipts, invoices and credit notes with captures and refunds."""
    rows = await sources.rows("tickets", _AMOUNTS, NAMED_MAX, sources.as_of)
    return [
        Contradiction(
            f"order {row['order_id']}",
            f"order {row['order_id']}: {row['amount']} moved, {row['number'] or 'no document'} says"
            f" {row['total_minor']} and prints {row['printed']}",
        )
        for row in rows
    ]
