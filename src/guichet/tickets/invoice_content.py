"""What receipts, invoices and credit notes say, frozen at the moment when they get their number.

The figures come from the order's lines and from the parts that a refund was stored with; nothing
is computed anew. A receipt becomes an invoice where the organiser has given seller details.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from guichet.contracts.prices import UnitPrice
from guichet.tickets.codes import order_code
from guichet.tickets.domain import Offer, Order
from guichet.tickets.pricing import Parts, VatShare, totals

SEQUENCE_DIGITS = 6


class Kind(StrEnum):
    """What a document is: of a sale with or without seller details, or of a refund."""

    RECEIPT = "receipt"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Seller(msgspec.Struct, frozen=True):
    """Who sells, as invoices must name it; `vat_number` None where there is none."""

    legal_name: str
    address: str
    postal_code: str
    city: str
    country: str
    registration_number: str
    vat_number: str | None = None
    invoice_prefix: str | None = None


class DocumentLine(msgspec.Struct, frozen=True):
    """So many tickets of one type; `unit` is None on a credit note, whose parts are its totals."""

    name: str
    quantity: int
    unit: UnitPrice | None = None


class Amounts(msgspec.Struct, frozen=True):
    """What a document adds up to, in minor units; a credit note's are positive too.

    `subtotal_minor` less `discount_minor` plus `fees_minor` (on top) is `total_minor`, of which
    `vat` is contained by rate.
    """

    subtotal_minor: int
    discount_minor: int
    fees_minor: int
    total_minor: int
    vat: tuple[VatShare, ...]

    @property
    def vat_minor(self) -> int:
        """The VAT that the total contains."""
        return sum(share.vat_minor for share in self.vat)


class Content(msgspec.Struct, frozen=True):
    """A whole document; `settled_at` is when the money was paid, or went back."""

    kind: Kind
    number: str
    issued_at: datetime
    order_code: str
    language: str
    currency: str
    platform: str
    seller: Seller | None
    buyer_name: str
    event_title: str
    event_starts_at: datetime
    event_time_zone: str
    event_location: str
    lines: tuple[DocumentLine, ...]
    amounts: Amounts
    payment_method: str | None
    settled_at: datetime | None
    refers_to: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A refund whose money has gone back; `quantities` are tickets by type that went with it.

    `parts` is None for a refund of before there were fees and VAT; `sale_number` names the
    document of the sale.
    """

    refund_id: int
    amount_minor: int
    reason: str
    completed_at: datetime
    parts: Parts | None
    quantities: Mapping[int, int]
    sale_number: str


@dataclass(frozen=True, slots=True)
class Issue:
    """Under which name a document is issued."""

    number: str
    at: datetime
    seller: Seller | None
    platform: str


def number_of(organiser_id: int, prefix: str | None, year: int, sequence: int) -> str:
    """Return a document's number; without a prefix of the organiser's own it says whose it is."""
    return f"{prefix or f'G{organiser_id}'}-{year}-{sequence:0{SEQUENCE_DIGITS}d}"


def sale_content(order: Order, offer: Offer, issue: Issue) -> Content:
    """Return the receipt or invoice of a paid order."""
    shown = totals(order.lines)
    payment = order.payment
    return _content(
        order,
        offer,
        issue,
        kind=Kind.RECEIPT if issue.seller is None else Kind.INVOICE,
        lines=tuple(
            DocumentLine(_type_name(offer, line.ticket_type_id), line.quantity, line.unit)
            for line in order.lines
        ),
        amounts=Amounts(
            shown.subtotal_minor,
            shown.discount_minor,
            shown.fees_minor,
            shown.total_minor,
            shown.vat,
        ),
        settled_at=payment.paid_at if payment else None,
    )


def credit_content(order: Order, offer: Offer, refund: CarriedOut, issue: Issue) -> Content:
    """Return the credit note of a refund."""
    parts = refund.parts or Parts(refund.amount_minor, 0, 0)
    return _content(
        order,
        offer,
        issue,
        kind=Kind.CREDIT_NOTE,
        lines=tuple(
            DocumentLine(_type_name(offer, number), quantity)
            for number, quantity in sorted(refund.quantities.items())
        ),
        amounts=Amounts(
            parts.price_minor,
            0,
            parts.fee_on_top_minor,
            parts.amount_minor,
            _vat_given_back(parts),
        ),
        settled_at=refund.completed_at,
        refund=refund,
    )


def _content(
    order: Order,
    offer: Offer,
    issue: Issue,
    *,
    kind: Kind,
    lines: tuple[DocumentLine, ...],
    amounts: Amounts,
    settled_at: datetime | None,
    refund: CarriedOut | None = None,
) -> Content:
    return Content(
        kind=kind,
        number=issue.number,
        issued_at=issue.at,
        order_code=order_code(order.order_id),
        language=order.buyer.language,
        currency=order.currency,
        platform=issue.platform,
        seller=issue.seller,
        buyer_name=order.buyer.name,
        event_title=offer.title,
        event_starts_at=offer.starts_at,
        event_time_zone=offer.time_zone,
        event_location=offer.location,
        lines=lines,
        amounts=amounts,
        payment_method=order.payment.method_label if order.payment else None,
        settled_at=settled_at,
        refers_to=refund.sale_number if refund else None,
        reason=refund.reason if refund else None,
    )


def _vat_given_back(parts: Parts) -> tuple[VatShare, ...]:
    """Return the VAT of what the buyer gets back: that of an absorbed fee is not the buyer's."""
    fee_vat: Sequence[VatShare] = parts.fee_vat if parts.fee_on_top_minor else ()
    sums: dict[int, tuple[int, int]] = {}
    for share in (*parts.vat, *fee_vat):
        gross, vat = sums.get(share.basis_points, (0, 0))
        sums[share.basis_points] = (gross + share.gross_minor, vat + share.vat_minor)
    return tuple(VatShare(rate, *amounts) for rate, amounts in sorted(sums.items()))


def _type_name(offer: Offer, ticket_type_id: int) -> str:
    stock = offer.stock.get(ticket_type_id)
    return stock.name if stock is not None else f"n° {ticket_type_id}"
