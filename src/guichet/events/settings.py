"""What events is told from outside."""

from typing import Self

from pydantic import Field, model_validator

from guichet.contracts.money import minor_of
from guichet.contracts.percents import basis_points_of
from guichet.contracts.prices import FeeTerms
from guichet.events.domain.terms import HouseTerms
from guichet.kernel.settings import CommonSettings


class Settings(CommonSettings):
    """The settings of events, on top of those that every process has.

    Rates are in per cent, `vat_rates` all that an organiser may choose from, separated by commas.
    """

    events_dsn: str = Field(default="", repr=False)
    events_fee_per_ticket: str = "0"
    events_fee_percent: str = "0"
    vat_rates: str = "0,2.1,5.5,10,20"
    vat_rate_default: str = "20"

    @property
    def house_terms(self) -> HouseTerms:
        """Return what holds where an organiser says nothing; ValueError where it cannot hold."""
        rates = tuple(sorted(basis_points_of(rate) for rate in self.vat_rates.split(",")))
        default = basis_points_of(self.vat_rate_default)
        if default not in rates:
            raise ValueError("GUICHET_VAT_RATE_DEFAULT is none of GUICHET_VAT_RATES")
        fee = FeeTerms(
            fixed_minor=minor_of(self.events_fee_per_ticket),
            basis_points=basis_points_of(self.events_fee_percent),
            # A fee is a service like any other: the standard rate, which is a country's highest.
            vat_basis_points=rates[-1],
        )
        return HouseTerms(fee=fee, vat_rates=rates, vat_default=default)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        """Refuse to start with terms that cannot hold, rather than fail at the first event."""
        _ = self.house_terms
        return self
