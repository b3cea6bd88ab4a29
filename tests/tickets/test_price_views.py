"""Prices as clients see them: amounts as texts, rates without idle zeros, sums that add up."""

from decimal import Decimal

from hypothesis import given

from guichet.contracts.prices import Discount, FeeTerms, unit_price
from guichet.tickets.domain import Line
from guichet.tickets.price_views import PricesView, prices_shown, quote_view
from tests.tickets.test_deciding import offer
from tests.tickets.test_pricing import baskets


@given(baskets)
def test_what_a_client_adds_up_is_the_total(lines: list[Line]) -> None:
    shown = PricesView.model_construct(**prices_shown(lines, {}, "EUR")).model_dump(mode="json")
    subtotal, discount, fees, total = (
        Decimal(shown[name]) for name in ("subtotal", "discount", "fees", "total")
    )
    assert subtotal - discount + fees == total
    assert sum(Decimal(item["total"]) for item in shown["items"]) == total
    for item in shown["items"]:
        assert Decimal(item["list_price"]) - Decimal(item["discount"]) == Decimal(item["price"])
        each = Decimal(item["price"]) + Decimal(item["fee"])
        assert item["quantity"] * each == Decimal(item["total"])
    assert sum(Decimal(v["base"]) + Decimal(v["amount"]) for v in shown["vat"]) == total


def test_a_quote_names_its_ticket_types_and_rates() -> None:
    unit = unit_price(
        1055,
        vat_basis_points=550,
        fee=FeeTerms(fixed_minor=60),
        discount=Discount(amount_minor=55),
    )
    shown = quote_view(offer(10), [Line(1, 2, unit)]).model_dump(mode="json")
    assert (shown["event_id"], shown["items"][0]["ticket_type"]) == (1, "Type 1")
    assert (shown["subtotal"], shown["discount"], shown["fees"]) == ("21.10", "1.10", "1.20")
    assert (shown["total"], shown["quantity"], shown["currency"]) == ("21.20", 2, "EUR")
    assert shown["vat"] == [
        {"rate": "5.5", "base": "18.96", "amount": "1.04"},
        {"rate": "20", "base": "1.00", "amount": "0.20"},
    ]
