"""Messages in: what the other services tell, and what is done about it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from guichet.contracts.messages.auth import (
    AccountDeleted,
    AccountRegistered,
    EmailVerificationRequested,
    EmailVerified,
    PasswordResetRequested,
)
from guichet.contracts.messages.events import (
    EventCancelled,
    EventPublished,
    EventRescheduled,
    EventUpdated,
)
from guichet.contracts.messages.tickets import (
    AccessLinkRequested,
    HolderMessaged,
    OrderConfirmed,
    OrderFailed,
    OrderResendRequested,
    OrdersClaimed,
    RefundFailed,
    RefundGranted,
    TicketCancelled,
)
from guichet.contracts.messages.users import ProfileUpdated
from guichet.kernel.clock import now
from guichet.kernel.database import Transaction
from guichet.kernel.inbox import Consumer, Told
from guichet.kernel.outbox import Message
from guichet.notifications.use_cases import accounts, events, holders, orders
from guichet.notifications.use_cases.telling import Desk

M = TypeVar("M", bound=Message)
Teller = Callable[[Transaction, Desk, M, datetime], Awaitable[None]]
Keeper = Callable[[Transaction, M, datetime], Awaitable[None]]


def consumers_of(desk: Desk) -> list[Consumer[Any]]:
    """Return the consumers of notifications, all telling people through this desk."""
    return [
        _telling(desk, AccountRegistered, accounts.account_registered),
        _telling(desk, EmailVerificationRequested, accounts.email_verification_requested),
        _telling(desk, PasswordResetRequested, accounts.password_reset_requested),
        Consumer(EmailVerified, accounts.email_verified),
        Consumer(ProfileUpdated, accounts.profile_updated),
        _keeping(AccountDeleted, accounts.account_deleted),
        _orders_confirmed(desk),
        _telling(desk, OrderFailed, orders.order_failed),
        _telling(desk, TicketCancelled, orders.tickets_cancelled),
        _telling(desk, RefundGranted, orders.refund_granted),
        _telling(desk, RefundFailed, orders.refund_failed),
        _telling(desk, AccessLinkRequested, orders.access_link_requested),
        _telling(desk, OrderResendRequested, orders.order_resend_requested),
        _telling(desk, HolderMessaged, holders.holder_messaged),
        _keeping(OrdersClaimed, orders.orders_claimed),
        _keeping(EventPublished, _on_event),
        _keeping(EventUpdated, _on_event),
        _telling(desk, EventRescheduled, events.event_rescheduled),
        _keeping(EventCancelled, events.event_cancelled),
    ]


async def _on_event(
    transaction: Transaction, message: EventPublished | EventUpdated, moment: datetime
) -> None:
    await events.event_changed(transaction, message.event, moment)


def _orders_confirmed(desk: Desk) -> Consumer[OrderConfirmed]:
    async def handle_all(
        transaction: Transaction, received: Sequence[Told[OrderConfirmed]]
    ) -> None:
        await orders.orders_confirmed(transaction, desk, received, now())

    return replace(_telling(desk, OrderConfirmed, orders.order_confirmed), handle_all=handle_all)


def _telling(desk: Desk, message: type[M], act: Teller[M]) -> Consumer[M]:
    async def handle(transaction: Transaction, received: M) -> None:
        await act(transaction, desk, received, now())

    return Consumer(message, handle)


def _keeping(message: type[M], act: Keeper[M]) -> Consumer[M]:
    async def handle(transaction: Transaction, received: M) -> None:
        await act(transaction, received, now())

    return Consumer(message, handle)
