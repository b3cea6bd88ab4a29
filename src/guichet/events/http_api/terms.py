"""Bodies and answers of terms: an event's fee and refund rules, and what the house offers."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from guichet.contracts.money import CHARGED_MINOR_MIN, Amount, Currency, amount_of
from guichet.contracts.percent_field import Percent
from guichet.contracts.percents import percent_of
from guichet.contracts.prices import FeeTerms
from guichet.events.domain.terms import HouseTerms, RefundTerms
from guichet.events.http_api.fields import Lower

FEE_MINOR_MAX = 1000_00
FEE_BASIS_POINTS_MAX = 50_00
UNTIL_HOURS_MAX = 8760
"""A year of 365 days."""

Money = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["99.99"]})
]
Mode = Literal["on_top", "absorbed"]

_FEE_NAMES = {
    "per_ticket": "fixed_minor",
    "percent": "basis_points",
    "vat_rate": "vat_basis_points",
}
_REFUND_NAMES = {
    "allowed": "is_allowed",
    "until_hours": "until_hours",
    "kept_per_ticket": "kept_minor",
    "keeps_fee": "keeps_fee",
}


def _at_most(most: int, shown: str) -> AfterValidator:
    """Return the bound of a value in minor units or basis points, said as clients write it."""

    def check(value: int) -> int:
        if value > most:
            raise PydanticCustomError("less_than_equal", "{le} at most", {"le": shown})
        return value

    return AfterValidator(check)


def _whole_hours(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a whole number is expected")
    return value


class _Terms(BaseModel):
    """What is left out, or null, stays as it is."""

    model_config = ConfigDict(extra="forbid")

    def _renamed(self, names: dict[str, str]) -> dict[str, Any]:
        return {
            ours: value
            for name, ours in names.items()
            if (value := getattr(self, name)) is not None
        }


class FeeBody(_Terms):
    """The booking fee of each ticket: an amount, and a per cent of its price.

    `on_top` adds it to what the buyer pays; `absorbed` takes it out of the price.
    """

    per_ticket: Annotated[Amount, _at_most(FEE_MINOR_MAX, amount_of(FEE_MINOR_MAX))] | None = None
    percent: (
        Annotated[Percent, _at_most(FEE_BASIS_POINTS_MAX, percent_of(FEE_BASIS_POINTS_MAX))] | None
    ) = None
    mode: Annotated[Mode, Lower] | None = None
    vat_rate: Percent | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was given, as fields of `FeeTerms`."""
        given = self._renamed(_FEE_NAMES)
        return given if self.mode is None else {**given, "is_on_top": self.mode == "on_top"}


class RefundRulesBody(_Terms):
    """When holders may give tickets back: until `until_hours` before the start.

    `kept_per_ticket` is kept of each ticket's price, and the fee on top where `keeps_fee`.
    """

    allowed: bool | None = None
    until_hours: (
        Annotated[int, BeforeValidator(_whole_hours), Field(ge=0, le=UNTIL_HOURS_MAX)] | None
    ) = None
    kept_per_ticket: Amount | None = None
    keeps_fee: bool | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was given, as fields of `RefundTerms`."""
        return self._renamed(_REFUND_NAMES)


class FeeAnswer(BaseModel):
    """The booking fee of each ticket; its VAT of `vat_rate` per cent is within it."""

    per_ticket: Money
    percent: str
    mode: Mode
    vat_rate: str


class RefundRulesAnswer(BaseModel):
    """When holders may give tickets back, and what is kept then."""

    allowed: bool
    until_hours: int
    kept_per_ticket: Money
    keeps_fee: bool


class HouseTermsAnswer(BaseModel):
    """The VAT rates that there are here, in per cent, and what holds where nothing is said.

    `charged_min` is, by currency, the least that the payment provider charges for an order.
    """

    vat_rates: list[str]
    vat_rate_default: str
    fee: FeeAnswer
    charged_min: dict[Currency, Money]


def house_terms_answer(house: HouseTerms) -> HouseTermsAnswer:
    """Return the terms of the house as clients write them."""
    return HouseTermsAnswer(
        vat_rates=[percent_of(rate) for rate in house.vat_rates],
        vat_rate_default=percent_of(house.vat_default),
        fee=fee_answer(house.fee),
        charged_min={currency: amount_of(least) for currency, least in CHARGED_MINOR_MIN.items()},
    )


def fee_answer(fee: FeeTerms) -> FeeAnswer:
    """Return the fee as clients write it."""
    return FeeAnswer(
        per_ticket=amount_of(fee.fixed_minor),
        percent=percent_of(fee.basis_points),
        mode="on_top" if fee.is_on_top else "absorbed",
        vat_rate=percent_of(fee.vat_basis_points),
    )


def refund_rules_answer(rules: RefundTerms) -> RefundRulesAnswer:
    """Return the rules as clients write them."""
    return RefundRulesAnswer(
        allowed=rules.is_allowed,
        until_hours=rules.until_hours,
        kept_per_ticket=amount_of(rules.kept_minor),
        keeps_fee=rules.keeps_fee,
    )
