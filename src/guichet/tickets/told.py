"""What other services are told of orders and tickets."""

from collections.abc import Sequence
from datetime import datetime

from guichet.contracts.messages import tickets as messages
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import Buyer, Offer, Order, Ticket
from guichet.tickets.giving_back import Withdrawal
from guichet.tickets.links import OrderLinks
from guichet.tickets.repository.returned_refunds import Returned


def buyer_told(buyer: Buyer) -> messages.Buyer:
    """Return the buyer as messages carry one."""
    return messages.Buyer(
        account_id=buyer.account_id, name=buyer.name, email=buyer.email, language=buyer.language
    )


def event_told(offer: Offer) -> messages.SoldEvent:
    """Return the event as messages carry one."""
    return messages.SoldEvent(
        event_id=offer.event_id,
        title=offer.title,
        starts_at=offer.starts_at,
        time_zone=offer.time_zone,
        location=offer.location,
    )


def tickets_told(offer: Offer, tickets: Sequence[Ticket]) -> list[messages.SoldTicket]:
    """Return tickets as messages carry them, without their secrets."""
    return [
        messages.SoldTicket(
            ticket_id=ticket.ticket_id,
            ticket_number=ticket_number(ticket.ticket_id),
            ticket_type=offer.stock[ticket.ticket_type_id].name,
            price_minor=ticket.price_minor,
            fee_minor=ticket.fee_on_top_minor,
        )
        for ticket in tickets
    ]


def confirmed(
    order: Order, offer: Offer, tickets: Sequence[Ticket], links: OrderLinks, now: datetime
) -> messages.OrderConfirmed:
    """Return the message that an order has its tickets."""
    return messages.OrderConfirmed(
        order_id=order.order_id,
        order_code=order_code(order.order_id),
        buyer=buyer_told(order.buyer),
        event=event_told(offer),
        tickets=tickets_told(offer, tickets),
        total_minor=order.total_minor,
        currency=order.currency,
        access_token=links.token(order.order_id, order.access_version),
        occurred_at=now,
    )


def failed(order: Order, offer: Offer, now: datetime) -> messages.OrderFailed:
    """Return the message that an order ended without tickets."""
    captured = order.payment is not None and order.payment.captured_minor > 0
    return messages.OrderFailed(
        order_id=order.order_id,
        order_code=order_code(order.order_id),
        buyer=buyer_told(order.buyer),
        event=event_told(offer),
        total_minor=order.total_minor,
        currency=order.currency,
        reason=order.failure or "declined",
        is_refunded=captured,
        occurred_at=now,
    )


def cancelled(withdrawal: Withdrawal, offer: Offer, now: datetime) -> messages.TicketCancelled:
    """Return the message that tickets of an order were cancelled together."""
    order = withdrawal.order
    return messages.TicketCancelled(
        order_id=order.order_id,
        order_code=order_code(order.order_id),
        buyer=buyer_told(order.buyer),
        event=event_told(offer),
        tickets=tickets_told(offer, withdrawal.tickets),
        refund_minor=withdrawal.refund_minor,
        kept_minor=sum(back.kept_minor + back.fee_kept_minor for back in withdrawal.backs),
        currency=order.currency,
        reason=withdrawal.right.reason,
        note=withdrawal.note,
        occurred_at=now,
    )


def goodwill(
    order: Order, offer: Offer, amount_minor: int, note: str, now: datetime
) -> messages.RefundGranted:
    """Return the message that an amount goes back while the tickets stay valid."""
    return messages.RefundGranted(
        order_id=order.order_id,
        order_code=order_code(order.order_id),
        buyer=buyer_told(order.buyer),
        event=event_told(offer),
        amount_minor=amount_minor,
        currency=order.currency,
        note=note,
        occurred_at=now,
    )


def refund_failed(
    order: Order, offer: Offer, returned: Returned, now: datetime
) -> messages.RefundFailed:
    """Return the message that a refund did not reach its buyer."""
    return messages.RefundFailed(
        order_id=order.order_id,
        order_code=order_code(order.order_id),
        buyer=buyer_told(order.buyer),
        event=event_told(offer),
        refund_id=returned.refund_id,
        amount_minor=returned.amount_minor,
        currency=order.currency,
        occurred_at=now,
    )
