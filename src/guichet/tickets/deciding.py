"""May these places be had, and at which price: the answers, without changing anything."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from guichet.contracts.prices import NO_DISCOUNT, UnitPrice, unit_price
from guichet.tickets.domain import (
    Buyer,
    Hold,
    Line,
    Offer,
    Refusal,
    Refused,
    Stock,
)
from guichet.tickets.promo_codes import PromoCode, decide_promo


def decide(
    offer: Offer | None,
    asked: Sequence[Line],
    allotted: Mapping[int, int],
    now: datetime,
    promo: PromoCode | None = None,
) -> Refused | tuple[Line, ...]:
    """Decide one request for places: the lines with their prices, or why not.

    `allotted` is what the buyer has already of each of the event's ticket types. Changes nothing;
    `take` does once the request is granted.
    """
    if offer is None:
        return Refused(Refusal.EVENT_NOT_FOUND)
    if refused := decide_event(offer, now):
        return refused
    lines = price_lines(offer, asked, promo, now)
    if isinstance(lines, Refused):
        return lines
    for line in lines:
        stock = offer.stock[line.ticket_type_id]
        if refused := _decide_line(offer, stock, line.quantity, allotted, now):
            return refused
    total = sum(line.quantity for line in lines)
    if total > offer.per_order_max:
        return Refused(Refusal.PER_ORDER_LIMIT, {"limit": offer.per_order_max})
    limit = offer.per_account_max
    if limit is not None and total + sum(allotted.values()) > limit:
        return Refused(Refusal.PER_ACCOUNT_LIMIT, {"limit": limit})
    return lines


def price_lines(
    offer: Offer, asked: Sequence[Line], promo: PromoCode | None, now: datetime
) -> Refused | tuple[Line, ...]:
    """Return what is asked for with the price of each, or why it cannot be had at all.

    A hidden ticket type can be had only with a code that reveals it.
    """
    if promo is not None and (refused := decide_promo(promo, asked, now)):
        return refused
    lines: list[Line] = []
    for line in asked:
        stock = offer.stock.get(line.ticket_type_id)
        if stock is None or stock.is_withdrawn or (stock.is_hidden and not _is_open(stock, promo)):
            return Refused(Refusal.TICKET_TYPE_NOT_FOUND)
        lines.append(Line(line.ticket_type_id, line.quantity, price_of(offer, stock, promo)))
    return tuple(lines)


def _is_open(stock: Stock, promo: PromoCode | None) -> bool:
    return promo is not None and promo.reveals(stock.ticket_type_id)


def price_of(offer: Offer, stock: Stock, promo: PromoCode | None = None) -> UnitPrice:
    """Return what one ticket of this type costs now, with a code or without."""
    return unit_price(
        stock.price_minor,
        vat_basis_points=stock.vat_basis_points,
        fee=offer.fee,
        discount=NO_DISCOUNT if promo is None else promo.discount_on(stock.ticket_type_id),
    )


def decide_event(offer: Offer, now: datetime) -> Refused | None:
    """Return why nothing may be had of this event now, None where something may."""
    if offer.status == "draft":
        return Refused(Refusal.EVENT_NOT_FOUND)
    if offer.status == "cancelled":
        return Refused(Refusal.EVENT_CANCELLED)
    if offer.status != "published" or now >= offer.over_at:
        return Refused(Refusal.EVENT_OVER)
    return None


def _decide_line(
    offer: Offer, stock: Stock, quantity: int, allotted: Mapping[int, int], now: datetime
) -> Refused | None:
    opens_at = stock.sale_opens_at or offer.sale_opens_at
    closes_at = stock.sale_closes_at or offer.sale_closes_at
    if opens_at is not None and now < opens_at:
        return Refused(Refusal.NOT_ON_SALE_YET, {"sale_opens_at": opens_at})
    if closes_at is not None and now >= closes_at:
        return Refused(Refusal.SALE_CLOSED)
    if stock.per_order_max is not None and quantity > stock.per_order_max:
        return Refused(Refusal.PER_ORDER_LIMIT, {"limit": stock.per_order_max})
    limit = stock.per_account_max
    if limit is not None and quantity + allotted.get(stock.ticket_type_id, 0) > limit:
        return Refused(Refusal.PER_ACCOUNT_LIMIT, {"limit": limit})
    if quantity > stock.left:
        return Refused(Refusal.SOLD_OUT, {"left": max(0, stock.left)})
    return None


def decide_conversion(
    offer: Offer | None, hold: Hold | None, buyer: Buyer, allotted: Mapping[int, int], now: datetime
) -> Refused | tuple[Line, ...]:
    """Decide whether a buyer may turn a hold into an order, at the hold's prices.

    Whoever knows the number of an unnamed or a guest's hold may; an account's hold is its own.
    """
    if hold is None or hold.state != "active" or hold.expires_at <= now:
        return Refused(Refusal.HOLD_GONE)
    if hold.buyer.account_id not in (None, buyer.account_id):
        return Refused(Refusal.HOLD_GONE)
    if offer is None:
        return Refused(Refusal.EVENT_NOT_FOUND)
    if refused := decide_event(offer, now):
        return refused
    limit = offer.per_account_max
    quantity = sum(line.quantity for line in hold.lines)
    is_counted = hold.owner_key == buyer.key
    if limit is not None and not is_counted and quantity + sum(allotted.values()) > limit:
        return Refused(Refusal.PER_ACCOUNT_LIMIT, {"limit": limit})
    return hold.lines
