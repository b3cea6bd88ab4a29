"""Orders, holds and tickets as clients see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from guichet.contracts.money import Amount
from guichet.kernel.answers import made
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import (
    Hold,
    Order,
    OrderState,
    Payment,
    Ticket,
    TicketStatus,
)
from guichet.tickets.price_views import PricesView, prices_shown
from guichet.tickets.refund_views import (
    RefundState,
    RefundStateView,
    RefundStatus,
    refund_state_view,
    refund_status_shown,
)

ORDER_STATUS = {
    OrderState.PAYING: "pending",
    OrderState.ISSUED: "confirmed",
    OrderState.FAILED: "failed",
    OrderState.REFUNDED: "refunded",
    OrderState.CANCELLED: "cancelled",
}
AWAITING_PAYMENT = "awaiting_payment"
"""An unfinished order that waits for its buyer, not for us."""


@dataclass(frozen=True, slots=True)
class EventCard:
    """What is shown of an event beside its tickets; type names by ticket type id."""

    event_id: int
    title: str
    starts_at: datetime
    time_zone: str
    location: str
    currency: str
    type_names: dict[int, str]


class EventView(BaseModel):
    """The event of a ticket."""

    id: int
    title: str
    date: datetime
    time_zone: str
    location: str


class PaymentView(BaseModel):
    """The payment of a ticket or an order; never anything of a card but its last digits."""

    transaction_id: str | None
    amount: Amount
    status: str
    payment_method: str | None
    paid_at: datetime | None
    refunded_at: datetime | None
    refunded_amount: Amount


class TicketView(BaseModel):
    """A ticket, without its secret: that is in its QR code alone.

    `total` is what its buyer paid: `price`, and the booking `fee` on top. `refund_status` is how
    the refund of this very ticket stands, null where nothing of it goes back.
    """

    id: int
    ticket_number: str
    event_id: int
    user_id: int | None
    order_code: str
    ticket_type_id: int
    ticket_type: str
    price: Amount
    fee: Amount
    total: Amount
    currency: str
    status: TicketStatus
    purchase_date: datetime
    used_at: datetime | None
    cancelled_at: datetime | None
    refund_status: RefundStatus | None
    payment: PaymentView | None
    event: EventView


class NextActionView(BaseModel):
    """What the provider wants of the buyer, until the order's status changes.

    `redirect_to_url`: follow `url` (3-D Secure), which leads back to the order's page.
    `confirm_payment`: choose a means of payment in the browser, with the provider's publishable
    key (`GET /tickets/payments/config`) and `client_secret`. `use_stripe_sdk`: the provider's
    script takes the buyer through 3-D Secure with `client_secret`.
    """

    type: str
    url: str | None
    client_secret: str | None


class OrderView(PricesView):
    """An order. `access_token` opens a guest's order; it is shown once, to its buyer.

    `refunded` is what has gone back so far, by whatever means. `refunds` lists each refund, oldest
    first, where the order is read; the answer to a purchase has none.
    """

    id: int
    code: str
    event_id: int
    status: str
    failure: str | None
    buyer_name: str
    buyer_email: str
    created_at: datetime
    payment: PaymentView | None
    next_action: NextActionView | None
    access_token: str | None
    refunded: Amount
    refunds: list[RefundStateView]
    needs_attention: bool
    event: EventView


class PurchaseView(BaseModel):
    """The answer to a purchase; no tickets while its payment is not settled."""

    order: OrderView
    tickets: list[TicketView]


class HoldView(PricesView):
    """Places kept for a buyer."""

    id: int
    event_id: int
    status: str


class HoldAnswer(BaseModel):
    """A hold with its end, and the server's time to count down from."""

    hold: HoldView
    expires_at: datetime
    server_time: datetime


def event_view(card: EventCard) -> EventView:
    """Return the event of a ticket."""
    return made(
        EventView,
        id=card.event_id,
        title=card.title,
        date=card.starts_at,
        time_zone=card.time_zone,
        location=card.location,
    )


def payment_view(payment: Payment | None, amount_minor: int) -> PaymentView | None:
    """Return the payment, None for what is free."""
    if payment is None:
        return None
    return made(
        PaymentView,
        transaction_id=payment.intent_id,
        amount=amount_minor,
        status=payment.status,
        payment_method=payment.method_label,
        paid_at=payment.paid_at,
        refunded_at=payment.refunded_at,
        refunded_amount=payment.refunded_minor,
    )


def ticket_view(
    ticket: Ticket,
    payment: Payment | None,
    card: EventCard,
    *,
    refund_status: str | None = None,
    refund_minor: int = 0,
) -> TicketView:
    """Return a ticket; `refund_status` and `refund_minor` are those of its own refund, if any."""
    refund = refund_status_shown(refund_status)
    refunded = refund == "completed"
    paid = payment_view(payment, ticket.charged_minor)
    if paid is not None:
        paid.status = "refunded" if refunded else paid.status
        if paid.status == "refunded" and not refunded:
            paid.status = "completed"
        paid.refunded_amount = refund_minor if refunded else 0
        paid.refunded_at = paid.refunded_at if refunded else None
    return made(
        TicketView,
        id=ticket.ticket_id,
        ticket_number=ticket_number(ticket.ticket_id),
        event_id=ticket.event_id,
        user_id=ticket.account_id,
        order_code=order_code(ticket.order_id),
        ticket_type_id=ticket.ticket_type_id,
        ticket_type=card.type_names.get(ticket.ticket_type_id, ""),
        price=ticket.price_minor,
        fee=ticket.fee_on_top_minor,
        total=ticket.charged_minor,
        currency=card.currency,
        status=ticket.status,
        purchase_date=ticket.created_at,
        used_at=ticket.used_at,
        cancelled_at=ticket.cancelled_at,
        refund_status=refund,
        payment=paid,
        event=event_view(card),
    )


def order_view(
    order: Order,
    card: EventCard,
    access_token: str | None = None,
    refunds: Sequence[RefundState] = (),
) -> OrderView:
    """Return an order as its buyer sees it."""
    action = order.payment.next_action if order.payment else None
    return made(
        OrderView,
        id=order.order_id,
        code=order_code(order.order_id),
        event_id=order.event_id,
        status=AWAITING_PAYMENT if action else ORDER_STATUS[order.state],
        failure=order.failure,
        **prices_shown(order.lines, card.type_names, order.currency, order.promo_code),
        buyer_name=order.buyer.name,
        buyer_email=order.buyer.email,
        created_at=order.created_at,
        payment=payment_view(order.payment, order.total_minor),
        next_action=made(
            NextActionView,
            type=action["type"] or "",
            url=action.get("url"),
            client_secret=action.get("client_secret"),
        )
        if action
        else None,
        access_token=access_token,
        refunded=(order.payment.refunded_minor if order.payment else 0)
        + sum(refund.amount_minor for refund in refunds if refund.status == "settled"),
        refunds=[refund_state_view(refund) for refund in refunds],
        needs_attention=order.needs_attention,
        event=event_view(card),
    )


def hold_view(hold: Hold, card: EventCard, server_time: datetime) -> HoldAnswer:
    """Return a hold as its buyer sees it."""
    return made(
        HoldAnswer,
        hold=made(
            HoldView,
            id=hold.hold_id,
            event_id=hold.event_id,
            status=hold.state,
            **prices_shown(hold.lines, card.type_names, card.currency, hold.promo_code),
        ),
        expires_at=hold.expires_at,
        server_time=server_time,
    )
