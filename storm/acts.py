"""What clients do, one function an intention, and the loops in which they do it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

from storm.crowd import (
    AGAIN_SECONDS,
    ASKS_BUYER,
    DECLINED,
    VISA,
    Client,
    Owned,
    World,
    new_key,
    randoms,
)
from storm.history import History, Kind, Verdict
from storm.plan import Mix, Plan
from storm.system import Stormed
from tests.system.running import in_days

Act = Callable[[Client], Awaitable[object]]

PACE_SECONDS = 0.5
"""A client's mean pause between two intentions."""
STAFF_PACE_SECONDS = 2.0
ROLES = ("user", "operator", "event_creator")
CARDS = (VISA, VISA, VISA, VISA, VISA, VISA, DECLINED, ASKS_BUYER)
TWICE_SHARE = 0.4
ORGANISED_PLACES = 30
BURST_CLIENTS, BURST_ORDERS_MAX = 8, 2_000


async def buy_free(client: Client) -> None:
    """Buy one or two free tickets."""
    await client.buy(client.world.free, quantity=client.rng.randint(1, 2))


async def buy_paid(client: Client) -> None:
    """Buy with one of the cards, most of which pay."""
    card = client.rng.choice(CARDS)
    await client.buy(client.world.paid, quantity=client.rng.randint(1, 2), is_paid=True, card=card)


async def buy_scarce(client: Client) -> None:
    """Buy of what is soon sold out."""
    await client.buy(client.world.scarce, quantity=client.rng.randint(1, 3), is_paid=True)


async def hold(client: Client) -> None:
    """Hold places; then buy them, extend them first, give them back, or never come back."""
    event = client.rng.choice([client.world.paid, client.world.scarce])
    who = client.rng.choice(client.world.buyers)
    held = await client.perform(
        Kind.HOLD,
        "POST",
        "/tickets/holds",
        {"event_id": event["id"], "quantity": client.rng.randint(1, 2)},
        who=who,
        key=new_key(),
        about={"event_id": event["id"]},
    )
    if held.verdict is not Verdict.ACKNOWLEDGED:
        return
    hold_id = int(held.promise["hold"]["id"])
    about = {"hold_id": hold_id}
    choice = client.rng.random()
    if choice < 0.25:  # noqa: PLR2004 - a share
        await client.perform(
            Kind.EXTEND, "POST", f"/tickets/holds/{hold_id}/extend", who=who, about=about
        )
    if choice < 0.6:  # noqa: PLR2004 - a share
        await client.buy(event, is_paid=True, hold=(hold_id, who), about=about)
    elif choice < 0.85:  # noqa: PLR2004 - a share
        await client.perform(
            Kind.RELEASE, "DELETE", f"/tickets/holds/{hold_id}", who=who, about=about
        )


async def cancel(client: Client) -> None:
    """Give one ticket back."""
    owned = client.take_ticket()
    if owned is not None:
        await client.perform(
            Kind.CANCEL,
            "POST",
            f"/tickets/{owned.ticket_id}/cancel{_access(owned)}",
            who=owned.who,
            about=_about(owned),
        )


async def refund(client: Client) -> None:
    """Give one ticket of an order back by the order's own route, under a key."""
    owned = client.take_ticket(paid_only=True)
    if owned is not None:
        await client.perform(
            Kind.REFUND,
            "POST",
            f"/tickets/orders/{owned.order_code}/refund{_access(owned)}",
            {"ticket_ids": [owned.ticket_id]},
            who=owned.who,
            key=new_key(),
            about=_about(owned),
        )


async def goodwill(client: Client) -> None:
    """An administrator gives a little back; the ticket stays."""
    owned = client.take_ticket(paid_only=True)
    if owned is None:
        return
    await client.perform(
        Kind.GOODWILL,
        "POST",
        f"/tickets/orders/{owned.order_code}/goodwill",
        {"amount": "1.00", "reason": "Retard au guichet"},
        who="admin",
        key=new_key(),
        about=_about(owned),
    )
    client.world.owned.append(owned)


async def admit(client: Client) -> None:
    """Let a holder in, and sometimes at two entrances at once."""
    owned = client.take_ticket()
    if owned is None:
        return
    times = 2 if client.rng.random() < TWICE_SHARE else 1
    await asyncio.gather(
        *(
            client.perform(
                Kind.ADMISSION,
                "POST",
                f"/tickets/{owned.ticket_id}/validate",
                who="operator",
                about=_about(owned),
            )
            for _ in range(times)
        )
    )


async def organise(client: Client) -> None:
    """Create an event, publish it, sell some of it, move it, and sometimes call it off."""
    body = {
        "title": f"Orage {client.rng.randrange(10**6)}",
        "description": "Un soir de pluie.",
        "date": in_days(100),
        "location": "Lyon",
        "max_tickets": ORGANISED_PLACES,
        "price": client.rng.choice([0.0, 12.5]),
        "status": "draft",
    }
    created = await client.perform(
        Kind.EVENT, "POST", "/events", body, who="event_creator", insists=False
    )
    if created.verdict is not Verdict.ACKNOWLEDGED:
        return
    event = dict(created.promise)
    if not await _change(client, event, {"status": "published"}):
        return
    # Tickets learns of the event by message; until then it knows nothing to sell.
    for _ in range(client.rng.randint(1, 3)):
        await client.buy(event, is_paid=bool(body["price"]))
    is_moved = await _change(client, event, {"date": in_days(client.rng.randint(101, 150))})
    if is_moved and client.rng.random() < 0.5:  # noqa: PLR2004 - every other one
        await _change(client, event, {"status": "cancelled"})


async def _change(client: Client, event: dict[str, object], change: dict[str, object]) -> bool:
    deed = await client.perform(
        Kind.CHANGE,
        "PATCH",
        f"/events/{event['id']}",
        change,
        who="event_creator",
        about={"event_id": event["id"]},
    )
    return deed.verdict is Verdict.ACKNOWLEDGED


async def give_role(client: Client) -> None:
    """An administrator gives somebody another role."""
    account_id = client.stormed.people[client.world.spare].id
    role = client.rng.choice(ROLES)
    await client.perform(
        Kind.ROLE,
        "PATCH",
        f"/auth/accounts/{account_id}",
        {"role": role},
        who="admin",
        about={"account_id": account_id, "role": role},
    )


def _access(owned: Owned) -> str:
    return "" if owned.access is None else f"?access={owned.access}"


def _about(owned: Owned) -> dict[str, object]:
    return {
        "ticket_id": owned.ticket_id,
        "order_code": owned.order_code,
        "event_id": owned.event_id,
        "is_paid": owned.is_paid,
    }


def weighted(mix: Mix) -> list[Act]:
    """Return the buyers' acts, each as often as the mix says."""
    weights: dict[Act, int] = {
        buy_free: mix.free,
        buy_paid: mix.paid,
        buy_scarce: mix.scarce,
        hold: mix.holds,
        cancel: mix.cancels,
        refund: mix.refunds,
        goodwill: mix.goodwill,
        admit: mix.admissions,
    }
    return [act for act, weight in weights.items() for _ in range(weight)]


class Crowd:
    """All clients at work."""

    def __init__(self, stormed: Stormed, world: World, history: History, plan: Plan) -> None:
        self._stormed, self._world, self._history = stormed, world, history
        self._plan = plan
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False

    def start(self) -> None:
        """Set everybody to work."""
        sources = randoms(self._plan, self._plan.clients + 2)
        acts = weighted(self._plan.mix)
        for number, rng in enumerate(sources[:-2]):
            self._begin(number, rng, acts, PACE_SECONDS)
        self._begin(len(sources), sources[-2], [organise], STAFF_PACE_SECONDS)
        self._begin(len(sources) + 1, sources[-1], [give_role], STAFF_PACE_SECONDS)
        self._stormed.burst = self.burst

    async def stop(self) -> None:
        """Let everybody finish what they are about."""
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def burst(self, is_over: asyncio.Event) -> None:
        """Have many people buy free tickets, one after another each, until it is over.

        No more than `BURST_ORDERS_MAX`: each is looked up and mailed afterwards.
        """
        orders = iter(range(BURST_ORDERS_MAX))

        async def keep_buying(number: int, rng: random.Random) -> None:
            client = Client(self._stormed, self._world, self._history, rng, number)
            while not is_over.is_set() and next(orders, None) is not None:
                deed = await client.buy(self._world.free, insists=False)
                if deed.verdict is Verdict.UNKNOWN:
                    await asyncio.sleep(AGAIN_SECONDS)

        sources = enumerate(randoms(self._plan, BURST_CLIENTS), start=9_000)
        await asyncio.gather(*(keep_buying(number, rng) for number, rng in sources))

    def _begin(self, number: int, rng: random.Random, acts: list[Act], pace: float) -> None:
        client = Client(self._stormed, self._world, self._history, rng, number)
        self._tasks.append(asyncio.create_task(self._work(client, acts, pace)))

    async def _work(self, client: Client, acts: list[Act], pace: float) -> None:
        while not self._is_over:
            await client.rng.choice(acts)(client)
            with suppress(TimeoutError):
                await asyncio.sleep(client.rng.uniform(0.3, 1.7) * pace)
