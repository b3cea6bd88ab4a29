"""Messages in: accounts from auth, sales and admissions from tickets, dates from events."""

from collections.abc import Sequence
from typing import Any

from guichet.contracts.clients.auth import Account
from guichet.contracts.messages.auth import (
    AccountDeleted,
    AccountDisabled,
    AccountRegistered,
    EmailVerified,
    RoleChanged,
)
from guichet.contracts.messages.events import EventCancelled, EventRescheduled, EventUpdated
from guichet.contracts.messages.tickets import (
    AdmissionUndone,
    OrderConfirmed,
    OrdersClaimed,
    TicketCancelled,
    TicketUsed,
)
from guichet.kernel.database import Transaction
from guichet.kernel.inbox import Consumer, Told
from guichet.users import history, use_cases


async def on_registered(transaction: Transaction, message: AccountRegistered) -> None:
    """Create the profile."""
    account = Account(
        account_id=message.account_id,
        email=message.email,
        name=message.name,
        role=message.role,
        language=message.language,
        is_active=True,
        email_verified=not message.verification_token,
        phone_number=message.phone_number,
        address=message.address,
        city=message.city,
        country=message.country,
    )
    await use_cases.keep_account(transaction, account, message.occurred_at)


async def on_role_changed(transaction: Transaction, message: RoleChanged) -> None:
    """Note the role."""
    await use_cases.keep_fact(
        transaction, message.account_id, "role", message.role, message.occurred_at
    )


async def on_disabled(transaction: Transaction, message: AccountDisabled) -> None:
    """Note whether the account may be used."""
    await use_cases.keep_fact(
        transaction, message.account_id, "is_active", message.is_active, message.occurred_at
    )


async def on_email_verified(transaction: Transaction, message: EmailVerified) -> None:
    """Note the address, which may be a new one."""
    await use_cases.keep_email(transaction, message.account_id, message.email, message.occurred_at)


async def on_deleted(transaction: Transaction, message: AccountDeleted) -> None:
    """Erase the person."""
    await use_cases.erase(transaction, message.account_id, message.occurred_at)


async def on_order_confirmed(transaction: Transaction, message: OrderConfirmed) -> None:
    """Note the purchase."""
    await history.orders_confirmed(transaction, [(message, message.buyer.account_id)])


async def on_orders_confirmed(
    transaction: Transaction, messages: Sequence[Told[OrderConfirmed]]
) -> None:
    """Note purchases that are told together."""
    orders = [(told.message, told.message.buyer.account_id) for told in messages]
    await history.orders_confirmed(transaction, orders)


async def on_orders_claimed(transaction: Transaction, message: OrdersClaimed) -> None:
    """Note the purchases that somebody made as a guest."""
    orders = [(order, message.account_id) for order in message.orders]
    await history.orders_confirmed(transaction, orders)


async def on_tickets_cancelled(transaction: Transaction, message: TicketCancelled) -> None:
    """Note the cancellation."""
    await history.tickets_cancelled(transaction, message)


async def on_ticket_used(transaction: Transaction, message: TicketUsed) -> None:
    """Note the admission."""
    await history.tickets_used(transaction, [message])


async def on_tickets_used(transaction: Transaction, messages: Sequence[Told[TicketUsed]]) -> None:
    """Note admissions that are told together."""
    await history.tickets_used(transaction, [told.message for told in messages])


async def on_admission_undone(transaction: Transaction, message: AdmissionUndone) -> None:
    """Note that the ticket admits again."""
    await history.admission_undone(transaction, message)


async def on_event(
    transaction: Transaction, message: EventUpdated | EventRescheduled | EventCancelled
) -> None:
    """Note the event as it is now."""
    await history.event_changed(transaction, message.event, message.occurred_at)


CONSUMERS: list[Consumer[Any]] = [
    Consumer(AccountRegistered, on_registered),
    Consumer(RoleChanged, on_role_changed),
    Consumer(AccountDisabled, on_disabled),
    Consumer(EmailVerified, on_email_verified),
    Consumer(AccountDeleted, on_deleted),
    Consumer(OrderConfirmed, on_order_confirmed, on_orders_confirmed),
    Consumer(OrdersClaimed, on_orders_claimed),
    Consumer(TicketCancelled, on_tickets_cancelled),
    Consumer(TicketUsed, on_ticket_used, on_tickets_used),
    Consumer(AdmissionUndone, on_admission_undone),
    Consumer(EventUpdated, on_event),
    Consumer(EventRescheduled, on_event),
    Consumer(EventCancelled, on_event),
]
