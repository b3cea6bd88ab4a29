"""The purchase history: what messages tell of orders, tickets and events, in whatever order.

Every function may be called any number of times and before or after any other; what is known at
the end is the same.
"""

from collections.abc import Sequence
from datetime import datetime

from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import (
    AdmissionUndone,
    OrderConfirmed,
    SoldEvent,
    SoldTicket,
    TicketCancelled,
    TicketUsed,
)
from guichet.kernel.database import Transaction
from guichet.users.repository import profile_rows, purchase_rows


async def order_confirmed(
    transaction: Transaction, order: OrderConfirmed, account_id: int | None
) -> None:
    """Note an order in the account's history; a guest's is left out until somebody claims it."""
    if account_id is None or not await profile_rows.may_keep_history(transaction, account_id):
        return
    await _note_event(transaction, order.event, order.occurred_at)
    await purchase_rows.store_purchase(
        transaction,
        order_code=order.order_code,
        order_id=order.order_id,
        account_id=account_id,
        event_id=order.event.event_id,
        total_minor=order.total_minor,
        currency=order.currency,
        confirmed_at=order.occurred_at,
    )
    await _note_tickets(transaction, order.order_code, order.tickets)


async def tickets_cancelled(transaction: Transaction, cancelled: TicketCancelled) -> None:
    """Note that tickets were cancelled together, and what was given back for them.

    A guest's too, without the guest: the order may be claimed by an account later on. The refund
    is kept with the first ticket, since it was given for all of them at once.
    """
    account_id = cancelled.buyer.account_id
    if account_id is not None and not await profile_rows.may_keep_history(transaction, account_id):
        return
    await _note_event(transaction, cancelled.event, cancelled.occurred_at)
    await _note_tickets(transaction, cancelled.order_code, cancelled.tickets)
    ids = sorted(ticket.ticket_id for ticket in cancelled.tickets)
    facts = [
        {
            "ticket_id": ticket_id,
            "cancelled_at": cancelled.occurred_at,
            "refund_minor": cancelled.refund_minor if ticket_id == ids[0] else 0,
        }
        for ticket_id in ids
    ]
    await purchase_rows.store_ticket_facts(transaction, cancelled.order_code, facts)


async def ticket_used(transaction: Transaction, used: TicketUsed) -> None:
    """Note that a ticket's holder was admitted."""
    account_id = used.account_id
    if account_id is not None and not await profile_rows.may_keep_history(transaction, account_id):
        return
    fact = {"ticket_id": used.ticket_id, "used_at": used.occurred_at}
    await purchase_rows.store_ticket_facts(transaction, used.order_code, [fact])


async def admission_undone(transaction: Transaction, undone: AdmissionUndone) -> None:
    """Note that an admission was taken back, so that the ticket counts as unused again."""
    account_id = undone.account_id
    if account_id is not None and not await profile_rows.may_keep_history(transaction, account_id):
        return
    fact = {"ticket_id": undone.ticket_id, "undone_used_at": undone.used_at}
    await purchase_rows.store_ticket_facts(transaction, undone.order_code, [fact])


async def event_changed(transaction: Transaction, event: EventSnapshot, at: datetime) -> None:
    """Note an event as it is announced now."""
    facts: dict[str, object] = {
        "title": event.title,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "time_zone": event.time_zone,
        "location": event.location,
        "status": event.status,
    }
    await purchase_rows.store_event_version(transaction, event.event_id, event.version, facts, at)


async def _note_event(transaction: Transaction, event: SoldEvent, at: datetime) -> None:
    facts: dict[str, object] = {
        "title": event.title,
        "starts_at": event.starts_at,
        "time_zone": event.time_zone,
        "location": event.location,
    }
    await purchase_rows.store_event_of_order(transaction, event.event_id, facts, at)


async def _note_tickets(
    transaction: Transaction, order_code: str, tickets: Sequence[SoldTicket]
) -> None:
    facts = [
        {
            "ticket_id": ticket.ticket_id,
            "ticket_number": ticket.ticket_number,
            "ticket_type": ticket.ticket_type,
            "price_minor": ticket.price_minor,
        }
        for ticket in tickets
    ]
    await purchase_rows.store_ticket_facts(transaction, order_code, facts)
