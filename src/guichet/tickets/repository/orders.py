"""Statements on orders, payments, tickets and idempotency keys: the hot ones, on asyncpg."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from guichet.kernel.together import Writes
from guichet.tickets.domain import Order, Ticket
from guichet.tickets.repository.rows import Row, lines_json, order_of, ticket_of
from guichet.tickets.repository.stock import Connection

ORDER_COLUMNS = """
    o.*, p.method AS payment_method, p.return_url AS payment_return_url,
    p.status AS payment_status, p.captured_minor AS payment_captured_minor,
    p.refunded_minor AS payment_refunded_minor, p.intent_id AS payment_intent_id,
    p.method_label AS payment_method_label, p.decline_code AS payment_decline_code,
    p.next_action AS payment_next_action, p.paid_at AS payment_paid_at,
    p.refunded_at AS payment_refunded_at
"""
_ORDERS = f"SELECT {ORDER_COLUMNS} FROM orders o LEFT JOIN payments p USING (order_id)"  # noqa: S608 - constant text
_SAVE_ORDERS = (
    "UPDATE orders o SET state = n.state, failure = n.failure, step = n.step,"
    " direction = n.direction, attempts = n.attempts, run_at = n.run_at,"
    " leased_until = n.leased_until, needs_attention = o.needs_attention OR n.needs_attention,"
    " saga_version = o.saga_version + 1,"
    " issued_at = CASE WHEN n.state = 'issued' THEN coalesce(o.issued_at, now())"
    " ELSE o.issued_at END,"
    " ended_at = CASE WHEN n.step IS NULL THEN now() END"
    " FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],"
    " $7::int[], $8::timestamptz[], $9::timestamptz[], $10::bool[]) AS n(order_id,"
    " saga_version, state, failure, step, direction, attempts, run_at, leased_until,"
    " needs_attention) WHERE o.order_id = n.order_id AND o.saga_version = n.saga_version"
)

_THAT_OWE = """
    WHERE o.state = 'refunded' AND o.step IS NULL AND o.ended_at > now() - interval '7 days'
      AND p.captured_minor > (SELECT coalesce(sum(r.amount_minor), 0) FROM refunds r
                              WHERE r.order_id = o.order_id AND NOT r.is_retried) LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What an idempotency key was used for before."""

    buyer: str
    fingerprint: str
    order_id: int | None
    hold_id: int | None
    refusal: dict[str, Any] | None


async def read_keys(connection: Connection, keys: Sequence[str]) -> dict[str, KeyUse]:
    """Return what these keys were used for, leaving out those that never were."""
    rows = await connection.fetch("SELECT * FROM purchase_keys WHERE key = ANY($1::text[])", keys)
    return {row["key"]: _key_use_of(row) for row in rows}


async def read_key(connection: Connection, key: str) -> KeyUse | None:
    """Return what a key was used for, None where it never was."""
    row = await connection.fetchrow("SELECT * FROM purchase_keys WHERE key = $1", key)
    return None if row is None else _key_use_of(row)


def _key_use_of(row: Row) -> KeyUse:
    refusal = row["refusal"]
    return KeyUse(
        row["buyer"],
        row["fingerprint"],
        row["order_id"],
        row["hold_id"],
        msgspec.json.decode(refusal) if refusal else None,
    )


async def insert_keys(writes: Writes, uses: Mapping[str, KeyUse]) -> None:
    """Store what each key led to: an order, a hold, or a refusal.

    Waits for another replica that is just using one of them, and fails where it has.
    """
    if not uses:
        return
    rows = sorted(uses.items(), key=lambda item: item[0])
    await writes.execute(
        "INSERT INTO purchase_keys (key, buyer, fingerprint, order_id, hold_id, refusal)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],"
        " $6::jsonb[])",
        [key for key, _ in rows],
        [use.buyer for _, use in rows],
        [use.fingerprint for _, use in rows],
        [use.order_id for _, use in rows],
        [use.hold_id for _, use in rows],
        [
            None if use.refusal is None else msgspec.json.encode(use.refusal, enc_hook=str).decode()
            for _, use in rows
        ],
    )


async def take_ids(
    connection: Connection, *, orders: int = 0, tickets: int = 0
) -> tuple[list[int], list[int]]:
    """Return that many fresh ids of orders and of tickets, each in their order."""
    if not orders and not tickets:
        return [], []
    row = await connection.fetchrow(
        "SELECT ARRAY(SELECT nextval('orders_order_id_seq') FROM generate_series(1, $1)) AS orders,"
        " ARRAY(SELECT nextval('tickets_ticket_id_seq') FROM generate_series(1, $2)) AS tickets",
        orders,
        tickets,
    )
    if row is None:
        raise LookupError("a query without a condition gave no row")
    return sorted(row["orders"]), sorted(row["tickets"])


async def insert_orders(writes: Writes, orders: Sequence[Order], leased_until: datetime) -> None:
    """Store new orders with their payments; this process has the lease on their sagas."""
    if not orders:
        return
    await writes.execute(
        "INSERT INTO orders (order_id, event_id, buyer, account_id, buyer_name, buyer_email,"
        " language, lines, total_minor, currency, hold_id, state, step, created_at, promo_id,"
        " promo_code, issued_at, run_at, leased_until)"
        " SELECT n.*, CASE WHEN n.state = 'issued' THEN n.created_at END, n.created_at, $17"
        " FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[],"
        " $6::text[], $7::text[], $8::jsonb[], $9::bigint[], $10::text[], $11::bigint[],"
        " $12::text[], $13::text[], $14::timestamptz[], $15::bigint[], $16::text[])"
        " AS n(order_id, event_id, buyer, account_id, buyer_name, buyer_email, language, lines,"
        " total_minor, currency, hold_id, state, step, created_at, promo_id, promo_code)",
        [order.order_id for order in orders],
        [order.event_id for order in orders],
        [order.buyer.key for order in orders],
        [order.buyer.account_id for order in orders],
        [order.buyer.name for order in orders],
        [order.buyer.email for order in orders],
        [order.buyer.language for order in orders],
        [lines_json(order.lines) for order in orders],
        [order.total_minor for order in orders],
        [order.currency for order in orders],
        [order.hold_id for order in orders],
        [order.state.value for order in orders],
        [order.step for order in orders],
        [order.created_at for order in orders],
        [order.promo_id for order in orders],
        [order.promo_code for order in orders],
        leased_until,
    )
    paid = [(order, order.payment) for order in orders if order.payment is not None]
    if not paid:
        return
    await writes.execute(
        "INSERT INTO payments (order_id, amount_minor, currency, method, return_url, created_at)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[],"
        " $6::timestamptz[])",
        [order.order_id for order, _ in paid],
        [order.total_minor for order, _ in paid],
        [order.currency for order, _ in paid],
        [payment.method for _, payment in paid],
        [payment.return_url for _, payment in paid],
        [order.created_at for order, _ in paid],
    )


async def lock_orders(connection: Connection, order_ids: Iterable[int]) -> dict[int, Order]:
    """Lock these orders and return them as they are now."""
    wanted = sorted(set(order_ids))
    await connection.execute(
        "SELECT 1 FROM orders WHERE order_id = ANY($1::bigint[]) ORDER BY order_id FOR UPDATE",
        wanted,
    )
    return await read_orders(connection, wanted)


async def read_order(connection: Connection, order_id: int) -> Order | None:
    """Return an order with its payment, None where there is none."""
    row = await connection.fetchrow(f"{_ORDERS} WHERE o.order_id = $1", order_id)
    return None if row is None else order_of(row)


async def read_orders(connection: Connection, order_ids: Iterable[int]) -> dict[int, Order]:
    """Return those of these orders that there are, with their payments."""
    rows = await connection.fetch(
        f"{_ORDERS} WHERE o.order_id = ANY($1::bigint[])", sorted(set(order_ids))
    )
    return {row["order_id"]: order_of(row) for row in rows}


async def order_id_of_intent(connection: Connection, intent_id: str) -> int | None:
    """Return the order that a provider's payment belongs to."""
    found: int | None = await connection.fetchval(
        "SELECT order_id FROM payments WHERE intent_id = $1", intent_id
    )
    return found


@dataclass(frozen=True, slots=True)
class OrderSave:
    """What to store of an order whose saga got on; `run_at` and lease say when to look again.

    `request_id` is that of the request within which it got on, empty where none did.
    """

    order: Order
    run_at: datetime
    leased_until: datetime | None
    request_id: str = ""


async def save_orders(connection: Connection, saves: Sequence[OrderSave]) -> set[int]:
    """Store sagas' progress; returns the ids stored, leaving out those that others took further.

    `order.saga_version` is the version that was read; the stored one is higher by one.
    """
    rows = await connection.fetch(f"{_SAVE_ORDERS} RETURNING o.order_id", *_saved(saves))
    stored = {row["order_id"] for row in rows}
    await _save_payments(connection, [s.order for s in saves if s.order.order_id in stored])
    return stored


async def save_locked_orders(writes: Writes, saves: Sequence[OrderSave]) -> None:
    """Store the progress of sagas whose orders are locked, at the version that was read."""
    if saves:
        await writes.execute(_SAVE_ORDERS, *_saved(saves))
        await _save_payments(writes, [save.order for save in saves])


def _saved(saves: Sequence[OrderSave]) -> list[list[Any]]:
    return [
        [save.order.order_id for save in saves],
        [save.order.saga_version for save in saves],
        [save.order.state.value for save in saves],
        [save.order.failure for save in saves],
        [save.order.step for save in saves],
        [save.order.direction for save in saves],
        [save.order.attempts for save in saves],
        [save.run_at for save in saves],
        [save.leased_until for save in saves],
        [save.order.needs_attention for save in saves],
    ]


async def _save_payments(writes: Writes, orders: Sequence[Order]) -> None:
    paid = [(order, order.payment) for order in orders if order.payment is not None]
    if not paid:
        return
    # The refund of an undone order may be carried out before its saga has stored what it knew.
    await writes.execute(
        "UPDATE payments p SET status = CASE WHEN p.status = 'refunded' AND n.status = 'completed'"
        " THEN p.status ELSE n.status END, captured_minor = n.captured,"
        " intent_id = n.intent_id, method_label = n.method_label,"
        " decline_code = n.decline_code, next_action = n.next_action, paid_at = n.paid_at"
        " FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[],"
        " $6::text[], $7::jsonb[], $8::timestamptz[]) AS n(order_id, status, captured, intent_id,"
        " method_label, decline_code, next_action, paid_at) WHERE p.order_id = n.order_id",
        [order.order_id for order, _ in paid],
        [payment.status for _, payment in paid],
        [payment.captured_minor for _, payment in paid],
        [payment.intent_id for _, payment in paid],
        [payment.method_label for _, payment in paid],
        [payment.decline_code for _, payment in paid],
        [
            None
            if payment.next_action is None
            else msgspec.json.encode(payment.next_action).decode()
            for _, payment in paid
        ],
        [payment.paid_at for _, payment in paid],
    )


async def claim_due_orders(
    connection: Connection, now: datetime, leased_until: datetime, limit: int
) -> list[Order]:
    """Take a lease on orders whose saga waits for a runner, and return them."""
    rows = await connection.fetch(
        "UPDATE orders SET leased_until = $2 WHERE order_id IN (SELECT order_id FROM orders"
        " WHERE step IS NOT NULL AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)"
        " ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING order_id",
        now,
        leased_until,
        limit,
    )
    ids = [row["order_id"] for row in rows]
    if not ids:
        return []
    found = await connection.fetch(f"{_ORDERS} WHERE o.order_id = ANY($1::bigint[])", ids)
    return [order_of(row) for row in found]


async def wake_order(connection: Connection, order_id: int) -> None:
    """Let a waiting saga run now; one that is being run keeps its lease."""
    await connection.execute(
        "UPDATE orders SET run_at = now() WHERE order_id = $1 AND step IS NOT NULL", order_id
    )


async def insert_tickets(writes: Writes, tickets: Sequence[Ticket]) -> None:
    """Store new tickets."""
    if not tickets:
        return
    await writes.execute(
        "INSERT INTO tickets (ticket_id, secret, order_id, event_id, ticket_type_id, account_id,"
        " price_minor, created_at, fee_on_top_minor)"
        " SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],"
        " $6::bigint[], $7::bigint[], $8::timestamptz[], $9::bigint[])",
        [ticket.ticket_id for ticket in tickets],
        [ticket.secret for ticket in tickets],
        [ticket.order_id for ticket in tickets],
        [ticket.event_id for ticket in tickets],
        [ticket.ticket_type_id for ticket in tickets],
        [ticket.account_id for ticket in tickets],
        [ticket.price_minor for ticket in tickets],
        [ticket.created_at for ticket in tickets],
        [ticket.fee_on_top_minor for ticket in tickets],
    )


async def places_of_orders(
    connection: Connection, order_ids: Sequence[int]
) -> dict[tuple[int, int], int]:
    """Return how many places these orders have, by event and ticket type: live tickets, and what
    is being paid. The caller has them locked.
    """
    rows = await connection.fetch(
        "SELECT event_id, ticket_type_id, sum(quantity)::int AS quantity FROM ("
        "SELECT event_id, ticket_type_id, 1 AS quantity FROM tickets"
        " WHERE order_id = ANY($1::bigint[]) AND status <> 'cancelled'"
        " UNION ALL SELECT o.event_id, l.ticket_type_id, l.quantity FROM orders o,"
        " jsonb_to_recordset(o.lines) AS l(ticket_type_id bigint, quantity int)"
        " WHERE o.order_id = ANY($1::bigint[]) AND o.state = 'paying'"
        ") AS places GROUP BY 1, 2",
        order_ids,
    )
    return {(row["event_id"], row["ticket_type_id"]): row["quantity"] for row in rows}


async def read_order_tickets(connection: Connection, order_id: int) -> list[Ticket]:
    """Return an order's tickets, oldest first."""
    rows = await connection.fetch(
        "SELECT * FROM tickets WHERE order_id = $1 ORDER BY ticket_id", order_id
    )
    return [ticket_of(row) for row in rows]


async def refunded_orders_that_owe(connection: Connection) -> list[Order]:
    """Return orders that ended `refunded` while part of their capture was never asked back."""
    rows = await connection.fetch(_ORDERS + _THAT_OWE)
    return [order_of(row) for row in rows]
