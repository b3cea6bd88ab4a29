"""The purchase history: what messages tell of orders, tickets and events, in whatever order.

Every function may be called any number of times and before or after any other; what is known at
the end is the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import (
    AdmissionUndone,
    OrderConfirmed,
    SoldTicket,
    TicketCancelled,
    TicketUsed,
)
from guichet.kernel.database import Transaction
from guichet.users.repository import profile_rows, purchase_rows
from guichet.users.repository.purchase_rows import NewPurchase, OrderedEvent, TicketFact


async def orders_confirmed(
    transaction: Transaction, orders: Sequence[tuple[OrderConfirmed, int | None]]
) -> None:
    """Note orders, each in that account's history; a guest's is left out until it is claimed."""
    keeping = await _keeping(transaction, (account_id for _, account_id in orders))
    kept = [(order, each) for order, each in orders if each is not None and each in keeping]
    if not kept:
        return
    await _note_events(transaction, [order for order, _ in kept])
    await purchase_rows.store_purchases(
        transaction,
        [
            NewPurchase(
                order_code=order.order_code,
                order_id=order.order_id,
                account_id=account_id,
                event_id=order.event.event_id,
                total_minor=order.total_minor,
                currency=order.currency,
                confirmed_at=order.occurred_at,
            )
            for order, account_id in kept
        ],
    )
    await purchase_rows.store_ticket_facts(
        transaction, [_sold(order, ticket) for order, _ in kept for ticket in order.tickets]
    )


async def tickets_cancelled(transaction: Transaction, cancelled: TicketCancelled) -> None:
    """Note that tickets were cancelled together, and what was given back for them.

    A guest's too, without the guest: the order may be claimed by an account later on. The refund
    is kept with the first ticket, since it was given for all of them at once.
    """
    if not await _may_note(transaction, cancelled.buyer.account_id):
        return
    await _note_events(transaction, [cancelled])
    first = min((ticket.ticket_id for ticket in cancelled.tickets), default=None)
    facts = [
        replace(
            _sold(cancelled, ticket),
            cancelled_at=cancelled.occurred_at,
            refund_minor=cancelled.refund_minor if ticket.ticket_id == first else 0,
        )
        for ticket in cancelled.tickets
    ]
    await purchase_rows.store_ticket_facts(transaction, facts)


async def tickets_used(transaction: Transaction, admissions: Sequence[TicketUsed]) -> None:
    """Note that tickets' holders were admitted."""
    keeping = await _keeping(transaction, (used.account_id for used in admissions))
    facts = [
        TicketFact(used.ticket_id, used.order_code, used_at=used.occurred_at)
        for used in admissions
        if used.account_id is None or used.account_id in keeping
    ]
    await purchase_rows.store_ticket_facts(transaction, facts)


async def admission_undone(transaction: Transaction, undone: AdmissionUndone) -> None:
    """Note that an admission was taken back, so that the ticket counts as unused again."""
    if not await _may_note(transaction, undone.account_id):
        return
    fact = TicketFact(undone.ticket_id, undone.order_code, undone_used_at=undone.used_at)
    await purchase_rows.store_ticket_facts(transaction, [fact])


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


async def _keeping(transaction: Transaction, account_ids: Iterable[int | None]) -> set[int]:
    known = {account_id for account_id in account_ids if account_id is not None}
    return await profile_rows.keeping_history(transaction, known) if known else set()


async def _may_note(transaction: Transaction, account_id: int | None) -> bool:
    """Return whether something may be noted of this account's ticket, or of a guest's."""
    return account_id is None or account_id in await _keeping(transaction, [account_id])


async def _note_events(
    transaction: Transaction, told: Sequence[OrderConfirmed | TicketCancelled]
) -> None:
    await purchase_rows.store_events_of_orders(
        transaction,
        [
            OrderedEvent(
                event_id=message.event.event_id,
                known_at=message.occurred_at,
                title=message.event.title,
                starts_at=message.event.starts_at,
                time_zone=message.event.time_zone,
                location=message.event.location,
            )
            for message in told
        ],
    )


def _sold(order: OrderConfirmed | TicketCancelled, ticket: SoldTicket) -> TicketFact:
    return TicketFact(
        ticket_id=ticket.ticket_id,
        order_code=order.order_code,
        ticket_number=ticket.ticket_number,
        ticket_type=ticket.ticket_type,
        price_minor=ticket.price_minor,
    )
