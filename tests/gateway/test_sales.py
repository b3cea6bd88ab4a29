"""Purchases of one event stay together, spill over when there are too many, and carry deadlines."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.gateway.asking import Answer, ask
from tests.gateway.conftest import SALES_PER_INSTANCE, Echo, Gateway

PURCHASE = "/api/v1/tickets/purchase"
HOLDS = "/api/v1/tickets/holds"
EVENTS = range(1, 25)
BOTH = {"tickets-1", "tickets-2"}


@pytest.fixture
def pair(gateway: Gateway) -> tuple[Echo, Echo]:
    """The two instances of tickets, both up."""
    echoes = (gateway.echoes["tickets-1"], gateway.echoes["tickets-2"])
    for echo in echoes:
        assert gateway.settles(echo, "up")
    return echoes


async def buy(
    gateway: Gateway, event: object = None, path: str = PURCHASE, wait_seconds: float = 0
) -> Answer:
    hint = {} if event is None else {"X-Event-Id": str(event)}
    return await ask(f"{gateway.url()}{path}?wait={wait_seconds}", "POST", hint, b"{}")


async def where(gateway: Gateway, events: Iterable[object]) -> dict[object, set[str]]:
    """Return which instances get each event's purchases and holds."""
    found = defaultdict[object, set[str]](set)
    for event in events:
        for path in (PURCHASE, HOLDS, PURCHASE):
            answer = await buy(gateway, event, path)
            assert answer.status == 200
            found[event].add(answer.json["name"])
    return found


async def where_with_both(gateway: Gateway) -> dict[object, set[str]]:
    """Return which instance gets each event's purchases and holds, while both are up.

    Asked again for a while, since one that answered its probes late is left out for a moment.
    """
    deadline = time.monotonic() + 30
    while True:
        found = await where(gateway, EVENTS)
        used = {name for names in found.values() for name in names}
        if {len(names) for names in found.values()} == {1} and len(used) == len(BOTH):
            return found
        assert time.monotonic() < deadline, found


@pytest.mark.usefixtures("pair")
async def test_an_event_s_purchases_and_holds_go_to_one_instance(gateway: Gateway) -> None:
    found = await where_with_both(gateway)
    used = {name for names in found.values() for name in names}
    assert used == BOTH, "the events are not shared among the instances"


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("hint", [None, "0", "-1", "1;", "x" * 2000, "9" * 30])
async def test_who_names_no_event_is_sent_anywhere(gateway: Gateway, hint: str | None) -> None:
    names, deadline = set[str](), time.monotonic() + 30
    while names != BOTH:
        assert time.monotonic() < deadline
        names.add((await buy(gateway, hint)).json["name"])


async def test_a_dead_instance_s_events_move_and_come_back(
    gateway: Gateway, pair: tuple[Echo, Echo]
) -> None:
    before = await where_with_both(gateway)
    survivor, victim = pair
    victim.kill()
    # A connection that is refused goes to the next at once, before any probe has noticed.
    assert {(await buy(gateway, event)).json["name"] for event in EVENTS} == {survivor.name}
    assert await asyncio.to_thread(gateway.settles, victim, "down")
    assert await where(gateway, EVENTS) == {event: {survivor.name} for event in EVENTS}
    victim.launch()
    assert await asyncio.to_thread(gateway.settles, victim, "up")
    deadline = time.monotonic() + 60
    while await where(gateway, EVENTS) != before:
        assert time.monotonic() < deadline, "its events did not come back"


@pytest.mark.usefixtures("pair")
async def test_a_hot_event_spills_over_and_beyond_it_is_refused_at_once(gateway: Gateway) -> None:
    # In the order in which they come; all arrive before the first is served.
    answers: list[Answer] = []

    async def one() -> None:
        answers.append(await buy(gateway, 7, wait_seconds=12))

    await asyncio.gather(*(one() for _ in range(2 * SALES_PER_INSTANCE + 3)))
    served = [answer for answer in answers if answer.status == 200]
    refused = answers[: len(answers) - len(served)]
    assert all(answer.status != 200 for answer in refused), "one waited for those that are served"
    assert sorted(answer.json["name"] for answer in served) == (
        ["tickets-1"] * SALES_PER_INSTANCE + ["tickets-2"] * SALES_PER_INSTANCE
    )
    for answer in refused:
        assert (answer.status, answer.json["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert (await buy(gateway, 7)).status == 200


async def test_an_instance_that_breaks_off_is_no_refusal(gateway: Gateway) -> None:
    answer = await ask(f"{gateway.url()}{PURCHASE}?break=1", "POST", {"X-Event-Id": "7"}, b"{}")
    assert (answer.status, answer.json["code"]) == (502, "bad_gateway")


@pytest.mark.parametrize(
    ("path", "patience"), [(PURCHASE, 5), (HOLDS, 5), ("/api/v1/tickets/x", 10)]
)
async def test_every_request_carries_its_deadline_and_nobody_forges_one(
    gateway: Gateway, path: str, patience: float
) -> None:
    forged = {"X-Request-Deadline": "99999999999.000+3000"}
    answer = await ask(gateway.url() + path, "POST", forged, b"{}")
    came_at, _, seconds = answer.json["headers"]["x-request-deadline"].partition("+")
    assert abs(float(came_at) - time.time()) < 60
    assert float(seconds) == patience
