"""Paying in the browser: what the web app is told, and what the order shows meanwhile."""

from typing import Any

import pytest

from tests.tickets.http_api.conftest import ALICE, BRUNO, ORGANISER, VISA, Front

CLIENT = {"client": True}


async def waiting(front: Front) -> Any:
    """Return an order that waits for its buyer's browser."""
    answer = await front.buy(await front.shop.event(), payment=CLIENT)
    assert answer.status == 202, answer.body
    return answer.json["order"]


async def resume(front: Front) -> None:
    """Do what the worker does."""
    for order in await front.shop.orders.claim_due(10):
        await front.shop.purchase.run(order)


async def test_the_buyer_pays_in_the_browser(front: Front) -> None:
    order = await waiting(front)
    assert order["status"] == "awaiting_payment"
    action = order["next_action"]
    assert (action["type"], action["url"]) == ("confirm_payment", None)
    assert action["client_secret"]
    front.shop.provider.pay_in_browser(order["payment"]["transaction_id"], "pm_card_visa")
    checked = await front.ask("POST", f"/orders/{order['code']}/payment/check", by=ALICE)
    assert (checked.status, checked.json) == (202, {"checking": True})
    await resume(front)
    found = (await front.ask("GET", f"/orders/{order['code']}", by=ALICE)).json
    assert (found["order"]["status"], len(found["tickets"])) == ("confirmed", 1)
    again = await front.ask("POST", f"/orders/{order['code']}/payment/check", by=ALICE)
    assert again.json == {"checking": False}


async def test_the_organiser_sees_the_order_but_not_what_pays_it(front: Front) -> None:
    order = await waiting(front)
    read = await front.ask("GET", f"/orders/{order['code']}", by=ORGANISER)
    seen = read.json["order"]
    assert (seen["status"], seen["next_action"]) == ("awaiting_payment", None)
    assert order["next_action"]["client_secret"] not in read.body.decode()


async def test_a_declined_card_keeps_the_places_for_another(front: Front) -> None:
    order = await waiting(front)
    front.shop.provider.pay_in_browser(
        order["payment"]["transaction_id"], "pm_card_visa_chargeDeclined"
    )
    await front.ask("POST", f"/orders/{order['code']}/payment/check", by=ALICE)
    await resume(front)
    found = (await front.ask("GET", f"/orders/{order['code']}", by=ALICE)).json["order"]
    assert found["status"] == "awaiting_payment"
    assert found["next_action"] == order["next_action"]


async def test_only_the_buyer_has_the_payment_checked(front: Front) -> None:
    order = await waiting(front)
    path = f"/orders/{order['code']}/payment/check"
    assert (await front.ask("POST", path, by=BRUNO)).status == 404
    assert (await front.ask("POST", path)).status == 401
    assert (await front.ask("POST", "/orders/nothing/payment/check", by=BRUNO)).status == 404


async def test_one_means_of_payment_at_a_time(front: Front) -> None:
    event = await front.shop.event()
    for more in ({"method": "pm_card_visa"}, VISA):
        answer = await front.buy(event, payment={**CLIENT, **more})
        assert (answer.status, list(answer.json["errors"])) == (422, ["payment.client"])


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, {"mode": "test", "publishable_key": None, "browser_url": None}),
        (
            {"stripe_api_url": "http://127.0.0.1:8010/", "stripe_publishable_key": "pk_test_1"},
            {
                "mode": "sandbox",
                "publishable_key": "pk_test_1",
                "browser_url": "http://127.0.0.1:8010",
            },
        ),
        (
            {"stripe_api_key": "sk_live_1", "stripe_publishable_key": "pk_live_1"},
            {"mode": "live", "publishable_key": "pk_live_1", "browser_url": None},
        ),
    ],
)
async def test_the_web_app_is_told_how_to_pay(
    front: Front, settings: dict[str, str], wanted: dict[str, object]
) -> None:
    for name, value in settings.items():
        setattr(front.context.settings, name, value)
    answer = await front.ask("GET", "/payments/config")
    assert (answer.status, answer.json) == (200, {"provider": "stripe", **wanted})
