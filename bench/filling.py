# ruff: noqa: S608 - every statement is put together from constants of this file
"""A system with a million orders in its tables, written by SQL as its services would have.

Half of the orders are for one hot event, the others for some hundred events of other organisers.
A quarter is paid for; one in ten has failed, gone back or been cancelled. Each buyer has two
orders. Every table that grows with them grows along: tickets, payments, the ledger, keys, the
audit log, histories, mails, inboxes, accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

from bench import database
from bench.system import Stand

FIRST_ID = 900_000_001
"""Numbers from here on are those of filled rows: accounts, events, organisers."""
EVENTS, ORGANISERS = 300, 30
BUYER_ID = FIRST_ID + 1_000

_SYLLABLES = (
    "'{ba,be,bo,ca,che,da,de,du,el,fa,fi,ga,gre,ha,jo,ka,la,le,lou,ma,me,mi,mo,na,ni,no,ou,"
    "pa,pe,ra,re,ri,ro,sa,se,ta,te,ti,va,vi}'::text[]"
)
_PERSON = f"""
    initcap(s.p[1 + a % 40] || s.p[1 + a / 40 % 40]) || ' ' ||
    initcap(s.p[1 + a / 7 % 40] || s.p[1 + a / 280 % 40] || s.p[1 + a / 11200 % 40]) AS name,
    s.p[1 + a % 40] || s.p[1 + a / 40 % 40] || '.' || a || '@example.'
    || (ARRAY['com', 'org', 'net'])[1 + a % 3] AS email
    FROM (SELECT {_SYLLABLES} AS p) AS s
"""
# One line an order: whose it is, for which event, what became of it.
_PLAN = f"""
CREATE TABLE IF NOT EXISTS pg_temp.planned AS
SELECT $base + n AS order_id, n, {FIRST_ID} + a AS account_id, w.name, w.email,
       CASE WHEN n % 2 = 0 THEN $hot ELSE {FIRST_ID} + n / 2 % {EVENTS} END AS event_id,
       CASE WHEN n % 2 = 0 THEN $hot_type ELSE {FIRST_ID} + n / 2 % {EVENTS} END AS type_id,
       CASE WHEN n / 2 % 4 = 0 THEN 5000 ELSE 0 END AS total_minor,
       CASE WHEN n / 3 % 100 < 90 THEN 'issued' WHEN n / 3 % 100 < 94 THEN 'failed'
            WHEN n / 3 % 100 < 97 THEN 'refunded' ELSE 'cancelled' END AS state,
       now() - ($orders - n) * interval '4 seconds' AS at
FROM generate_series(1, $orders) AS n
CROSS JOIN LATERAL (SELECT n / 2 AS a) AS x
CROSS JOIN LATERAL (SELECT {_PERSON}) AS w
"""
_TICKETS = (
    f"""
    INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, time_zone,
                        location, currency, per_order_max)
    SELECT {FIRST_ID} + n, 1, 'Concert ' || n, 'published', {FIRST_ID} + n % {ORGANISERS},
           now() + n * interval '1 day', 'Europe/Paris', 'Paris', 'EUR', 10
    FROM generate_series(0, {EVENTS - 1}) AS n
    """,
    f"""
    INSERT INTO stock (ticket_type_id, event_id, name, price_minor, capacity)
    SELECT {FIRST_ID} + n, {FIRST_ID} + n, 'Place', 2500, 2 * $orders
    FROM generate_series(0, {EVENTS - 1}) AS n
    """,
    """
    INSERT INTO orders (order_id, event_id, buyer, account_id, buyer_name, buyer_email, language,
                        lines, total_minor, currency, state, needs_attention, attention_reason,
                        created_at, issued_at, ended_at, is_documented)
    SELECT order_id, event_id, 'account:' || account_id, account_id, name, email, 'fr',
           jsonb_build_array(jsonb_build_object('ticket_type_id', type_id, 'quantity', 2,
                                                'price_minor', total_minor / 2)),
           total_minor, 'EUR', state, n % 10007 = 0,
           CASE WHEN n % 10007 = 0 THEN 'refund_refused' END, at,
           CASE WHEN state <> 'failed' THEN at END,
           CASE WHEN state <> 'issued' THEN at END, true
    FROM planned ORDER BY order_id
    """,
    """
    INSERT INTO tickets (ticket_id, secret, order_id, event_id, ticket_type_id, account_id,
                         price_minor, status, created_at, used_at, used_by, cancelled_at)
    SELECT $ticket_base + 2 * n + place, md5(order_id::text || place), order_id, event_id, type_id,
           account_id, total_minor / 2,
           CASE WHEN state <> 'issued' THEN 'cancelled' WHEN n % 20 = 0 THEN 'used'
                ELSE 'confirmed' END,
           at, CASE WHEN state = 'issued' AND n % 20 = 0 THEN at END,
           CASE WHEN state = 'issued' AND n % 20 = 0 THEN 1 END,
           CASE WHEN state <> 'issued' THEN at END
    FROM planned, generate_series(0, 1) AS place WHERE state <> 'failed' ORDER BY 1
    """,
    """
    INSERT INTO admissions (ticket_id, event_id, admitted_by, admitted_at)
    SELECT ticket_id, event_id, 1, used_at FROM tickets
    WHERE status = 'used' AND ticket_id >= $ticket_base
    """,
    """
    INSERT INTO payments (order_id, amount_minor, captured_minor, refunded_minor, currency, status,
                          method, method_label, return_url, intent_id, created_at, paid_at)
    SELECT order_id, total_minor, CASE WHEN state = 'failed' THEN 0 ELSE total_minor END,
           CASE WHEN state IN ('refunded', 'cancelled') THEN total_minor ELSE 0 END, 'EUR',
           CASE state WHEN 'issued' THEN 'completed' WHEN 'failed' THEN 'failed'
                ELSE 'refunded' END,
           'card', 'Visa •••• 4242', '/', 'pi_filled_' || order_id, at, at
    FROM planned WHERE total_minor > 0 ORDER BY order_id
    """,
    """
    INSERT INTO refunds (order_id, amount_minor, reason, status, run_at, completed_at,
                         is_documented, created_at)
    SELECT order_id, total_minor, 'requested', 'completed', at, at, true, at FROM planned
    WHERE total_minor > 0 AND state IN ('refunded', 'cancelled')
    """,
    """
    INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account, amount_minor,
                                  currency, order_id, occurred_at)
    SELECT 'filled:' || l.kind || ':' || p.order_id, l.kind, l.debit, l.credit, l.amount, 'EUR',
           p.order_id, p.at
    FROM planned p JOIN offers o USING (event_id), LATERAL (VALUES
        ('capture', 'provider', 'organiser:' || o.creator_id, p.total_minor),
        ('fee', 'organiser:' || o.creator_id, 'fees', p.total_minor / 20),
        ('fee_vat', 'organiser:' || o.creator_id, 'vat:platform:2000', p.total_minor / 100)
    ) AS l (kind, debit, credit, amount)
    WHERE p.total_minor > 0 AND p.state <> 'failed' ORDER BY p.order_id
    """,
    """
    INSERT INTO purchase_keys (key, buyer, fingerprint, order_id, created_at)
    SELECT md5('key' || order_id), 'account:' || account_id, md5(order_id::text), order_id, at
    FROM planned
    """,
    """
    INSERT INTO allotments (buyer, ticket_type_id, event_id, quantity)
    SELECT 'account:' || account_id, type_id, event_id, 2 FROM planned ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO webhook_events (provider_event_id, kind, intent_id, received_at, handled_at)
    SELECT 'evt_filled_' || order_id || '_' || k, 'payment_intent.succeeded',
           'pi_filled_' || order_id, at, at
    FROM planned, generate_series(1, 2) AS k WHERE total_minor > 0
    """,
    """
    INSERT INTO audit_entries (occurred_at, actor_id, actor_role, action, subject, after,
                               request_id, reason, position, hash)
    SELECT at, account_id, 'user', 'order.cancelled', 'order:' || order_id, '{}', md5(n::text),
           '', -n, 'filled'
    FROM planned WHERE n % 3 = 0 ORDER BY n
    """,
    """
    UPDATE stock SET sold = n FROM (SELECT ticket_type_id, count(*) AS n FROM tickets
        WHERE status <> 'cancelled' GROUP BY 1) AS counted
    WHERE counted.ticket_type_id = stock.ticket_type_id
    """,
)
_USERS = (
    f"""
    INSERT INTO profiles (id, name, email, registered_at)
    SELECT {FIRST_ID} + a, w.name, w.email, now()
    FROM generate_series(0, $orders / 2) AS a CROSS JOIN LATERAL (SELECT {_PERSON}) AS w
    """,
    f"""
    INSERT INTO purchased_events (event_id, version, known_at, title, starts_at, time_zone,
                                  location)
    SELECT {FIRST_ID} + n, 1, now(), 'Concert ' || n, now() + n * interval '1 day', 'Europe/Paris',
           'Paris'
    FROM generate_series(0, {EVENTS - 1}) AS n
    """,
    """
    INSERT INTO purchased_events (event_id, version, known_at, title, starts_at, time_zone,
                                  location)
    VALUES ($hot, 0, now(), 'Concert', now(), 'Europe/Paris', 'Paris') ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO purchases (order_code, order_id, account_id, event_id, total_minor, currency,
                           confirmed_at)
    SELECT 'F' || order_id, order_id, account_id, event_id, total_minor, 'EUR', at FROM planned
    """,
    """
    INSERT INTO purchased_tickets (ticket_id, order_code, ticket_number, ticket_type, price_minor)
    SELECT $ticket_base + 2 * n + place, 'F' || order_id, 'TKT-' || n || place, 'Place',
           total_minor / 2
    FROM planned, generate_series(0, 1) AS place
    """,
)
_NOTIFICATIONS = (
    """
    INSERT INTO people (account_id, email, name, language, told_at)
    SELECT DISTINCT ON (account_id) account_id, email, name, 'fr', at FROM planned
    """,
    """
    INSERT INTO deliveries (dedup_key, message_id, channel, template, language, account_id,
                            address, name, context, status, next_attempt_at, created_at, ended_at)
    SELECT 'filled:' || n, '<filled.' || n || '@example.com>', 'email',
           CASE WHEN n % 5 = 0 THEN 'welcome' ELSE 'order_confirmed' END, 'fr', account_id, email,
           name, '{}', CASE WHEN n % 997 = 0 THEN 'failed' ELSE 'sent' END, at, at, at
    FROM planned ORDER BY n
    """,
    """
    INSERT INTO delivery_attempts (delivery_id, outcome, at)
    SELECT id, CASE status WHEN 'failed' THEN 'refused' ELSE 'sent' END, ended_at
    FROM deliveries WHERE message_id LIKE '<filled.%' ORDER BY id
    """,
    """
    INSERT INTO notices (dedup_key, account_id, kind, details, created_at)
    SELECT 'filled:' || n, account_id, 'welcome', '{"path": "/my/tickets"}', at FROM planned
    ORDER BY n
    """,
    """
    INSERT INTO attendances (order_code, event_id, account_id, email, name, language, currency)
    SELECT 'F' || order_id, event_id, account_id, email, name, 'fr', 'EUR' FROM planned
    """,
)
_AUTH = (
    f"""
    INSERT INTO accounts (id, email, name, email_verified_at)
    SELECT {FIRST_ID} + a, w.email, w.name, now()
    FROM generate_series(0, $orders / 2) AS a CROSS JOIN LATERAL (SELECT {_PERSON}) AS w
    """,
)
_STATEMENTS = {
    "tickets": (_PLAN, *_TICKETS),
    "users": (_PLAN, *_USERS),
    "notifications": (_PLAN, *_NOTIFICATIONS),
    "auth": _AUTH,
}


_BUYER = "SELECT buyer_email FROM orders WHERE account_id = $1 LIMIT 1"


@dataclass(frozen=True, slots=True)
class Filled:
    """What lists are asked for: the hot event, an organiser of others, one of these, a buyer."""

    hot_event_id: int
    buyer_email: str
    organiser_id: int = FIRST_ID
    small_event_id: int = FIRST_ID
    buyer_id: int = BUYER_ID


def fill(stand: Stand, orders: int, event: Mapping[str, Any]) -> Filled:
    """Fill all databases with so many orders, half of them for this event; returns what is there.

    The event has to have room for as many tickets.
    """
    numbers = {
        "orders": orders,
        "hot": event["id"],
        "hot_type": event["ticket_types"][0]["id"],
        "base": _reserve(stand, "orders", "order_id", orders),
        "ticket_base": _reserve(stand, "tickets", "ticket_id", 2 * orders + 2),
    }
    literals = {name: f"({number}::bigint)" for name, number in numbers.items()}
    for service, statements in _STATEMENTS.items():
        database.run_as_owner(
            stand,
            service,
            [*(Template(sql).substitute(literals) for sql in statements), "VACUUM ANALYZE"],
        )
    buyer = database.fetch(stand, "tickets", _BUYER, BUYER_ID)
    return Filled(hot_event_id=event["id"], buyer_email=buyer[0]["buyer_email"])


def _reserve(stand: Stand, table: str, column: str, count: int) -> int:
    """Take so many numbers of a table's sequence at once; returns the one before the first."""
    drawn = "nextval(pg_get_serial_sequence($1, $2))"
    first = database.fetch_as_owner(stand, "tickets", f"SELECT {drawn} AS n", table, column)
    database.fetch_as_owner(
        stand,
        "tickets",
        "SELECT setval(pg_get_serial_sequence($1, $2), $3)",
        table,
        column,
        first[0]["n"] + count,
    )
    return int(first[0]["n"])
