"""More buyers than tickets, and instances that die while they buy."""

import asyncio
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.system.running import System, eventually

GIVE_UP_SECONDS = 120.0
LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""Makes an address of letters alone: a long run of digits could pass for a card's number."""
CARD = {"card_number": "4242 4242 4242 4242", "expiry": "12/30", "cvv": "123"}


@dataclass
class Buyer:
    """A guest who repeats the request, under the same key, until there is an answer."""

    event_id: int
    quantity: int = 1
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    answers: list[tuple[int, dict[str, Any]]] = field(
        default_factory=list[tuple[int, dict[str, Any]]]
    )

    async def buys(self, system: System, session: aiohttp.ClientSession) -> int:
        """Return the final status; 201 means that the tickets are there."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            status = await self._asks(system, session)
            if status not in {0, 202, 409, 425, 429, 502, 503, 504} or self._is_final():
                return status
            assert time.monotonic() < deadline, self.answers[-3:]
            await asyncio.sleep(0.3)

    def _is_final(self) -> bool:
        return bool(self.answers) and self.answers[-1][1].get("code") == "sold_out"

    async def _asks(self, system: System, session: aiohttp.ClientSession) -> int:
        body = {
            "event_id": self.event_id,
            "quantity": self.quantity,
            "payment": CARD,
            "guest": {
                "name": "Compte Foule",
                "email": f"{self.key.translate(LETTERS)}@example.com",
            },
        }
        headers = {"Idempotency-Key": self.key}
        url = system.url("/tickets/purchase")
        try:
            async with session.post(url, json=body, headers=headers) as answer:
                self.answers.append((answer.status, await answer.json(content_type=None)))
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    @property
    def orders(self) -> set[str]:
        """Every order code that any answer has named."""
        return {body["order"]["code"] for _, body in self.answers if "order" in body}

    @property
    def tickets(self) -> int:
        """How many tickets the last answer brought."""
        return len(self.answers[-1][1].get("tickets", [])) if self.answers else 0


def crowd() -> aiohttp.ClientSession:
    """Return a session with a connection for everybody."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=30)
    )


async def sold(system: System, event: dict[str, Any]) -> tuple[int, int]:
    """Return how many tickets are sold and how many still held, at the source."""
    creator = await system.demo("event_creator")
    stats = await system.expect(200, "GET", f"/events/{event['id']}/stats", who=creator)
    return stats["sold"], stats["held"]


async def captured(system: System, buyers: list[Buyer]) -> int:
    """Return what the provider kept of these buyers' orders, in tickets of 20 euros."""
    codes = {code for buyer in buyers for code in buyer.orders}
    rows = [
        row
        for row in (await system.books()).values()
        if codes & {str(value) for value in row["metadata"].values()}
    ]
    return sum(row["captured"] - row["refunded"] for row in rows) // 2000


async def test_three_hundred_buyers_of_a_hundred_tickets(system: System) -> None:
    event = await system.event(max_tickets=100)
    buyers = [Buyer(event["id"]) for _ in range(300)]
    async with crowd() as session:
        statuses = await asyncio.gather(*(buyer.buys(system, session) for buyer in buyers))
    assert Counter(statuses) == {201: 100, 409: 200}
    assert sum(buyer.tickets for buyer in buyers) == 100
    assert await sold(system, event) == (100, 0)
    assert await captured(system, buyers) == 100
    late = await system.buy(await system.demo("user"), event)
    assert (late.status, late.code) == (409, "sold_out")
    assert late.body["left"] == 0


async def test_pairs_never_oversell_the_last_place(system: System) -> None:
    event = await system.event(max_tickets=11)
    buyers = [Buyer(event["id"], quantity=2) for _ in range(20)]
    async with crowd() as session:
        await asyncio.gather(*(buyer.buys(system, session) for buyer in buyers))
    assert sum(buyer.tickets for buyer in buyers) == 10
    assert await sold(system, event) == (10, 0)


async def test_an_instance_dies_under_load_and_no_purchase_is_lost(system: System) -> None:
    await system.all_up()
    event = await system.event(max_tickets=500)
    buyers = [Buyer(event["id"]) for _ in range(80)]
    async with crowd() as session:
        tasks: list[asyncio.Task[int]] = []
        for number, buyer in enumerate(buyers):
            tasks.append(asyncio.create_task(buyer.buys(system, session)))
            if number == 40:
                system.kill("tickets-2")
            await asyncio.sleep(0.03)
        statuses = await asyncio.gather(*tasks)
    assert set(statuses) == {201}, Counter(statuses)
    assert all(len(buyer.orders) == 1 for buyer in buyers), "one key, one order"
    assert all(buyer.tickets == 1 for buyer in buyers)

    async def settled() -> bool:
        return await sold(system, event) == (len(buyers), 0)

    await eventually(settled)
    assert await captured(system, buyers) == len(buyers)
    await system.all_up()
