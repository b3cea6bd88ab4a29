"""What orders, refunds and the ledger say of prices: sums of tickets, rounded nowhere else.

`contracts/prices.py` computes the price of one ticket when it is granted; from then on its line
carries it, and everything here only adds up or gives back what stands there.

A refund gives back, ticket by ticket, some of the price and some of the fee on top. The VAT within
that, and the share of an absorbed fee, follow in proportion, rounded half up on what the ticket
has given back *in all so far*: several refunds of one ticket add up to exactly what its whole
price contained, whatever the steps. An amount that is for no ticket in particular is spread over
all that is left, in proportion, cents to the largest remainders (`spread`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guichet.contracts.prices import UnitPrice, half_up
from guichet.tickets.domain import Line


@dataclass(frozen=True, slots=True)
class VatShare:
    """The VAT at one rate: how much of `gross_minor` it is, in minor units."""

    basis_points: int
    gross_minor: int
    vat_minor: int

    @property
    def base_minor(self) -> int:
        """The amount without the VAT."""
        return self.gross_minor - self.vat_minor


@dataclass(frozen=True, slots=True)
class Totals:
    """What a buyer is shown of a basket: list prices, less discount, plus fees on top = total.

    `vat` is what the total contains by rate, that of the fees on top included.
    """

    subtotal_minor: int
    discount_minor: int
    fees_minor: int
    total_minor: int
    vat: tuple[VatShare, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What an amount taken or given back is made of, in minor units.

    The amount is `price_minor` + `fee_on_top_minor`. `fee_minor` is the booking fee that goes with
    it, on top or absorbed, VAT included; `vat` is within the price, `fee_vat` within the fee.
    """

    price_minor: int
    fee_on_top_minor: int
    fee_minor: int
    vat: tuple[VatShare, ...] = ()
    fee_vat: tuple[VatShare, ...] = ()

    @property
    def amount_minor(self) -> int:
        """What the buyer pays, or gets back."""
        return self.price_minor + self.fee_on_top_minor

    @property
    def fee_net_minor(self) -> int:
        """The booking fee without its VAT."""
        return self.fee_minor - sum(share.vat_minor for share in self.fee_vat)


@dataclass(frozen=True, slots=True)
class Paid:
    """One ticket as it was paid for, and what of it earlier refunds have given back already."""

    unit: UnitPrice
    price_returned_minor: int = 0
    fee_returned_minor: int = 0

    @property
    def price_left_minor(self) -> int:
        """What is left of the price."""
        return self.unit.price_minor - self.price_returned_minor

    @property
    def fee_left_minor(self) -> int:
        """What is left of the fee on top."""
        return self.unit.fee_on_top_minor - self.fee_returned_minor


@dataclass(frozen=True, slots=True)
class Returned:
    """What one refund gives back of one ticket: of its price, and of its fee on top."""

    paid: Paid
    price_minor: int
    fee_on_top_minor: int

    @property
    def amount_minor(self) -> int:
        """What the buyer gets back for this ticket."""
        return self.price_minor + self.fee_on_top_minor


def totals(lines: Sequence[Line]) -> Totals:
    """Return what is shown of these lines."""
    shares = _Shares()
    for line in lines:
        unit, quantity = line.unit, line.quantity
        shares.add(unit.vat_basis_points, quantity * unit.price_minor, quantity * unit.vat_minor)
        if unit.is_fee_on_top:
            shares.add(
                unit.fee_vat_basis_points, quantity * unit.fee_minor, quantity * unit.fee_vat_minor
            )
    return Totals(
        subtotal_minor=sum(line.quantity * line.unit.list_minor for line in lines),
        discount_minor=sum(line.quantity * line.unit.discount_minor for line in lines),
        fees_minor=sum(line.quantity * line.unit.fee_on_top_minor for line in lines),
        total_minor=sum(line.charged_minor for line in lines),
        vat=shares.all(),
    )


def unit_of(lines: Sequence[Line], ticket_type_id: int) -> UnitPrice:
    """Return the price of an order's tickets of this type; raises `KeyError` where it has none."""
    for line in lines:
        if line.ticket_type_id == ticket_type_id:
            return line.unit
    raise KeyError(ticket_type_id)


def whole(paid: Paid) -> Returned:
    """Return all that is left of a ticket, its fee included."""
    return Returned(paid, paid.price_left_minor, paid.fee_left_minor)


def sale_parts(lines: Sequence[Line]) -> Parts:
    """Return what the payment of these lines is made of."""
    return refund_parts(whole(Paid(line.unit)) for line in lines for _ in range(line.quantity))


def refund_parts(returned: Iterable[Returned]) -> Parts:
    """Return what a refund contains, given what it gives back of each ticket.

    This alone decides what ledger, credit note and report say of a refund: it is stored with the
    refund when that is requested. A fee on top goes back as far as the buyer gets it back; an
    absorbed fee goes back to the organiser in proportion to the price. See the module for rounding.
    """
    price = on_top = fee = 0
    vat, fee_vat = _Shares(), _Shares()
    for item in returned:
        before, after = item.paid, _after(item)
        price += item.price_minor
        on_top += item.fee_on_top_minor
        vat.add(before.unit.vat_basis_points, item.price_minor, _vat_of(after) - _vat_of(before))
        fee_now = _fee_of(after) - _fee_of(before)
        fee += fee_now
        fee_vat.add(
            before.unit.fee_vat_basis_points, fee_now, _fee_vat_of(after) - _fee_vat_of(before)
        )
    return Parts(price, on_top, fee, vat.all(), fee_vat.all())


def spread(amount_minor: int, tickets: Sequence[Paid]) -> list[Returned]:
    """Return an amount given back over all that is left of these tickets, in proportion.

    Each price and each fee on top gets its share rounded down; the cents that remain go to the
    largest remainders, to the first of equals. Raises `ValueError` where less than that is left.
    """
    left = [part for paid in tickets for part in (paid.price_left_minor, paid.fee_left_minor)]
    all_left = sum(left)
    if not 0 <= amount_minor <= all_left:
        raise ValueError("more than is left to give back")
    shares = [amount_minor * part // all_left if all_left else 0 for part in left]
    by_remainder = sorted(
        range(len(left)), key=lambda i: -(amount_minor * left[i] % all_left) if all_left else 0
    )
    for i in by_remainder[: amount_minor - sum(shares)]:
        shares[i] += 1
    return [Returned(paid, shares[2 * i], shares[2 * i + 1]) for i, paid in enumerate(tickets)]


def _after(item: Returned) -> Paid:
    return Paid(
        item.paid.unit,
        item.paid.price_returned_minor + item.price_minor,
        item.paid.fee_returned_minor + item.fee_on_top_minor,
    )


def _vat_of(paid: Paid) -> int:
    return _in_proportion(paid.unit.vat_minor, paid.price_returned_minor, paid.unit.price_minor)


def _fee_of(paid: Paid) -> int:
    if paid.unit.is_fee_on_top:
        return paid.fee_returned_minor
    return _in_proportion(paid.unit.fee_minor, paid.price_returned_minor, paid.unit.price_minor)


def _fee_vat_of(paid: Paid) -> int:
    return _in_proportion(paid.unit.fee_vat_minor, _fee_of(paid), paid.unit.fee_minor)


def _in_proportion(part: int, returned: int, of: int) -> int:
    return half_up(part * returned, of) if of else 0


class _Shares:
    """Adds up VAT by rate."""

    def __init__(self) -> None:
        self._by_rate: dict[int, tuple[int, int]] = {}

    def add(self, basis_points: int, gross_minor: int, vat_minor: int) -> None:
        gross, vat = self._by_rate.get(basis_points, (0, 0))
        self._by_rate[basis_points] = (gross + gross_minor, vat + vat_minor)

    def all(self) -> tuple[VatShare, ...]:
        return tuple(
            VatShare(rate, gross, vat)
            for rate, (gross, vat) in sorted(self._by_rate.items())
            if gross
        )
