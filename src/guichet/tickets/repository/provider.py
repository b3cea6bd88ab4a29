"""Statements on what the provider did by itself: refunds, disputes, and their ledger entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.tickets.payments import SeenDispute, SeenRefund
from guichet.tickets.pricing import Parts
from guichet.tickets.repository.rows import parts_json
from guichet.tickets.repository.stock import Connection

_KNOWN = "SELECT status, updated_at FROM disputes WHERE dispute_id = $1"


@dataclass(frozen=True, slots=True)
class OwnRefund:
    """A refund of ours, as far as the provider's are compared with it.

    `is_asked_for`: the provider is being asked for it, and its answer not stored yet.
    """

    refund_id: int
    provider_refund_id: str | None
    status: str
    is_asked_for: bool = False


@dataclass(frozen=True, slots=True)
class StoredDispute:
    """A dispute as it is kept, amounts in minor units; `withdrawn` is out of the balance."""

    dispute_id: str
    order_id: int | None
    amount_minor: int
    fee_minor: int
    withdrawn_minor: int
    currency: str
    status: str
    reason: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownDispute:
    """How a dispute stood when it was last stored; `updated_at` tells one such moment apart."""

    status: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderTransfer:
    """A transfer in the ledger that the provider caused; `order_id` is None where it has none."""

    reference: str
    kind: str
    debit_account: str
    credit_account: str
    amount_minor: int
    currency: str
    order_id: int | None
    transaction_id: str
    occurred_at: datetime


async def enter_provider_transfers(
    connection: Connection, transfers: Sequence[ProviderTransfer]
) -> int:
    """Enter what the provider did; returns how many are new, the others stay as they are."""
    rows = await connection.fetch(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, provider_reference, occurred_at)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[],"
        " $6::text[], $7::bigint[], $8::text[], $9::timestamptz[])"
        " ON CONFLICT (reference) DO NOTHING RETURNING 1",
        [transfer.reference for transfer in transfers],
        [transfer.kind for transfer in transfers],
        [transfer.debit_account for transfer in transfers],
        [transfer.credit_account for transfer in transfers],
        [transfer.amount_minor for transfer in transfers],
        [transfer.currency for transfer in transfers],
        [transfer.order_id for transfer in transfers],
        [transfer.transaction_id for transfer in transfers],
        [transfer.occurred_at for transfer in transfers],
    )
    return len(rows)


async def flag_order(connection: Connection, order_id: int, reason: str) -> None:
    """Show an order to the people who look after it, and why."""
    await connection.execute(
        "UPDATE orders SET needs_attention = true, attention_reason = $2 WHERE order_id = $1",
        order_id,
        reason,
    )


async def unflag_order(connection: Connection, order_id: int, reason: str) -> None:
    """Take an order off that list, if this is why it is there."""
    await connection.execute(
        "UPDATE orders SET needs_attention = false, attention_reason = NULL"
        " WHERE order_id = $1 AND attention_reason = $2",
        order_id,
        reason,
    )


async def own_refunds(connection: Connection, order_id: int, at: datetime) -> list[OwnRefund]:
    """Return the refunds that we know of an order, oldest first."""
    rows = await connection.fetch(
        "SELECT refund_id, provider_refund_id, status,"
        " status = 'pending' AND coalesce(leased_until > $2, false) AS is_asked_for"
        " FROM refunds WHERE order_id = $1 ORDER BY refund_id",
        order_id,
        at,
    )
    return [OwnRefund(*row.values()) for row in rows]


async def wake_refund(connection: Connection, refund_id: int) -> None:
    """Let a refund that waits be asked about now."""
    await connection.execute(
        "UPDATE refunds SET run_at = now() WHERE refund_id = $1 AND status = 'pending'"
        " AND run_at > now()",
        refund_id,
    )


async def insert_outside_refund(
    connection: Connection, order_id: int, seen: SeenRefund, parts: Parts | None
) -> int:
    """Store a refund that the provider made without our asking, as completed; returns its id.

    The caller has the order locked.
    """
    refund_id: int = await connection.fetchval(
        "INSERT INTO refunds (order_id, amount_minor, reason, kind, status, provider_refund_id,"
        " run_at, completed_at, parts)"
        " VALUES ($1, $2, 'outside', 'external', 'completed', $3, $4, $4, $5)"
        " RETURNING refund_id",
        order_id,
        seen.amount_minor,
        seen.refund_id,
        seen.created_at,
        parts_json(parts),
    )
    await connection.execute(
        "UPDATE payments SET refunded_minor = refunded_minor + $2, refunded_at = $3,"
        " status = CASE WHEN refunded_minor + $2 = captured_minor THEN 'refunded' ELSE status END"
        " WHERE order_id = $1",
        order_id,
        seen.amount_minor,
        seen.created_at,
    )
    return refund_id


async def known_dispute(connection: Connection, dispute_id: str) -> KnownDispute | None:
    """Return how a dispute is stored, None for a new one."""
    row = await connection.fetchrow(_KNOWN, dispute_id)
    return None if row is None else KnownDispute(*row.values())


async def save_dispute(
    connection: Connection,
    seen: SeenDispute,
    order_id: int | None,
    closed_at: datetime | None,
    known: KnownDispute | None,
) -> bool:
    """Store a dispute as it stands; False, and nothing done, where it was stored after `known`."""
    row = await connection.fetchrow(f"{_KNOWN} FOR UPDATE", seen.dispute_id)
    if known != (None if row is None else KnownDispute(*row.values())):
        return False
    saved = await connection.fetchval(
        "INSERT INTO disputes (dispute_id, order_id, intent_id, amount_minor, fee_minor,"
        " withdrawn_minor, currency, status, reason, opened_at, closed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (dispute_id) DO UPDATE SET order_id = excluded.order_id,"
        " amount_minor = excluded.amount_minor, fee_minor = excluded.fee_minor,"
        " withdrawn_minor = excluded.withdrawn_minor, status = excluded.status,"
        " reason = excluded.reason, updated_at = now(),"
        " closed_at = coalesce(disputes.closed_at, excluded.closed_at)"
        " WHERE $12 RETURNING true",
        seen.dispute_id,
        order_id,
        seen.intent_id,
        seen.amount_minor,
        sum(moved.fee_minor for moved in seen.movements),
        -sum(moved.amount_minor for moved in seen.movements),
        seen.currency,
        seen.status,
        seen.reason,
        seen.opened_at,
        closed_at,
        known is not None,
    )
    return saved is not None


async def latest_disputes(connection: Connection, limit: int) -> list[StoredDispute]:
    """Return the disputes, the open ones first, then the latest."""
    rows = await connection.fetch(
        "SELECT dispute_id, order_id, amount_minor, fee_minor, withdrawn_minor, currency, status,"
        " reason, opened_at, closed_at FROM disputes"
        " ORDER BY closed_at IS NOT NULL, opened_at DESC LIMIT $1",
        limit,
    )
    return [StoredDispute(*row.values()) for row in rows]
