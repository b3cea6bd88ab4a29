"""What a ticket costs: computed here alone, in integers of minor units, one ticket at a time.

Rounding is half up and happens on each ticket, never on a sum: what an order shows, charges and
enters into the ledger is a sum of tickets, so any part of it can be given back to the cent.

    list price      what the organiser asks, VAT included
    - discount      of a promo code, never more than the list price
    = price         what the ticket is worth; its VAT is within it
    + fee           where it is on top; none on a ticket that costs nothing
    = charged       what the buyer pays

A fee that is absorbed is taken out of the price instead, and the buyer pays the price alone.
Rates are in basis points: 5.5 % is 550.
"""

from dataclasses import dataclass

WHOLE = 10_000
"""A hundred per cent, in basis points."""
FEE_VAT_BASIS_POINTS = 2_000


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """The booking fee of each ticket: a fixed amount, and a share of its price."""

    fixed_minor: int = 0
    basis_points: int = 0
    is_on_top: bool = True
    vat_basis_points: int = FEE_VAT_BASIS_POINTS


@dataclass(frozen=True, slots=True)
class Discount:
    """What a promo code takes off each ticket: a share of the list price, or an amount."""

    basis_points: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The price of one ticket, in minor units; VAT is contained in the price and in the fee."""

    list_minor: int
    discount_minor: int
    fee_minor: int
    is_fee_on_top: bool
    vat_basis_points: int
    vat_minor: int
    fee_vat_basis_points: int
    fee_vat_minor: int

    @property
    def price_minor(self) -> int:
        """What the ticket is worth, without a fee on top."""
        return self.list_minor - self.discount_minor

    @property
    def fee_on_top_minor(self) -> int:
        """The part of the fee that the buyer sees and pays."""
        return self.fee_minor if self.is_fee_on_top else 0

    @property
    def charged_minor(self) -> int:
        """What the buyer pays."""
        return self.price_minor + self.fee_on_top_minor


NO_FEE = FeeTerms()
NO_DISCOUNT = Discount()


def unit_price(
    list_minor: int,
    *,
    vat_basis_points: int = 0,
    fee: FeeTerms = NO_FEE,
    discount: Discount = NO_DISCOUNT,
) -> UnitPrice:
    """Return what one ticket costs under these terms."""
    off = half_up(list_minor * discount.basis_points, WHOLE) + discount.amount_minor
    discount_minor = min(list_minor, off)
    price = list_minor - discount_minor
    fee_minor = fee.fixed_minor + half_up(price * fee.basis_points, WHOLE) if price else 0
    if not fee.is_on_top:
        fee_minor = min(fee_minor, price)
    return UnitPrice(
        list_minor=list_minor,
        discount_minor=discount_minor,
        fee_minor=fee_minor,
        is_fee_on_top=fee.is_on_top,
        vat_basis_points=vat_basis_points,
        vat_minor=vat_within(price, vat_basis_points),
        fee_vat_basis_points=fee.vat_basis_points,
        fee_vat_minor=vat_within(fee_minor, fee.vat_basis_points),
    )


def vat_within(gross_minor: int, basis_points: int) -> int:
    """Return the VAT that an amount contains at this rate."""
    return gross_minor - half_up(gross_minor * WHOLE, WHOLE + basis_points)


def half_up(numerator: int, denominator: int) -> int:
    """Return the quotient of two numbers that are not negative, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)
