"""Reminders: the day before, once an order and date, by any process, across restarts."""

from datetime import datetime

from guichet.kernel.database import Database
from guichet.notifications.domain import TemplateKey
from guichet.notifications.links import order_path
from guichet.notifications.repository import attendances, people
from guichet.notifications.use_cases.events import card_as_event, holder_of, order_context
from guichet.notifications.use_cases.orders import live_tickets
from guichet.notifications.use_cases.telling import Desk, Telling, tell_holders

BATCH_ORDERS = 200


async def remind(database: Database, desk: Desk, now: datetime) -> int:
    """Write the reminders that are due; return how many orders were looked at.

    The reminder and the end of its being due are one commit, and the occasion names the date: a
    crash repeats the whole, and nobody is reminded of the same date twice.
    """
    async with database.transaction() as transaction:
        due = await attendances.due_reminders(transaction, now, BATCH_ORDERS)
        if not due:
            return 0
        known = await people.people_of(
            transaction, [row.account_id for row in due if row.account_id is not None]
        )
        tellings: list[Telling] = []
        for row in due:
            tickets = live_tickets(row)
            person = holder_of(row, known)
            is_ahead = not row.is_cancelled and row.starts_at > now
            if tickets and is_ahead and person.wants_reminders:
                context = order_context(desk, row, person, card_as_event(row))
                extra = {"count": len(tickets), "preferences_link": desk.links.preferences()}
                tellings.append(
                    Telling(
                        TemplateKey.REMINDER,
                        f"{row.order_code}:{row.starts_at.isoformat()}",
                        person,
                        context | extra,
                        expires_at=row.starts_at,
                        path=order_path(row.order_code),
                    )
                )
        await tell_holders(transaction, desk, tellings, now)
        await attendances.set_reminders(transaction, [(row.order_code, None) for row in due])
    return len(due)
