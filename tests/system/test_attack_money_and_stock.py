"""More than was paid for, or than there is, through the gateway. See docs/attacks.md."""

import asyncio
import secrets

from tests.system.running import System


async def test_parallel_buyers_of_the_last_ticket(system: System) -> None:
    """tests/system/test_the_rush.py does it with hundreds."""
    event = await system.event(max_tickets=1)
    buyers = [await system.register() for _ in range(5)]
    answers = await asyncio.gather(
        *(system.bought(buyer, event) for buyer in buyers for _ in range(6))
    )
    assert sorted(answer.status for answer in answers) == [201] + [409] * 29


async def test_a_code_for_three_is_used_three_times(system: System) -> None:
    event, creator = await system.event(), await system.demo("event_creator")
    terms = {"code": "TROIS", "percent": 100, "max_uses": 3}
    await system.expect(
        201, "POST", f"/tickets/events/{event['id']}/promo-codes", terms, who=creator
    )
    buyers = [await system.register() for _ in range(4)]
    answers = await asyncio.gather(
        *(system.bought(buyer, event, promo_code="TROIS") for buyer in buyers for _ in range(3))
    )
    bought = [answer for answer in answers if answer.status == 201]
    assert len(bought) == 3, [answer.status for answer in answers]


async def test_an_unpaid_order_has_no_ticket(system: System) -> None:
    event, buyer = await system.event(), await system.register()
    answer = await system.bought(buyer, event, card="4000 0025 0000 3155")
    assert answer.status == 202
    assert answer.body["tickets"] == []
    order = answer.body["order"]["code"]
    shown = await system.expect(200, "GET", f"/tickets/orders/{order}", who=buyer)
    assert shown["tickets"] == []


async def test_holds_in_a_loop_are_capped(system: System) -> None:
    event, buyer = await system.event(max_tickets=500), await system.register()
    body = {"event_id": event["id"], "quantity": 1}
    statuses: list[int] = []
    holds: list[int] = []
    for _ in range(12):
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        answer = await system.call("POST", "/tickets/holds", body, who=buyer, headers=headers)
        statuses.append(answer.status)
        if answer.status == 201:
            holds.append(answer.body["hold"]["id"])
    assert statuses[-1] == 429, statuses
    for hold in holds:
        await system.expect(200, "DELETE", f"/tickets/holds/{hold}", who=buyer)


async def test_the_limit_of_an_account_holds_in_parallel(system: System) -> None:
    event = await system.event(
        ticket_types=[
            {
                "name": "Rare",
                "price": "10.00",
                "capacity": 50,
                "per_account_max": 2,
                "per_order_max": 1,
            }
        ]
    )
    buyer = await system.register()
    answers = await asyncio.gather(*(system.bought(buyer, event) for _ in range(8)))
    assert sum(answer.status == 201 for answer in answers) == 2
    refused = await system.buy(await system.register(), event, 2)
    assert (refused.status, refused.code) == (409, "per_order_limit")
