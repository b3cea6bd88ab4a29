"""Checks on mails, messages and queues."""

from collections import Counter

from nats.errors import Error as NatsError

from guichet.tickets.codes import order_code
from guichet.verify.selling import EXAMPLES_MAX
from guichet.verify.sources import SERVICES, Sources

CONFIRMATION = "order_confirmed"


async def one_confirmation_per_order(sources: Sources) -> list[str]:
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
    wrong = [f"order {code} has no confirmation" for code in sorted(wanted - sent.keys())]
    wrong += [f"order {code} has {n} confirmations" for code, n in sent.items() if n > 1]
    wrong += [f"a confirmation names {code}, which has no tickets" for code in sent.keys() - wanted]
    wrong += [
        f"the confirmation of order {row['code']} is {row['status']}"
        for row in rows
        # Whoever had all their data deleted before it left gets none.
        if row["status"] not in {"sent", "erased"}
    ]
    return wrong[:EXAMPLES_MAX]


async def one_copy_of_each_mail(sources: Sources) -> list[str]:
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
        f"{row['message_id']} is in the mailbox {copies[row['message_id']]} times"
        for row in rows
        if not row["wanted"] <= copies[row["message_id"]] <= row["wanted"] + row["unclear"]
    ]
    return wrong[:EXAMPLES_MAX]


async def streams_are_handled(sources: Sources) -> list[str]:
    """Look for messages that a service has yet to handle.

    A NATS that does not say so contradicts too: what it keeps is unknown then.
    """
    try:
        found = await sources.unhandled()
    except (NatsError, OSError, TimeoutError) as error:
        return [f"NATS does not say what waits: {type(error).__name__}"]
    return [f"{one.service} has not handled {one.messages} of {one.stream}" for one in found]


async def queues_are_empty(sources: Sources) -> list[str]:
    """Look for messages not sent or given up, and for work of any kind that was not ended."""
    wrong: list[str] = []
    for service in SERVICES:
        row = (
            await sources.rows(
                service,
                "SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS unsent,"
                " (SELECT count(*) FROM dead_letters WHERE retried_at IS NULL) AS dead",
            )
        )[0]
        if row["unsent"]:
            wrong.append(f"{service}: {row['unsent']} messages not sent")
        if row["dead"]:
            wrong.append(f"{service}: {row['dead']} dead letters")
    row = (
        await sources.rows(
            "tickets",
            "SELECT (SELECT count(*) FROM orders o LEFT JOIN payments p USING (order_id)"
            " WHERE o.step IS NOT NULL AND p.next_action IS NULL) AS sagas,"
            " (SELECT count(*) FROM refunds WHERE status = 'pending') AS refunds,"
            " (SELECT count(*) FROM orders WHERE needs_attention) AS attention,"
            " (SELECT count(*) FROM webhook_events WHERE state = 'waiting') AS webhooks,"
            " (SELECT count(*) FROM event_refund_runs WHERE finished_at IS NULL) AS runs,"
            " (SELECT count(*) FROM holder_messages WHERE finished_at IS NULL) AS letters",
        )
    )[0]
    for name in ("sagas", "refunds", "attention", "webhooks", "runs", "letters"):
        if row[name]:
            wrong.append(f"tickets: {row[name]} {name} not settled")
    row = (
        await sources.rows(
            "notifications",
            "SELECT count(*) AS n FROM deliveries WHERE status IN ('waiting', 'failed')",
        )
    )[0]
    if row["n"]:
        wrong.append(f"notifications: {row['n']} deliveries not sent")
    return wrong
