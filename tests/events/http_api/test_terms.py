"""Over HTTP: fees, VAT and refund rules of an event."""

import pytest

from guichet.contracts.money import CURRENCIES
from tests.events.conftest import RunningEvents, event_body

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_old_client_gets_the_house_s_terms(running: RunningEvents) -> None:
    made = await running.create()
    assert made["fee"] == {
        "per_ticket": "0.00", "percent": "0", "mode": "on_top", "vat_rate": "20"
    }  # fmt: skip
    assert made["refund_rules"] == {
        "allowed": True, "until_hours": 0, "kept_per_ticket": "0.00", "keeps_fee": False
    }  # fmt: skip
    kind = made["ticket_types"][0]
    assert (kind["price"], kind["vat_rate"], kind["fee"], kind["total"]) == (
        "25.50", "20", "0.00", "25.50"
    )  # fmt: skip


async def test_the_house_says_what_organisers_choose_from(running: RunningEvents) -> None:
    answer = await running.ask("GET", "/terms")
    charged_min = answer.body.pop("charged_min")
    assert charged_min.keys() == set(CURRENCIES)
    assert (charged_min["EUR"], charged_min["CZK"]) == ("0.50", "15.00")
    assert (answer.status, answer.body) == (
        200,
        {
            "vat_rates": ["0", "2.1", "5.5", "10", "20"],
            "vat_rate_default": "20",
            "fee": {"per_ticket": "0.00", "percent": "0", "mode": "on_top", "vat_rate": "20"},
        },
    )
    made = await running.create(vat_rate=answer.body["vat_rates"][1], fee=answer.body["fee"])
    assert made["ticket_types"][0]["vat_rate"] == "2.1"


@pytest.mark.parametrize("currency", ["SEK", "aud", "THB"])
async def test_a_price_is_in_any_of_the_currencies(running: RunningEvents, currency: str) -> None:
    made = await running.create(currency=currency, price="250")
    assert (made["currency"], made["price"]) == (currency.upper(), "250.00")


@pytest.mark.parametrize("currency", ["JPY", "KWD", "EU", "", None, 978])
async def test_a_currency_without_two_decimals_is_refused(
    running: RunningEvents, currency: object
) -> None:
    body = event_body(currency=currency)
    refused = await running.ask("POST", "", body, token=running.creator)
    assert (refused.status, list(refused.body["errors"])) == (422, ["currency"])


async def test_a_buyer_sees_the_fee_on_top_and_no_absorbed_one(running: RunningEvents) -> None:
    fee = {"per_ticket": "1.00", "percent": "2.5"}
    made = await running.create(fee=fee, vat_rate=5.5)
    kind = made["ticket_types"][0]
    # 2.5 % of 25.50 is 0.6375.
    assert (kind["price"], kind["fee"], kind["total"]) == ("25.50", "1.64", "27.14")
    assert (made["price"], kind["vat_rate"]) == ("25.50", "5.5")
    changed = await running.ask(
        "PATCH", f"/{made['id']}", {"fee": {"mode": "absorbed"}}, token=running.creator
    )
    assert changed.body["fee"] == {**made["fee"], "mode": "absorbed"}
    kind = changed.body["ticket_types"][0]
    assert (kind["fee"], kind["total"]) == ("0.00", "25.50")
    back = {name: changed.body[name] for name in ("fee", "refund_rules", "ticket_types")}
    again = await running.ask("PUT", f"/{made['id']}", back, token=running.creator)
    assert (again.status, again.body["ticket_types"]) == (200, [kind])


async def test_terms_are_told_with_each_change_of_them(running: RunningEvents) -> None:
    made = await running.create(
        fee={"per_ticket": 1, "vat_rate": "10"}, refund_rules={"until_hours": 48}, vat_rate="5.5"
    )
    path = f"/{made['id']}"
    asked: list[tuple[str, dict[str, object]]] = [
        (path, {"fee": {"percent": "2.5"}}),
        (path, {"refund_rules": {"kept_per_ticket": "5", "keeps_fee": True}}),
        (path, {"vat_rate": "10"}),
        (path, {"fee": {"percent": "2.5"}}),
    ]
    for where, body in asked:
        answer = await running.ask("PATCH", where, body, token=running.creator)
        assert answer.status == 200, answer.body
    told = [payload["event"] for _, payload in await running.messages(made["id"])]
    fees = [(event["fee"]["fixed_minor"], event["fee"]["basis_points"]) for event in told]
    assert fees == [(100, 0), (100, 250), (100, 250), (100, 250)], "the last changed nothing"
    assert told[0]["fee"]["vat_basis_points"] == 1000
    assert told[-1]["refund_rules"] == {
        "is_allowed": True, "until_hours": 48, "kept_minor": 500, "keeps_fee": True
    }  # fmt: skip
    rates = [event["ticket_types"][0]["vat_basis_points"] for event in told]
    assert rates == [550, 550, 550, 1000]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fee", {"per_ticket": "1000.01"}),
        ("fee", {"percent": "50.01"}),
        ("fee", {"percent": "2.555"}),
        ("fee", {"mode": "hidden"}),
        ("fee", {"vat_rate": "19"}),
        ("fee", {"per_order": "1.00"}),
        ("refund_rules", {"until_hours": 8761}),
        ("refund_rules", {"until_hours": True}),
        ("refund_rules", {"kept_per_ticket": "-1"}),
        ("vat_rate", "19.6"),
        ("ticket_types", [{"name": "A", "price": 1, "capacity": 3, "vat_rate": "7"}]),
    ],
)
async def test_terms_out_of_bounds_are_refused(
    running: RunningEvents, field: str, value: object
) -> None:
    body = event_body(**{field: value})
    answer = await running.ask("POST", "", body, token=running.creator)
    assert answer.status == 422, answer.body
    first = next(iter(answer.body["errors"]))
    expected = "vat_rate" if field == "ticket_types" else field
    assert first.split(".")[0] == expected


async def test_a_refused_rate_names_the_possible_ones(running: RunningEvents) -> None:
    answer = await running.ask("POST", "", event_body(vat_rate="19.6"), token=running.creator)
    assert answer.body["errors"] == {"vat_rate": ["Possible VAT rates: 0, 2.1, 5.5, 10, 20 %."]}
