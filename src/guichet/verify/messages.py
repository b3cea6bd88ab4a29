"""Checks on mails, messages and queues."""

from collections import Counter

from nats.errors import Error as NatsError

from guichet.tickets.codes import order_code
from guichet.verify.contradictions import NAMED_MAX, UNKNOWN, Contradiction
from guichet.verify.sources import SERVICES, Sources

CONFIRMATION = "order_confirmed"

# What waits: its kind, its id, and what has not been done with it.
_MESSAGES = """
    SELECT 'message' AS what, id, 'is not sent' AS lacks FROM outbox WHERE sent_at IS NULL
    UNION ALL
    SELECT 'dead letter', id, 'was given up' FROM dead_letters WHERE retried_at IS NULL
    LIMIT $1
"""
_WORK = """
    SELECT 'order' AS what, o.order_id::text AS id, 'has not ended' AS lacks
    FROM orders o LEFT JOIN payments p USING (order_id)
    WHERE o.step IS NOT NULL AND p.next_action IS NULL
    UNION ALL
    SELECT 'refund', refund_id::text, 'has not ended' FROM refunds WHERE status = 'pending'
    UNION ALL
    SELECT 'order', order_id::text, 'waits for a person' FROM orders WHERE needs_attention
    UNION ALL
    SELECT 'webhook', provider_event_id, 'is not handled' FROM webhook_events
    WHERE state = 'waiting'
    UNION ALL
    SELECT 'refund of an event', run_id::text, 'has not ended' FROM event_refund_runs
    WHERE finished_at IS NULL
    UNION ALL
    SELECT 'letter', message_id::text, 'has not left' FROM holder_messages
    WHERE finished_at IS NULL
    LIMIT $1
"""
_DELIVERIES = """
    SELECT 'delivery' AS what, id,
           CASE status WHEN 'failed' THEN 'was given up' ELSE 'is not sent' END AS lacks
    FROM deliveries WHERE status IN ('waiting', 'failed') LIMIT $1
"""
_FINAL = {"was given up", "waits for a person"}
"""What no work under way will end."""


async def one_confirmation_per_order(sources: Sources) -> list[Contradiction]:
    """Compare the orders that have tickets with the confirmations that were prepared and sent."""
    orders = await sources.rows("tickets", "SELECT DISTINCT order_id FROM tickets")
    wanted = {order_code(row["order_id"]) for row in orders}
    rows = await sources.rows(
        "notifications",
        "SELECT split_part(dedup_key, ':', 2) AS code, status FROM deliveries"
        # Tickets that were asked for again have the wish's number there.
        " WHERE template = $1 AND channel = 'email' AND split_part(dedup_key, ':', 3) = 'email'",
        CONFIRMATION,
    )
    sent = Counter[str](row["code"] for row in rows)
    wrong = [
        Contradiction(code, f"order {code} has no confirmation")
        for code in sorted(wanted - sent.keys())
    ]
    wrong += [
        Contradiction(code, f"order {code} has {n} confirmations")
        for code, n in sent.items()
        if n > 1
    ]
    wrong += [
        Contradiction(code, f"a confirmation names {code}, which has no tickets")
        for code in sent.keys() - wanted
    ]
    wrong += [
        Contradiction(row["code"], f"the confirmation of order {row['code']} is {row['status']}")
        for row in rows
        # Whoever had all their data deleted before it left gets none.
        if row["status"] not in {"sent", "erased"}
    ]
    return wrong[:NAMED_MAX]


async def one_copy_of_each_mail(sources: Sources) -> list[Contradiction]:
    """Count the copies of each mail in the local mailbox, and look for sent ones that are not.

    An attempt that ended without a clear answer, its process killed, its connection lost or its
    time over, may have handed its copy over; any more than those are too many.
    """
    copies = Counter(await sources.mail_ids())
    rows = await sources.rows(
        "notifications",
        "SELECT d.message_id, CASE WHEN d.ended_at < $2::timestamptz THEN 0 ELSE 1 END AS wanted,"
        " (SELECT count(*) FROM delivery_attempts a"
        " WHERE a.delivery_id = d.id AND (a.outcome IN ('lost', 'unreachable')"
        " OR a.detail LIKE '%no clear answer%' OR a.detail LIKE 'TimeoutError%')) AS unclear"
        " FROM deliveries d WHERE d.channel = 'email' AND d.status = 'sent' AND d.template = $1",
        CONFIRMATION,
        sources.mailbox_since,
    )
    wrong = [
        Contradiction(
            row["message_id"],
            f"{row['message_id']} is in the mailbox {copies[row['message_id']]} times",
        )
        for row in rows
        if not row["wanted"] <= copies[row["message_id"]] <= row["wanted"] + row["unclear"]
    ]
    return wrong[:NAMED_MAX]


async def streams_are_handled(sources: Sources) -> list[Contradiction]:
    """Look for messages that a service has yet to handle.

    A NATS that does not say so contradicts too: what it keeps is unknown then.
    """
    try:
        found = await sources.unhandled()
    except (NatsError, OSError, TimeoutError) as error:
        return [Contradiction(UNKNOWN, f"NATS does not say what waits: {type(error).__name__}")]
    return [
        Contradiction(
            f"{one.service} {one.stream}",
            f"{one.service} has not handled {one.messages} of {one.stream}",
            reached=one.handled_to,
        )
        for one in found
    ]


async def queues_are_empty(sources: Sources) -> list[Contradiction]:
    """Look for messages not sent or given up, and for work of any kind that was not ended.

    Each is named by itself: a queue that moves on is never empty, one that is stuck keeps what
    is stuck in it.
    """
    wrong: list[Contradiction] = []
    for service in SERVICES:
        wrong += await _waiting(sources, service, _MESSAGES)
    wrong += await _waiting(sources, "tickets", _WORK)
    return wrong + await _waiting(sources, "notifications", _DELIVERIES)


async def _waiting(sources: Sources, service: str, statement: str) -> list[Contradiction]:
    rows = await sources.rows(service, statement, NAMED_MAX)
    return [
        Contradiction(
            f"{service} {row['what']} {row['id']}",
            f"{service}: {row['what']} {row['id']} {row['lacks']}",
            is_final=row["lacks"] in _FINAL,
        )
        for row in rows
    ]
