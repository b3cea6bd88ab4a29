"""Promo codes: what one takes off, of which tickets, for whom it opens hidden ones, and when.

A use is one order or hold, however many tickets it has. Uses are never counted up or down: they
are what there is of orders being paid or issued and of active holds under a code. So a use comes
back by itself when a hold ends, or an order fails, is refunded or loses its last ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.contracts.prices import NO_DISCOUNT, Discount
from guichet.tickets.domain import Line, Refusal, Refused

CODE_LENGTH_MAX = 40


@dataclass(slots=True)
class PromoCode:
    """A code of one event; `ticket_type_ids` is None where it counts for every type.

    `uses` is how often it is in use now; it is counted only where `max_uses` limits it.
    """

    promo_id: int
    event_id: int
    code: str
    discount: Discount
    max_uses: int | None
    valid_from: datetime | None
    valid_until: datetime | None
    ticket_type_ids: frozenset[int] | None
    reveals_hidden: bool
    created_at: datetime
    uses: int = 0

    def counts_for(self, ticket_type_id: int) -> bool:
        """Return whether it takes something off (or reveals) this ticket type."""
        return self.ticket_type_ids is None or ticket_type_id in self.ticket_type_ids

    def reveals(self, ticket_type_id: int) -> bool:
        """Return whether a hidden ticket type may be bought with it."""
        return self.reveals_hidden and self.counts_for(ticket_type_id)

    def discount_on(self, ticket_type_id: int) -> Discount:
        """Return what it takes off a ticket of this type."""
        return self.discount if self.counts_for(ticket_type_id) else NO_DISCOUNT


def key_of_code(code: str) -> str:
    """Return what codes are compared by: neither case nor the spaces around them matter."""
    return code.strip().casefold()


def decide_promo(promo: PromoCode, asked: Sequence[Line], now: datetime) -> Refused | None:
    """Return why a code cannot be used for this now, None where it can."""
    if promo.valid_from is not None and now < promo.valid_from:
        return Refused(Refusal.PROMO_CODE_NOT_YET_VALID, {"valid_from": promo.valid_from})
    if promo.valid_until is not None and now >= promo.valid_until:
        return Refused(Refusal.PROMO_CODE_EXPIRED)
    if not any(promo.counts_for(line.ticket_type_id) for line in asked):
        return Refused(Refusal.PROMO_CODE_NOT_APPLICABLE)
    if promo.max_uses is not None and promo.uses >= promo.max_uses:
        return Refused(Refusal.PROMO_CODE_USED_UP)
    return None
