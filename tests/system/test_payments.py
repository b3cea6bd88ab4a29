"""Payments that do not simply succeed: the buyer's bank asks, the provider's answer is lost."""

from typing import Any

import aiohttp
import pytest

from tests.system.running import Person, System, eventually

THREE_D_SECURE = "4000 0025 0000 3155"


async def order_of(system: System, buyer: Person, code: str, status: str) -> dict[str, Any]:
    """Wait until the order has that status, and return it with its tickets."""

    async def found() -> dict[str, Any] | None:
        bought = await system.expect(200, "GET", f"/tickets/orders/{code}", who=buyer)
        return bought if bought["order"]["status"] == status else None

    return await eventually(found, 120)


@pytest.mark.parametrize(
    ("choice", "status", "captured"), [("pass", "confirmed", 2000), ("fail", "failed", 0)]
)
async def test_the_bank_asks_the_buyer(
    system: System, choice: str, status: str, captured: int
) -> None:
    event, buyer = await system.event(max_tickets=1), await system.register()
    pending = await system.bought(buyer, event, card=THREE_D_SECURE)
    assert pending.status == 202
    order = pending.body["order"]
    assert order["status"] == "awaiting_payment"
    assert pending.body["tickets"] == []
    assert (await system.buy(buyer, event)).code == "sold_out", "the place is kept meanwhile"
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            order["next_action"]["url"], data={"choice": choice}, allow_redirects=False
        ) as answer,
    ):
        assert answer.status == 303
    bought = await order_of(system, buyer, order["code"], status)
    assert len(bought["tickets"]) == captured // 2000
    row = (await system.books())[bought["order"]["payment"]["transaction_id"]]
    assert row["captured"] == captured
    again = await system.bought(buyer, event)
    assert again.status == (409 if captured else 201)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop", "when": "after"},
        {"kind": "drop", "when": "before"},
        {"kind": "error_500", "stored": False},
        {"kind": "duplicate_webhooks"},
        {"kind": "webhook_first"},
        {"kind": "no_webhooks"},
        {"kind": "async_success", "seconds": 1.0},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
async def test_whatever_the_provider_does_the_buyer_pays_once(
    system: System, fault: dict[str, Any]
) -> None:
    amount = 4200
    event = await system.event(max_tickets=1, price=amount / 100)
    buyer = await system.register()
    await system.provider_fault({**fault, "operation": "charge", "amount": amount, "times": 1})
    try:
        answer = await system.buy(buyer, event)
    finally:
        await system.provider_fault(None)
    assert answer.status in {201, 202}, answer.content
    bought = await order_of(system, buyer, answer.body["order"]["code"], "confirmed")
    assert len(bought["tickets"]) == 1
    rows = [
        row
        for row in (await system.books()).values()
        if bought["order"]["code"] in {str(value) for value in row["metadata"].values()}
    ]
    assert sum(row["captured"] for row in rows) == amount
    assert sum(row["refunded"] for row in rows) == 0


async def test_a_forged_webhook_changes_nothing(system: System) -> None:
    event, buyer = await system.event(), await system.register()
    order = (await system.bought(buyer, event, card=THREE_D_SECURE)).body["order"]
    forged = {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "data": {"object": {"id": order["payment"]["transaction_id"], "status": "succeeded"}},
    }
    for signature in ("", "t=1,v1=00", f"t=4102444800,v1={'0' * 64}"):
        answer = await system.call(
            "POST", "/tickets/payments/webhook", forged, headers={"Stripe-Signature": signature}
        )
        assert answer.status == 400
    still = await system.expect(200, "GET", f"/tickets/orders/{order['code']}", who=buyer)
    assert still["order"]["status"] == "awaiting_payment"
