"""What the house asks where an organiser says nothing comes from the settings."""

import pytest
from pydantic import ValidationError

from guichet.events.settings import Settings


def test_the_house_s_terms_are_read_exactly() -> None:
    settings = Settings(
        events_fee_per_ticket="0.99",
        events_fee_percent="2.5",
        vat_rates="8.1, 2.6,0",
        vat_rate_default="8.1",
    )
    house = settings.house_terms
    assert (house.fee.fixed_minor, house.fee.basis_points, house.fee.is_on_top) == (99, 250, True)
    assert house.fee.vat_basis_points == 810, "a rate that there is, the highest"
    assert (house.vat_rates, house.vat_default) == ((0, 260, 810), 810)


@pytest.mark.parametrize(
    "wrong",
    [
        {"vat_rates": "0,5.5"},
        {"vat_rates": "0,,20"},
        {"vat_rate_default": "19.6"},
        {"events_fee_per_ticket": "-1"},
        {"events_fee_percent": "120"},
    ],
)
def test_terms_that_cannot_hold_keep_the_service_from_starting(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
