"""Statements on the idempotency keys of refunds, on asyncpg."""

from collections.abc import Sequence
from dataclasses import dataclass

from guichet.tickets.problems import KeyReused
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class RefundKey:
    """The digest of an `Idempotency-Key`, who sent it, and a digest of what was asked."""

    key: str
    caller: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a request led to: the refund, None where nothing was paid back, and the tickets."""

    refund_id: int | None
    ticket_ids: Sequence[int]


async def claim_key(connection: Connection, key: RefundKey, order_id: int) -> Done | None:
    """Claim a key in the transaction that will use it; return what it led to before, if it did.

    Waits for a request that is just using it: if that one is refused, the key is free again.
    Raises `KeyReused` where it was used for another request or by somebody else.
    """
    is_new = await connection.fetchval(
        "INSERT INTO refund_keys (key, caller, fingerprint, order_id, ticket_ids)"
        " VALUES ($1, $2, $3, $4, '{}') ON CONFLICT (key) DO NOTHING RETURNING true",
        key.key,
        key.caller,
        key.fingerprint,
        order_id,
    )
    if is_new:
        return None
    row = await connection.fetchrow("SELECT * FROM refund_keys WHERE key = $1", key.key)
    if row is None or (row["caller"], row["fingerprint"]) != (key.caller, key.fingerprint):
        raise KeyReused
    return Done(row["refund_id"], row["ticket_ids"])


async def settle_key(connection: Connection, key: RefundKey, done: Done) -> None:
    """Note what the request under a key led to."""
    await connection.execute(
        "UPDATE refund_keys SET refund_id = $2, ticket_ids = $3 WHERE key = $1",
        key.key,
        done.refund_id,
        list(done.ticket_ids),
    )
