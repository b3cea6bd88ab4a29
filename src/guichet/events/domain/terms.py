"""What an event asks beside its prices: the booking fee, VAT, and when tickets may be given back.

Rates are in basis points. A change of them concerns later sales only: what was sold keeps the
terms that it was sold under.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from guichet.contracts.prices import NO_FEE, FeeTerms
from guichet.events.domain.problems import VatRateNotAllowed

FRENCH_VAT_RATES = (0, 210, 550, 1000, 2000)
VAT_RATE_DEFAULT = 2000


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """When a holder may give tickets back, and what is kept then.

    Until `until_hours` before the start (0: until it starts); `kept_minor` of each ticket's price,
    and the booking fee where `keeps_fee`.
    """

    is_allowed: bool = True
    until_hours: int = 0
    kept_minor: int = 0
    keeps_fee: bool = False


UNTIL_THE_START = RefundTerms()


@dataclass(frozen=True, slots=True)
class HouseTerms:
    """What holds where an organiser says nothing, and the VAT rates that there are."""

    fee: FeeTerms = NO_FEE
    vat_rates: tuple[int, ...] = FRENCH_VAT_RATES
    vat_default: int = VAT_RATE_DEFAULT

    def fee_with(self, before: FeeTerms, changes: Mapping[str, Any]) -> FeeTerms:
        """Return a fee after a change; raises `VatRateNotAllowed`."""
        after = replace(before, **changes)
        if after.vat_basis_points != before.vat_basis_points:
            self.require_rate(after.vat_basis_points, "fee")
        return after

    def require_rate(self, basis_points: int | None, field: str = "vat_rate") -> None:
        """Raise `VatRateNotAllowed` for a rate that does not exist here; None asks for nothing."""
        if basis_points is not None and basis_points not in self.vat_rates:
            raise VatRateNotAllowed(field, self.vat_rates)


FRENCH_HOUSE = HouseTerms()
