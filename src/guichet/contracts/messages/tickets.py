"""What tickets tells."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from guichet.kernel.outbox import Message


class SoldTicket(BaseModel):
    """A ticket as its holder's history and mail need it; never its secret.

    `fee_minor` is the booking fee that its buyer paid on top of the price.
    """

    model_config = ConfigDict(frozen=True)

    ticket_id: int
    ticket_number: str
    ticket_type: str
    price_minor: int
    fee_minor: int = 0


class Buyer(BaseModel):
    """Who bought: an account, or a guest (`account_id` None) reached by e-mail alone."""

    model_config = ConfigDict(frozen=True)

    account_id: int | None
    name: str
    email: str
    language: str


class SoldEvent(BaseModel):
    """The event of an order, as it stood when the message was written."""

    model_config = ConfigDict(frozen=True)

    event_id: int
    title: str
    starts_at: datetime
    time_zone: str
    location: str


class OrderConfirmed(Message):
    """An order is paid (or free) and its tickets exist.

    `access_token` opens the order without an account: the link in a guest's mail carries it.
    """

    subject: ClassVar[str] = "tickets.order.confirmed"

    order_id: int
    order_code: str
    buyer: Buyer
    event: SoldEvent
    tickets: list[SoldTicket]
    total_minor: int
    currency: str
    access_token: str
    occurred_at: datetime


class OrderFailed(Message):
    """An order ended without tickets; nothing was taken, or all of it is being given back.

    `reason` is a stable code: declined, insufficient_funds, authentication_failed, abandoned,
    event_cancelled, late_payment, amount_too_small.
    """

    subject: ClassVar[str] = "tickets.order.failed"

    order_id: int
    order_code: str
    buyer: Buyer
    event: SoldEvent
    total_minor: int
    currency: str
    reason: str
    is_refunded: bool
    occurred_at: datetime


class TicketCancelled(Message):
    """Tickets of one order were cancelled together; `refund_minor` is what is given back.

    `kept_minor` is what the event's rules keep. `reason` is holder, administrator, organiser or
    event_cancelled; `note` is what the organiser or administrator says about it.
    """

    subject: ClassVar[str] = "tickets.ticket.cancelled"

    order_id: int
    order_code: str
    buyer: Buyer
    event: SoldEvent
    tickets: list[SoldTicket]
    refund_minor: int
    kept_minor: int = 0
    currency: str
    reason: str
    note: str | None = None
    occurred_at: datetime


class RefundGranted(Message):
    """An administrator gives part of an order's payment back; its tickets stay valid."""

    subject: ClassVar[str] = "tickets.refund.granted"

    order_id: int
    order_code: str
    buyer: Buyer
    event: SoldEvent
    amount_minor: int
    currency: str
    note: str
    occurred_at: datetime


class RefundFailed(Message):
    """The bank has returned a refund that had been carried out: the buyer is still owed it.

    A person decides what happens next: it is tried again, or paid in another way.
    """

    subject: ClassVar[str] = "tickets.refund.failed"

    order_id: int
    order_code: str
    buyer: Buyer
    event: SoldEvent
    refund_id: int
    amount_minor: int
    currency: str
    occurred_at: datetime


class TicketUsed(Message):
    """A ticket's holder was admitted."""

    subject: ClassVar[str] = "tickets.ticket.used"

    ticket_id: int
    ticket_number: str
    order_code: str
    event_id: int
    account_id: int | None
    admitted_by: int
    occurred_at: datetime


class AdmissionUndone(Message):
    """An admission was taken back: the ticket that was used at `used_at` admits again."""

    subject: ClassVar[str] = "tickets.admission.undone"

    ticket_id: int
    ticket_number: str
    order_code: str
    event_id: int
    account_id: int | None
    undone_by: int
    used_at: datetime
    occurred_at: datetime


class StockLevel(BaseModel):
    """What is left to sell of one ticket type: capacity - sold - held."""

    model_config = ConfigDict(frozen=True)

    ticket_type_id: int
    capacity: int
    sold: int
    held: int


class EventStock(BaseModel):
    """The stock of an event as it is now; the higher `version` is the later state."""

    model_config = ConfigDict(frozen=True)

    event_id: int
    version: int
    levels: list[StockLevel]


class StockChanged(Message):
    """The stock of these events changed: one message for all that did since the last one."""

    subject: ClassVar[str] = "tickets.stock.changed"

    events: list[EventStock]


class OrdersClaimed(Message):
    """Orders that a guest placed now belong to the account with the same, verified address."""

    subject: ClassVar[str] = "tickets.orders.claimed"

    account_id: int
    orders: list[OrderConfirmed]
    occurred_at: datetime


class AccessLinkRequested(Message):
    """Someone asked by e-mail for the links to their orders; `links` are code and token."""

    subject: ClassVar[str] = "tickets.access_link.requested"

    email: str
    language: str
    links: list[tuple[str, str]]
    occurred_at: datetime


class OrderResendRequested(OrderConfirmed):
    """An order's live tickets are to be mailed again; `resend_id` tells one such wish from others.

    `tickets` and `total_minor` are those that are live now.
    """

    subject: ClassVar[str] = "tickets.order.resend_requested"

    resend_id: int


class HolderMessaged(Message):
    """An organiser wrote to the holders of an event's tickets; one for each buyer.

    `topic` is one line, `body` plain text in paragraphs. `access_token` opens a guest's order.
    """

    subject: ClassVar[str] = "tickets.holder.messaged"

    message_id: int
    order_code: str
    buyer: Buyer
    event: SoldEvent
    topic: str
    body: str
    access_token: str
    occurred_at: datetime
