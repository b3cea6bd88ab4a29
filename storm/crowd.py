"""The world that is stormed, and the people in it."""

import asyncio
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storm.history import Deed, History, Kind, Reply, Request, Verdict
from storm.plan import Plan
from storm.system import Stormed

PLACES, SCARCE_PLACES = 500_000, 60
"""More than are sold in a day, and few."""
BUYERS = 6
VISA, DECLINED, ASKS_BUYER = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155"
TRIES_MAX = 3
ASKS_AGAIN_SHARE, REPEATS_SHARE = 0.6, 0.25
AGAIN_SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Owned:
    """A ticket that somebody was promised; `access` opens a guest's order."""

    ticket_id: int
    order_code: str
    event_id: int
    is_paid: bool
    who: str | None
    access: str | None


@dataclass(slots=True)
class World:
    """The events on sale, who is there, and the tickets that nobody has done anything with yet."""

    free: dict[str, Any]
    paid: dict[str, Any]
    scarce: dict[str, Any]
    buyers: tuple[str, ...]
    spare: str
    """An account whose role an administrator changes."""
    owned: list[Owned] = field(default_factory=list[Owned])

    def events(self) -> list[dict[str, Any]]:
        """Return the events that the buyers buy from."""
        return [self.free, self.paid, self.scarce]


async def settle(stormed: Stormed) -> World:
    """Register people, sign the staff in, and put events on sale; before any fault strikes."""
    system = stormed.system
    for role in ("admin", "event_creator", "operator"):
        stormed.people[role] = await system.demo(role)
    buyers = tuple(f"buyer-{number}" for number in range(BUYERS))
    for name in (*buyers, "spare"):
        stormed.people[name] = await system.register()
    # A few accounts buy all along: at their limit they would be refused, the probes among them.
    free = await system.event(max_tickets=PLACES, price=0.0, per_account_max=None)
    paid = await system.event(max_tickets=PLACES, price=20.0, per_account_max=None)
    scarce = await system.event(max_tickets=SCARCE_PLACES, price=10.0)
    for event in (free, paid, scarce):
        await system.expect(200, "POST", "/tickets/quote", {"event_id": event["id"], "quantity": 1})
    return World(free, paid, scarce, buyers, "spare")


class Client:
    """One of those who keep asking; it draws what it does from numbers of its own."""

    def __init__(
        self, stormed: Stormed, world: World, history: History, rng: random.Random, number: int
    ) -> None:
        self.stormed = stormed
        self.world = world
        self.rng = rng
        self.address = f"10.1.{number // 250}.{number % 250 + 1}"
        self._history = history

    def buyer(self) -> str | None:
        """Draw who buys: one of the accounts, or a guest."""
        return None if self.rng.random() < 0.3 else self.rng.choice(self.world.buyers)  # noqa: PLR2004 - some

    async def perform(
        self,
        kind: Kind,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str | None = None,
        key: str | None = None,
        about: Mapping[str, Any] | None = None,
        insists: bool = True,
    ) -> Deed:
        """Ask; mostly ask again where the outcome is unknown; sometimes repeat what is known."""
        request = Request(method, path, body, who, key, self.address)
        deed = self._history.begin(Deed(kind, request, dict(about or {})))
        reply = await self.stormed.do(deed)
        for _ in range(TRIES_MAX if insists else 0):
            if reply.verdict is not Verdict.UNKNOWN or self.rng.random() > ASKS_AGAIN_SHARE:
                break
            await asyncio.sleep(AGAIN_SECONDS)
            reply = await self.stormed.do(deed)
        is_known = deed.verdict is not Verdict.UNKNOWN
        if key is not None and is_known and self.rng.random() < REPEATS_SHARE:
            again = [self.stormed.do(deed) for _ in range(self.rng.randint(1, 3))]
            await asyncio.gather(*again)
        return deed

    async def buy(
        self,
        event: Mapping[str, Any],
        *,
        quantity: int = 1,
        is_paid: bool = False,
        hold: tuple[int, str] | None = None,
        card: str = VISA,
        about: Mapping[str, Any] | None = None,
        insists: bool = True,
    ) -> Deed:
        """Buy, from a hold (its id and whose it is) or straight; tickets promised are kept."""
        who = hold[1] if hold else self.buyer()
        key = new_key()
        body: dict[str, Any] = (
            {"hold_id": hold[0]} if hold else {"event_id": event["id"], "quantity": quantity}
        )
        if is_paid:
            body["payment"] = {"card_number": card, "expiry": "12/30", "cvv": "123"}
        if who is None:
            body["guest"] = {"name": "Camille Orage", "email": guest_email()}
        deed = await self.perform(
            Kind.PURCHASE,
            "POST",
            "/tickets/purchase",
            body,
            who=who,
            key=key,
            about={"event_id": event["id"], "quantity": quantity, "is_paid": is_paid}
            | dict(about or {}),
            insists=insists,
        )
        if deed.verdict is Verdict.ACKNOWLEDGED:
            self.world.owned += owned_of(deed)
        return deed

    def take_ticket(self, *, paid_only: bool = False) -> Owned | None:
        """Draw a ticket that nobody has done anything with, and take it out of the others' reach.

        None where there is none.
        """
        found = [
            number
            for number, owned in enumerate(self.world.owned)
            if owned.is_paid or not paid_only
        ]
        return self.world.owned.pop(self.rng.choice(found)) if found else None


def owned_of(deed: Deed) -> list[Owned]:
    """Return the tickets that an acknowledged purchase has promised."""
    body = deed.promise
    order = body["order"]
    return [
        Owned(
            ticket["id"],
            order["code"],
            order["event_id"],
            deed.about["is_paid"],
            deed.request.who,
            order["access_token"],
        )
        for ticket in body["tickets"]
    ]


def new_key() -> str:
    """Return an idempotency key that nobody has used."""
    return f"storm-{secrets.token_hex(8)}"


def guest_email() -> str:
    """Return an address that nobody has used, of letters: digits could pass for a card's."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    return f"{secrets.token_hex(8).translate(letters)}@example.com"


def said(reply: Reply) -> str:
    """Return an answer as reports show it."""
    return f"{reply.status} {reply.code}".strip()


def randoms(plan: Plan, count: int) -> list[random.Random]:
    """Return as many sources of numbers, the same for the same plan."""
    return [random.Random(plan.workload_seed + number) for number in range(count)]  # noqa: S311 - no secret
