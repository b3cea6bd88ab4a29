"""Checks on what the provider did of itself: its fees and its disputes, as the ledger has them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Booked, Sources

READ_BY_THEN = timedelta(hours=1)
"""A payment that is this much older than the last comparison has been read by it."""


async def provider_entries_agree(sources: Sources) -> list[Contradiction]:
    """Compare provider fees and disputes in the ledger with the provider's books.

    They are entered when reconciliation, or a webhook, has met them; until then they are missing,
    but never wrong.
    """
    rows = await sources.rows(
        "tickets",
        "SELECT order_id, kind, sum(amount_minor)::bigint AS amount FROM ledger_transfers"
        " WHERE kind IN ('provider_fee', 'dispute', 'dispute_won', 'dispute_fee')"
        " AND order_id IS NOT NULL GROUP BY 1, 2",
    )
    entered = {(f"order-{row['order_id']}", row["kind"]): int(row["amount"]) for row in rows}
    [cursor] = await sources.rows(
        "tickets",
        "SELECT max(reached_at) AS at FROM reconciliation_cursors WHERE name = 'movements'",
    )
    wrong: list[Contradiction] = []
    for booked in _by_order(await sources.books()):
        wrong += _differences(booked, entered, is_read=_is_read(booked, cursor["at"]))
        for kind in ("provider_fee", "dispute", "dispute_won", "dispute_fee"):
            entered.pop((booked.order_key, kind), None)
    wrong += [
        Contradiction(
            f"{key} {kind}", f"{key}: the ledger has {kind} {amount}, the provider nothing"
        )
        for (key, kind), amount in entered.items()
    ]
    return wrong[:NAMED_MAX]


def _by_order(books: list[Booked]) -> list[Booked]:
    """Add up the payments of each order: a declined one may be followed by another."""
    found: dict[str, Booked] = {}
    for booked in books:
        before = found.get(booked.order_key)
        found[booked.order_key] = (
            booked
            if before is None
            else replace(
                booked,
                fee=before.fee + booked.fee,
                disputed=before.disputed + booked.disputed,
                dispute_fees=before.dispute_fees + booked.dispute_fees,
                created=max(before.created, booked.created),
            )
        )
    return list(found.values())


def _differences(
    booked: Booked, entered: dict[tuple[str, str], int], *, is_read: bool
) -> list[Contradiction]:
    key = booked.order_key
    withdrawn = entered.get((key, "dispute"), 0) - entered.get((key, "dispute_won"), 0)
    pairs = {
        "provider_fee": (entered.get((key, "provider_fee"), 0), booked.fee),
        "dispute": (withdrawn, booked.disputed),
        "dispute_fee": (entered.get((key, "dispute_fee"), 0), booked.dispute_fees),
    }
    return [
        Contradiction(
            f"{key} {kind}", f"{key}: the ledger has {kind} {ours}, the provider {theirs}"
        )
        for kind, (ours, theirs) in pairs.items()
        if ours != theirs and (ours or is_read)
    ]


def _is_read(booked: Booked, reached_at: datetime | None) -> bool:
    created = datetime.fromtimestamp(booked.created, UTC)
    return reached_at is not None and created < reached_at - READ_BY_THEN
