"""The rules of giving tickets back: who may until when, and what goes back for each. Pure.

    charged            what the buyer paid for the ticket, its fee on top included
    - kept             of the price, as the event's rules say; never more than the price
    - fee kept         the fee on top, where the rules say so
    - given before     what goodwill has already given back of it
    = amount           what goes back now, never less than nothing

An administrator and the event's creator are not bound by the event's rules, nor is anybody once
the event is cancelled. A ticket that gives back nothing may still be cancelled: its place returns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.kernel.problems import Problem
from guichet.tickets.domain import Offer, Order, Ticket, TicketStatus
from guichet.tickets.pricing import Paid, Parts, Returned, refund_parts, unit_of
from guichet.tickets.problems import AlreadyCancelled, AlreadyUsed, EventOver
from guichet.tickets.refund_problems import NothingToRefund, RefundNotAllowed, RefundTooLate


@dataclass(frozen=True, slots=True)
class Right:
    """By what right tickets are given back.

    `reason` is holder, administrator, organiser or event_cancelled. `is_bound` says whether the
    event's rules bind; `account_id` is who asked, None for a guest or the system itself.
    """

    reason: str
    is_bound: bool
    account_id: int | None = None


EVENT_CANCELLED = Right("event_cancelled", is_bound=False)


@dataclass(frozen=True, slots=True)
class TicketBack:
    """What one ticket gives back, and what not; minor units that add up to what was charged.

    `price_minor` and `fee_minor` go back: of the price, and of the fee on top.
    """

    ticket_id: int
    price_minor: int
    fee_minor: int
    kept_minor: int = 0
    fee_kept_minor: int = 0
    given_before_minor: int = 0

    @property
    def amount_minor(self) -> int:
        """What goes back."""
        return self.price_minor + self.fee_minor


@dataclass(frozen=True, slots=True)
class OrderBack:
    """What tickets of one order would give back; `refusal` is why they may not be given back.

    `until` is the last moment at which the holder may, None where the rules do not bind.
    """

    tickets: tuple[TicketBack, ...]
    refusal: Problem | None
    until: datetime | None

    @property
    def total_minor(self) -> int:
        """What goes back in all."""
        return sum(ticket.amount_minor for ticket in self.tickets)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Tickets of one order to be cancelled together, how each was paid and what it gives back.

    `note` is what a person says about it, told to the buyer; `run_id` is the run over the event.
    """

    order: Order
    tickets: tuple[Ticket, ...]
    paid: tuple[Paid, ...]
    backs: tuple[TicketBack, ...]
    right: Right
    note: str | None = None
    run_id: int | None = None

    @property
    def refund_minor(self) -> int:
        """What goes back in all."""
        return sum(back.amount_minor for back in self.backs)

    @property
    def parts(self) -> Parts:
        """What the refund contains of price, fee and VAT."""
        return refund_parts(
            Returned(paid, back.price_minor, back.fee_minor)
            for paid, back in zip(self.paid, self.backs, strict=True)
        )


def binds(right: Right, offer: Offer) -> bool:
    """Return whether the event's rules bind who asks."""
    return right.is_bound and offer.status != "cancelled"


def last_moment(offer: Offer) -> datetime:
    """Return until when a holder may give tickets back."""
    return offer.starts_at - timedelta(hours=offer.refund_rules.until_hours)


def refusal_of(offer: Offer, right: Right, at: datetime) -> Problem | None:
    """Return why the event's rules refuse, None where they do not."""
    if not binds(right, offer):
        return None
    if at >= offer.starts_at:
        return EventOver()
    if not offer.refund_rules.is_allowed:
        return RefundNotAllowed()
    if at >= last_moment(offer):
        return RefundTooLate(until=last_moment(offer), hours=offer.refund_rules.until_hours)
    return None


def refusal_of_ticket(ticket: Ticket) -> Problem | None:
    """Return why a ticket can no longer be given back, None where it can."""
    if ticket.status is TicketStatus.CANCELLED:
        return AlreadyCancelled(cancelled_at=ticket.cancelled_at)
    if ticket.status is TicketStatus.USED:
        return AlreadyUsed(used_at=ticket.used_at, used_where=ticket.used_where)
    return None


def paid_for(
    order: Order, tickets: Sequence[Ticket], returned: Mapping[int, tuple[int, int]]
) -> tuple[Paid, ...]:
    """Return how tickets of an order were paid for, in their order.

    `returned` is by ticket id what earlier refunds gave back of the price and of the fee on top.
    """
    return tuple(
        Paid(unit_of(order.lines, ticket.ticket_type_id), *returned.get(ticket.ticket_id, (0, 0)))
        for ticket in tickets
    )


def what_goes_back(
    tickets: Sequence[Ticket], paid: Sequence[Paid], offer: Offer, right: Right, left_minor: int
) -> tuple[TicketBack, ...]:
    """Return what each of these tickets of one order gives back, in their order.

    `left_minor` is what of the order's payment nobody has asked back yet: together they never
    give back more.
    """
    backs: list[TicketBack] = []
    for ticket, how in zip(tickets, paid, strict=True):
        back = _one(ticket, how, offer, right, left_minor)
        left_minor -= back.amount_minor
        backs.append(back)
    return tuple(backs)


def _one(ticket: Ticket, paid: Paid, offer: Offer, right: Right, left_minor: int) -> TicketBack:
    kept = fee_kept = 0
    if binds(right, offer):
        kept = min(offer.refund_rules.kept_minor, paid.price_left_minor)
        fee_kept = paid.fee_left_minor if offer.refund_rules.keeps_fee else 0
    price = min(paid.price_left_minor - kept, left_minor)
    fee = min(paid.fee_left_minor - fee_kept, left_minor - price)
    before = paid.unit.charged_minor - kept - fee_kept - price - fee
    return TicketBack(ticket.ticket_id, price, fee, kept, fee_kept, before)


def order_back(
    tickets: Sequence[Ticket],
    paid: Sequence[Paid],
    offer: Offer,
    right: Right,
    left_minor: int,
    at: datetime,
) -> OrderBack:
    """Return what would happen if these tickets of one order were given back now."""
    refusal = refusal_of(offer, right, at)
    if refusal is None:
        refusal = next(filter(None, map(refusal_of_ticket, tickets)), None)
    if refusal is None and not tickets:
        refusal = NothingToRefund()
    return OrderBack(
        what_goes_back(tickets, paid, offer, right, left_minor),
        refusal,
        last_moment(offer) if binds(right, offer) else None,
    )
