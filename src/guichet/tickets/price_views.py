"""Prices as clients see them: of each line, and of an order, a hold or a quote as a whole."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from guichet.contracts.money import Amount
from guichet.contracts.percents import percent_of
from guichet.kernel.answers import made
from guichet.tickets.domain import Line, Offer
from guichet.tickets.pricing import totals


class LineView(BaseModel):
    """One line; each amount but `total` is that of one ticket.

    `price` is `list_price` less `discount`, VAT included. `fee` is the booking fee on top of it,
    "0.00" where the fee is within the price. `total` is `quantity` times `price` and `fee`.
    """

    ticket_type_id: int
    ticket_type: str
    quantity: int
    list_price: Amount
    discount: Amount
    price: Amount
    fee: Amount
    total: Amount


class VatView(BaseModel):
    """The VAT that a total contains at one rate, in per cent: `base` without it, and its amount."""

    rate: str
    base: Amount
    amount: Amount


class PricesView(BaseModel):
    """`subtotal` (list prices) less `discount` plus `fees` on top is `total`, which holds `vat`."""

    items: list[LineView]
    quantity: int
    subtotal: Amount
    discount: Amount
    fees: Amount
    total: Amount
    vat: list[VatView]
    currency: str
    promo_code: str | None


class QuoteView(PricesView):
    """What a basket costs now; nothing is kept or promised."""

    event_id: int


def prices_shown(
    lines: Sequence[Line],
    type_names: dict[int, str],
    currency: str,
    promo_code: str | None = None,
) -> dict[str, Any]:
    """Return the fields of `PricesView` for these lines."""
    sums = totals(lines)
    return {
        "items": [_line_view(line, type_names.get(line.ticket_type_id, "")) for line in lines],
        "quantity": sum(line.quantity for line in lines),
        "subtotal": sums.subtotal_minor,
        "discount": sums.discount_minor,
        "fees": sums.fees_minor,
        "total": sums.total_minor,
        "vat": [
            made(
                VatView,
                rate=percent_of(share.basis_points),
                base=share.base_minor,
                amount=share.vat_minor,
            )
            for share in sums.vat
        ],
        "currency": currency,
        "promo_code": promo_code,
    }


def quote_view(offer: Offer, lines: Sequence[Line], promo_code: str | None = None) -> QuoteView:
    """Return what these lines cost."""
    type_names = {stock.ticket_type_id: stock.name for stock in offer.stock.values()}
    return made(
        QuoteView,
        event_id=offer.event_id,
        **prices_shown(lines, type_names, offer.currency, promo_code),
    )


def _line_view(line: Line, type_name: str) -> LineView:
    unit = line.unit
    return made(
        LineView,
        ticket_type_id=line.ticket_type_id,
        ticket_type=type_name,
        quantity=line.quantity,
        list_price=unit.list_minor,
        discount=unit.discount_minor,
        price=unit.price_minor,
        fee=unit.fee_on_top_minor,
        total=line.charged_minor,
    )
