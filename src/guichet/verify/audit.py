"""Checks on the audit logs: their chains, and one entry for each change that they must tell of."""

from dataclasses import dataclass

from guichet.kernel.audit_chain import broken_links
from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources

LOGGING = ("auth", "users", "events", "tickets", "notifications")
"""The services that keep an audit log."""


@dataclass(frozen=True, slots=True)
class Series:
    """A field whose changes the log follows: each entry begins where the one before ended.

    `current` is a query of (subject, value) for everything that there is; `first` is the JSON
    value that a thing has before its first entry. Where `is_lasting`, nothing may be gone from
    the data without an entry that says so.
    """

    service: str
    actions: str
    field: str
    current: str
    first: str | None = None
    is_lasting: bool = True


_ACCOUNT = "SELECT 'account:' || id AS subject, to_jsonb({}) AS value FROM accounts WHERE {}"
_TYPE = "SELECT 'ticket_type:' || id AS subject, to_jsonb({}) AS value FROM ticket_types"
_STOCK = "SELECT 'ticket_type:' || ticket_type_id AS subject, to_jsonb({}) AS value FROM stock"

SERIES = (
    Series(
        "auth",
        "auth.",
        "role",
        _ACCOUNT.format("role", "role <> 'user' AND deleted_at IS NULL"),
        first='"user"',
    ),
    Series(
        "auth",
        "auth.",
        "is_active",
        _ACCOUNT.format("is_active", "NOT is_active AND deleted_at IS NULL"),
        first="true",
    ),
    Series(
        "events",
        "events.event.",
        "status",
        "SELECT 'event:' || id AS subject, to_jsonb(status) AS value FROM events",
    ),
    *(
        # With its event a ticket type goes without an entry of its own.
        Series("events", "events.ticket_type.", name, _TYPE.format(name), is_lasting=False)
        for name in ("capacity", "price_minor", "vat_basis_points")
    ),
    *(
        Series("tickets", "tickets.stock.", name, _STOCK.format(name))
        for name in ("capacity", "price_minor", "vat_basis_points", "is_withdrawn")
    ),
)


async def chains_are_unbroken(sources: Sources) -> list[Contradiction]:
    """Compute every hash of every log anew."""
    wrong: list[Contradiction] = []
    for service in LOGGING:
        broken = await broken_links(sources.databases[service], NAMED_MAX, sources.as_of)
        wrong += [Contradiction(service, f"{service}: {sentence}") for sentence in broken]
    return wrong[:NAMED_MAX]


async def every_change_is_logged(sources: Sources) -> list[Contradiction]:
    """Compare the logs with what they must tell of: access, events, limits, captures, refunds."""
    wrong: list[Contradiction] = []
    for series in SERIES:
        wrong += await _contradictions(sources, series)
    return (wrong + await money_is_logged(sources))[:NAMED_MAX]


async def money_is_logged(sources: Sources) -> list[Contradiction]:
    """Compare the log of tickets with captures, and with each step that a refund has taken."""
    return await _captures(sources) + await _refunds(sources)


async def _contradictions(sources: Sources, series: Series) -> list[Contradiction]:
    rows = await sources.rows(
        series.service,
        f"""
        WITH steps AS (
            SELECT subject, entry_id, coalesce(before -> $1, $3::jsonb) AS was,
                   coalesce(after -> $1, $3::jsonb) AS became,
                   lag(coalesce(after -> $1, $3::jsonb), 1, $3::jsonb) OVER log AS known,
                   lead(entry_id) OVER log IS NULL AS is_last
            FROM audit_entries WHERE starts_with(action, $2) AND (before ? $1 OR after ? $1)
            WINDOW log AS (PARTITION BY subject ORDER BY entry_id)
        ), current AS ({series.current})
        SELECT subject, known, was FROM steps WHERE known IS DISTINCT FROM was
        UNION ALL
        SELECT coalesce(l.subject, c.subject), coalesce(l.became, $3::jsonb), c.value
        FROM (SELECT * FROM steps WHERE is_last) l FULL JOIN current c USING (subject)
        WHERE coalesce(l.became, $3::jsonb) IS DISTINCT FROM coalesce(c.value, $3::jsonb)
            AND ($4 OR c.subject IS NOT NULL)
        LIMIT $5
        """,  # noqa: S608 - the queries of the constants above
        series.field,
        series.actions,
        series.first,
        series.is_lasting,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"{row['subject']} {series.field}",
            f"{series.service}: the log ends {row['subject']}'s {series.field} at {row['known']},"
            f" then it is {row['was']}",
        )
        for row in rows
    ]


async def _captures(sources: Sources) -> list[Contradiction]:
    rows = await sources.rows(
        "tickets",
        """
        WITH told AS (
            SELECT subject, count(*) AS entries,
                   min((after ->> 'captured_minor')::bigint) AS amount
            FROM audit_entries WHERE action = 'tickets.payment.captured' GROUP BY 1
        ), happened AS (
            SELECT 'order:' || order_id AS subject, captured_minor AS amount
            FROM payments WHERE captured_minor > 0
        )
        SELECT subject, coalesce(t.entries, 0) AS entries, t.amount AS told, h.amount AS happened
        FROM told t FULL JOIN happened h USING (subject)
        WHERE t.entries IS DISTINCT FROM 1 OR t.amount IS DISTINCT FROM h.amount LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            row["subject"],
            f"{row['subject']}: captured {row['happened']}, told {row['told']} in"
            f" {row['entries']} entries",
        )
        for row in rows
    ]


async def _refunds(sources: Sources) -> list[Contradiction]:
    rows = await sources.rows(
        "tickets",
        """
        WITH told AS (
            SELECT action, subject, (after ->> 'refund_id')::bigint AS refund_id,
                   min((after ->> 'amount_minor')::bigint) AS amount, count(*) AS entries
            FROM audit_entries
            WHERE action IN ('tickets.refund.requested', 'tickets.refund.completed',
                'tickets.refund.failed', 'tickets.refund.retried', 'tickets.refund.settled')
            GROUP BY 1, 2, 3
        ), happened AS (
            SELECT 'tickets.refund.' || step AS action, 'order:' || order_id AS subject,
                   refund_id, amount_minor AS amount
            FROM refunds CROSS JOIN (VALUES ('requested'), ('completed'), ('failed'), ('retried'),
                ('settled')) AS steps(step)
            WHERE CASE step WHEN 'requested' THEN true
                WHEN 'completed' THEN completed_at IS NOT NULL
                WHEN 'failed' THEN failed_at IS NOT NULL
                WHEN 'retried' THEN is_retried ELSE status = 'settled' END
        )
        SELECT refund_id, action, t.amount AS told, h.amount AS happened,
               coalesce(t.entries, 0) AS entries
        FROM told t FULL JOIN happened h USING (action, subject, refund_id)
        WHERE t.entries IS DISTINCT FROM 1 OR t.amount IS DISTINCT FROM h.amount LIMIT $1
        """,
        NAMED_MAX,
    )
    return [
        Contradiction(
            f"refund {row['refund_id']}",
            f"refund {row['refund_id']}, {row['action']}: {row['happened']} happened,"
            f" {row['told']} told in {row['entries']} entries",
        )
        for row in rows
    ]
