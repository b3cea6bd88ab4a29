"""Orders: confirmed, failed, cancelled, claimed by an account, reached again by a guest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from guichet.contracts.messages.tickets import (
    AccessLinkRequested,
    OrderConfirmed,
    OrderFailed,
    OrderResendRequested,
    OrdersClaimed,
    RefundFailed,
    RefundGranted,
    SoldTicket,
    TicketCancelled,
)
from guichet.kernel.context import request_id
from guichet.kernel.database import Transaction
from guichet.kernel.inbox import Told
from guichet.notifications.domain import (
    Person,
    TemplateKey,
    language_or_default,
    reminder_at,
)
from guichet.notifications.links import event_path, order_path
from guichet.notifications.repository import attendances, people
from guichet.notifications.use_cases.telling import (
    Desk,
    Telling,
    buyer_as_person,
    buyers_as_persons,
    event_context,
    tell,
)


async def order_confirmed(
    transaction: Transaction, desk: Desk, message: OrderConfirmed, now: datetime
) -> None:
    """Send the tickets, and note who goes where for reminders and changes."""
    told = Told(message, request_id.get())
    await orders_confirmed(transaction, desk, [told], now)


async def orders_confirmed(
    transaction: Transaction, desk: Desk, messages: Sequence[Told[OrderConfirmed]], now: datetime
) -> None:
    """Do so for orders that are told together."""
    orders = [told.message for told in messages]
    persons = await buyers_as_persons(transaction, [order.buyer for order in orders])
    attending = [(order, order.buyer.account_id) for order in orders]
    await _note_attendances(transaction, attending, now)
    tellings = [
        replace(
            _confirmation(
                desk,
                told.message,
                person,
                told.message.order_code,
                order_path(told.message.order_code),
            ),
            request_id=told.request_id,
        )
        for told, person in zip(messages, persons, strict=True)
    ]
    await tell(transaction, desk, tellings, now)


async def order_resend_requested(
    transaction: Transaction, desk: Desk, message: OrderResendRequested, now: datetime
) -> None:
    """Send the tickets again, by mail alone: the inbox has its line already."""
    person = replace(await buyer_as_person(transaction, message.buyer), wants_sms=False)
    occasion = f"{message.order_code}:resend-{message.resend_id}"
    confirmation = _confirmation(desk, message, person, occasion, None)
    await tell(transaction, desk, [confirmation], now)


def _confirmation(
    desk: Desk, message: OrderConfirmed, person: Person, occasion: str, path: str | None
) -> Telling:
    is_guest = message.buyer.account_id is None
    return Telling(
        TemplateKey.ORDER_CONFIRMED,
        occasion,
        person,
        {
            "name": person.name,
            "order_code": message.order_code,
            "event": event_context(message.event),
            "tickets": _ticket_contexts(message.tickets),
            "total_minor": message.total_minor,
            "currency": message.currency,
            "is_guest": is_guest,
            "link": desk.links.order(message.order_code, message.access_token if is_guest else ""),
        },
        attachments=[
            {"kind": "tickets", "order_code": message.order_code},
            {"kind": "calendar", "event_id": message.event.event_id},
        ],
        path=path,
    )


async def order_failed(
    transaction: Transaction, desk: Desk, message: OrderFailed, now: datetime
) -> None:
    """Say that no ticket was issued, and what became of the money."""
    person = await buyer_as_person(transaction, message.buyer)
    # Money that came after the order's end is told of once more, after "nothing was taken".
    is_late = message.reason == "late_payment"
    failure = Telling(
        TemplateKey.ORDER_FAILED,
        f"{message.order_code}:late" if is_late else message.order_code,
        person,
        {
            "name": person.name,
            "order_code": message.order_code,
            "event": event_context(message.event),
            "total_minor": message.total_minor,
            "currency": message.currency,
            "reason": message.reason,
            "is_refunded": message.is_refunded,
            "link": desk.links.event(message.event.event_id),
        },
        path=event_path(message.event.event_id),
    )
    await tell(transaction, desk, [failure], now)


async def tickets_cancelled(
    transaction: Transaction, desk: Desk, message: TicketCancelled, now: datetime
) -> None:
    """Say what was cancelled and what is given back; no reminder once no ticket is left.

    Tickets that go with their event are told as the event's cancellation, once an order.
    """
    account_id = message.buyer.account_id
    if account_id is not None and await people.erased_among(transaction, [account_id]):
        return
    person = await buyer_as_person(transaction, message.buyer)
    ids = sorted(ticket.ticket_id for ticket in message.tickets)
    blank = _attendance_values(message, person.account_id)
    await attendances.add_cancelled(transaction, message.order_code, blank, ids)
    known = await attendances.attendance(transaction, message.order_code)
    if known is not None and not live_tickets(known):
        await attendances.set_reminders(transaction, [(message.order_code, None)])
    with_event = message.reason == "event_cancelled"
    context = {
        "name": person.name,
        "order_code": message.order_code,
        "event": event_context(message.event),
        "tickets": _ticket_contexts(message.tickets),
        "refund_minor": message.refund_minor,
        "kept_minor": message.kept_minor,
        "currency": message.currency,
        "reason": message.note or "",
        "link": desk.links.order(message.order_code, _token(known, account_id)),
    }
    occasion = message.order_code
    if not with_event:
        occasion = f"{message.order_code}:{'-'.join(str(each) for each in ids)}"
    cancellation = Telling(
        TemplateKey.EVENT_CANCELLED if with_event else TemplateKey.TICKET_CANCELLED,
        occasion,
        person,
        context,
        path=order_path(message.order_code),
    )
    await tell(transaction, desk, [cancellation], now)


async def refund_granted(
    transaction: Transaction, desk: Desk, message: RefundGranted, now: datetime
) -> None:
    """Say what goes back, why, and that the tickets stay valid."""
    account_id = message.buyer.account_id
    if account_id is not None and await people.erased_among(transaction, [account_id]):
        return
    person = await buyer_as_person(transaction, message.buyer)
    known = await attendances.attendance(transaction, message.order_code)
    telling = Telling(
        TemplateKey.REFUND_GRANTED,
        f"{message.order_code}:{message.occurred_at.isoformat()}",
        person,
        {
            "name": person.name,
            "order_code": message.order_code,
            "event": event_context(message.event),
            "refund_minor": message.amount_minor,
            "currency": message.currency,
            "reason": message.note,
            "link": desk.links.order(message.order_code, _token(known, account_id)),
        },
        path=order_path(message.order_code),
    )
    await tell(transaction, desk, [telling], now)


async def refund_failed(
    transaction: Transaction, desk: Desk, message: RefundFailed, now: datetime
) -> None:
    """Say that a refund has not arrived, and that the buyer need not do anything."""
    account_id = message.buyer.account_id
    if account_id is not None and await people.erased_among(transaction, [account_id]):
        return
    person = await buyer_as_person(transaction, message.buyer)
    known = await attendances.attendance(transaction, message.order_code)
    telling = Telling(
        TemplateKey.REFUND_FAILED,
        f"{message.order_code}:{message.refund_id}",
        person,
        {
            "name": person.name,
            "order_code": message.order_code,
            "event": event_context(message.event),
            "refund_minor": message.amount_minor,
            "currency": message.currency,
            "link": desk.links.order(message.order_code, _token(known, account_id)),
        },
        path=order_path(message.order_code),
    )
    await tell(transaction, desk, [telling], now)


async def orders_claimed(transaction: Transaction, message: OrdersClaimed, now: datetime) -> None:
    """Let a guest's orders follow the account that claimed them."""
    if await people.erased_among(transaction, [message.account_id]):
        return
    claimed = [(order, message.account_id) for order in message.orders]
    await _note_attendances(transaction, claimed, now)
    codes = [order.order_code for order in message.orders]
    await attendances.claim_orders(transaction, codes, message.account_id)


async def access_link_requested(
    transaction: Transaction, desk: Desk, message: AccessLinkRequested, now: datetime
) -> None:
    """Send a guest the links to their orders."""
    language = language_or_default(message.language)
    links = [{"code": code, "link": desk.links.order(code, token)} for code, token in message.links]
    telling = Telling(
        TemplateKey.ACCESS_LINKS,
        # A digest: this key outlives the address.
        f"{sha256(message.email.lower().encode()).hexdigest()}:{message.occurred_at.isoformat()}",
        Person(None, message.email, "", language),
        {"links": links},
    )
    if links:
        await tell(transaction, desk, [telling], now)


def _token(attendance: Any, account_id: int | None) -> str:
    """Return what opens a guest's order, as far as it is known here already."""
    return attendance.access_token if attendance is not None and account_id is None else ""


def live_tickets(attendance: Any) -> list[dict[str, Any]]:
    """Return the tickets of a stored order that are not cancelled."""
    cancelled = set(attendance.cancelled_ids)
    return [ticket for ticket in attendance.tickets if ticket["ticket_id"] not in cancelled]


async def _note_attendances(
    transaction: Transaction, orders: Sequence[tuple[OrderConfirmed, int | None]], now: datetime
) -> None:
    """Note who goes where: each order, and the account that it belongs to."""
    accounts = [account_id for _, account_id in orders if account_id is not None]
    erased = await people.erased_among(transaction, accounts)
    kept = [(order, account_id) for order, account_id in orders if account_id not in erased]
    if not kept:
        return
    cards = await attendances.locked_cards(transaction, [_card(order) for order, _ in kept])
    moments = {
        event_id: None if card.is_cancelled else reminder_at(card.starts_at, card.time_zone, now)
        for event_id, card in cards.items()
    }
    await attendances.save_attendances(
        transaction,
        [
            attendances.Attendance(
                order_code=order.order_code,
                **_attendance_values(order, account_id),
                tickets=_ticket_contexts(order.tickets),
                access_token=order.access_token,
                remind_at=moments[order.event.event_id] if order.tickets else None,
            )
            for order, account_id in kept
        ],
    )


def _card(order: OrderConfirmed) -> attendances.SoldCard:
    return attendances.SoldCard(
        event_id=order.event.event_id,
        title=order.event.title,
        location=order.event.location,
        time_zone=order.event.time_zone,
        starts_at=order.event.starts_at,
    )


def _attendance_values(
    message: OrderConfirmed | TicketCancelled, account_id: int | None
) -> dict[str, Any]:
    return {
        "event_id": message.event.event_id,
        "account_id": account_id,
        "email": message.buyer.email,
        "name": message.buyer.name,
        "language": language_or_default(message.buyer.language),
        "currency": message.currency,
    }


def _ticket_contexts(tickets: list[SoldTicket]) -> list[dict[str, Any]]:
    return [ticket.model_dump() for ticket in tickets]
