"""A whole event is given back: every order once, every buyer told once, through all trouble."""

import asyncio
import os
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest

from tests.system.mail_copies import check_sent_once
from tests.system.running import System, eventually
from tests.system.test_the_rush import Buyer, crowd

ORDERS = int(os.environ.get("GUICHET_TEST_ORDERS", "300"))
"""Enough for many batches and the kill among them; 2,000 take some minutes for their mails."""
BUYERS_AT_ONCE = 40
REFUND_SECONDS_MAX = 300.0
MAIL_SECONDS_MAX = 600.0
PRICE_MINOR = 2000


async def sell(system: System, event: dict[str, Any]) -> list[Buyer]:
    """Have as many guests buy one ticket each, a bounded number of them at a time."""
    buyers = [Buyer(event["id"]) for _ in range(ORDERS)]
    turn = asyncio.Semaphore(BUYERS_AT_ONCE)
    async with crowd() as session:

        async def one(buyer: Buyer) -> int:
            async with turn:
                return await buyer.buys(system, session)

        statuses = Counter(await asyncio.gather(*(one(buyer) for buyer in buyers)))
    assert statuses == {201: ORDERS}
    return buyers


@pytest.mark.timeout(1800)
async def test_every_order_of_a_cancelled_event_is_refunded_once(system: System) -> None:
    event = await system.event(title="Grande soirée", max_tickets=ORDERS)
    buyers = await sell(system, event)
    await system.provider_fault({"kind": "reject", "operation": "refund", "every": 10})
    try:
        await cancel_and_kill(system, event)
    finally:
        await system.provider_fault(None)
    await each_is_refunded_once(system, buyers)
    await each_is_told_once(system, event)


async def cancel_and_kill(system: System, event: dict[str, Any]) -> None:
    """Cancel the event, kill an instance on the way, and wait until all is given back."""
    creator = await system.demo("event_creator")
    path = f"/events/{event['id']}"
    await system.expect(200, "PATCH", path, {"status": "cancelled"}, who=creator)
    progress = f"/tickets/events/{event['id']}/refunds"

    async def run() -> dict[str, Any]:
        found = await system.call("GET", progress, who=creator)
        runs: list[dict[str, Any]] = found.body["runs"] if found.status == 200 else []
        return runs[0] if runs else {}

    async def is_under_way() -> bool:
        return (await run()).get("refunds_done", 0) > ORDERS // 20

    await eventually(is_under_way, REFUND_SECONDS_MAX)
    system.kill("tickets")

    async def is_finished() -> bool:
        return (await run()).get("finished_at") is not None

    await eventually(is_finished, REFUND_SECONDS_MAX)


async def each_is_refunded_once(system: System, buyers: list[Buyer]) -> None:
    """Compare with the provider's own books: what was captured has gone back, not a cent more."""
    codes = {code for buyer in buyers for code in buyer.orders}
    rows = (await system.books()).values()
    mine = [row for row in rows if row["metadata"].get("order_code") in codes]
    captured = [row for row in mine if row["captured"]]
    assert len(captured) == ORDERS
    assert {(row["captured"], row["refunded"]) for row in captured} == {(PRICE_MINOR, PRICE_MINOR)}


async def each_is_told_once(system: System, event: dict[str, Any]) -> None:
    """Look for one mail of the cancellation for each buyer, and none for a refund besides."""

    async def copies() -> dict[str, list[dict[str, Any]]]:
        mails: list[dict[str, Any]] = (await system.mailbox("/messages?kind=mail")).body["data"]
        found: dict[str, list[dict[str, Any]]] = {}
        for mail in mails:
            if "annul" in mail["subject"].lower() and event["title"] in mail["subject"]:
                found.setdefault(mail["recipients"][0], []).append(mail)
        return found

    async def all_are_told() -> bool:
        # Counted there: thousands of mails read every moment would keep the others from leaving.
        query = f"/messages?kind=mail&limit=1&q={quote('annul ' + event['title'])}"
        counted: int = (await system.mailbox(query)).body["total"]
        return counted >= ORDERS and len(await copies()) == ORDERS

    await eventually(all_are_told, MAIL_SECONDS_MAX)
    told = await copies()
    assert len(told) == ORDERS
    for mails in told.values():
        await check_sent_once(system, mails)
