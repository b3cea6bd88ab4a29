"""How things stand after the storm, as an administrator reads them through the gateway."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storm.crowd import World
from storm.history import History, Kind
from storm.system import Stormed

AT_ONCE = 8


@dataclass(slots=True)
class Facts:
    """Orders by code (None where there is none), events and their figures by id, roles by id."""

    orders: dict[str, Mapping[str, Any] | None] = field(
        default_factory=dict[str, Mapping[str, Any] | None]
    )
    events: dict[int, Mapping[str, Any] | None] = field(
        default_factory=dict[int, Mapping[str, Any] | None]
    )
    stats: dict[int, Mapping[str, Any]] = field(default_factory=dict[int, Mapping[str, Any]])
    roles: dict[int, str] = field(default_factory=dict[int, str])
    sold_out_at: dict[int, int] = field(default_factory=dict[int, int])
    """Event id → how many places it has."""


async def read_facts(stormed: Stormed, history: History, world: World) -> Facts:
    """Read all that the history tells of."""
    facts = Facts()
    codes = {deed.order_code for deed in history.of(Kind.PURCHASE)} - {None}
    created = {int(deed.promise["id"]) for deed in history.of(Kind.EVENT) if deed.promises}
    turn = asyncio.Semaphore(AT_ONCE)

    async def order(code: str, number: int) -> None:
        async with turn:
            facts.orders[code] = await stormed.read(f"/tickets/orders/{code}", _address(number))

    async def event(event_id: int, number: int) -> None:
        async with turn:
            facts.events[event_id] = await stormed.read(f"/events/{event_id}", _address(number))
            stats = await stormed.read(f"/events/{event_id}/stats", _address(number))
            if stats is not None:
                facts.stats[event_id] = stats

    await asyncio.gather(
        *(order(str(code), number) for number, code in enumerate(sorted(map(str, codes))))
    )
    own = {int(each["id"]) for each in world.events()}
    await asyncio.gather(
        *(event(each, number) for number, each in enumerate(sorted(own | created)))
    )
    facts.sold_out_at = {int(each["id"]): int(each["max_tickets"]) for each in world.events()}
    for deed in history.of(Kind.EVENT):
        if deed.promises:
            facts.sold_out_at[int(deed.promise["id"])] = int(deed.promise["max_tickets"])
    spare = stormed.people[world.spare]
    found = await stormed.read(f"/auth/accounts?q={spare.email}") or {"data": []}
    facts.roles = {int(account["id"]): str(account["role"]) for account in found["data"]}
    return facts


def _address(number: int) -> str:
    """Return another address for each of some: one that reads so much would be throttled."""
    return f"10.2.{number // 250 % 250}.{number % 250 + 1}"
