"""A working system is green though each look finds other work under way; what is stuck is red."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import nats.errors
import pytest

from guichet.verify import report
from guichet.verify.contradictions import Contradiction
from guichet.verify.invariants import INVARIANTS, Invariant
from guichet.verify.report import judge
from guichet.verify.sources import Booked, Sources
from guichet.verify.streams import Unhandled
from tests.verify.conftest import FakeOutside, spoil

Step = Callable[[int], Awaitable[None]]
"""What goes on before a look, given the look's number."""

WAIT_SECONDS = 0.5
CHANGE = "UPDATE {} SET version = {}, sold = {}"


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no look wait long for the next."""
    monkeypatch.setattr(report, "LOOK_AGAIN_SECONDS", 0.01)


async def reds(
    sources: FakeOutside, number: int, monkeypatch: pytest.MonkeyPatch, step: Step
) -> list[str]:
    """Return what is wrong after several looks at the invariants of this number."""
    looks: dict[int, int] = {}

    def stepping(invariant: Invariant) -> Invariant:
        async def check(given: Sources) -> list[Contradiction]:
            looks[id(invariant)] = looks.get(id(invariant), 0) + 1
            await step(looks[id(invariant)])
            return await invariant.check(given)

        return replace(invariant, check=check)

    monkeypatch.setattr(report, "INVARIANTS", [stepping(each) for each in INVARIANTS])
    verdicts = await judge(sources, wait_seconds=WAIT_SECONDS, numbers={number})
    assert max(looks.values()) > 1, "nothing was looked at again"
    return [sentence for verdict in verdicts for sentence in verdict.contradictions or ()]


async def test_other_orders_being_charged_in_each_look_are_green(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = healthy.booked[0]

    async def charge_another(look: int) -> None:
        healthy.booked = [paid, Booked(f"pi_{look}", f"order-{90 + look}", "succeeded", 100, 0)]

    assert await reds(healthy, 6, monkeypatch, charge_another) == []


async def test_an_order_that_differs_in_each_look_is_red_whatever_its_figures(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = healthy.booked[0]

    async def charge_more(look: int) -> None:
        healthy.booked = [paid, Booked("pi_9", "order-99", "succeeded", 100 * look, 0)]

    found = await reds(healthy, 6, monkeypatch, charge_more)
    assert ["order-99" in sentence for sentence in found] == [True]


GIVE_UP = (
    "INSERT INTO dead_letters (message_id, subject, payload, error, attempts)"
    " VALUES ('looking-again', 'x', '{}', 'x', 6)"
)
ENQUEUE = "INSERT INTO outbox (subject, payload) VALUES ('tickets.x', '{}')"


@pytest.mark.parametrize("is_stuck", [False, True])
async def test_an_outbox_is_red_where_one_message_stays(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch, *, is_stuck: bool
) -> None:
    await spoil(healthy, "tickets", ENQUEUE)
    [stuck] = await healthy.rows("tickets", "SELECT max(id) AS id FROM outbox")

    async def send_and_enqueue(_look: int) -> None:
        sent = stuck["id"] if is_stuck else 0
        await spoil(
            healthy,
            "tickets",
            "UPDATE outbox SET sent_at = now() WHERE sent_at IS NULL AND id <> $1",
            sent,
        )
        await spoil(healthy, "tickets", ENQUEUE)

    found = await reds(healthy, 11, monkeypatch, send_and_enqueue)
    assert found == ([f"tickets: message {stuck['id']} is not sent"] if is_stuck else [])


async def test_a_message_that_is_given_up_meanwhile_is_red(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spoil(healthy, "tickets", ENQUEUE)

    async def give_up(look: int) -> None:
        if look == 2:
            await spoil(healthy, "tickets", "UPDATE outbox SET sent_at = now()")
            await spoil(healthy, "users", GIVE_UP)

    try:
        found = await reds(healthy, 11, monkeypatch, give_up)
        assert ["dead letter" in sentence for sentence in found] == [True]
    finally:
        await spoil(healthy, "users", "DELETE FROM dead_letters")


@pytest.mark.parametrize("is_stuck", [False, True])
async def test_a_stream_is_red_where_its_service_gets_no_further(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch, *, is_stuck: bool
) -> None:
    async def publish_more(look: int) -> None:
        handled_to = 0 if is_stuck else look
        healthy.waiting = [Unhandled("users", "TICKETS", look, handled_to)]

    assert len(await reds(healthy, 11, monkeypatch, publish_more)) == int(is_stuck)


async def test_a_nats_that_stops_answering_is_red(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_answer() -> list[Unhandled]:
        raise nats.errors.NoServersError

    async def fall_silent(look: int) -> None:
        healthy.waiting = [Unhandled("users", "TICKETS", 2, 7)]
        if look > 1:
            monkeypatch.setattr(healthy, "unhandled", no_answer)

    found = await reds(healthy, 11, monkeypatch, fall_silent)
    assert ["NATS does not say" in sentence for sentence in found] == [True]


async def test_what_comes_up_meanwhile_and_stays_is_red(
    healthy: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "LASTING_SECONDS", 0)
    await spoil(healthy, "tickets", ENQUEUE)

    async def send_and_enqueue_once(look: int) -> None:
        if look == 2:
            await spoil(healthy, "tickets", "UPDATE outbox SET sent_at = now()")
            await spoil(healthy, "tickets", ENQUEUE)

    found = await reds(healthy, 11, monkeypatch, send_and_enqueue_once)
    assert ["is not sent" in sentence for sentence in found] == [True]


LAGS: dict[str, tuple[Callable[[int], int], bool]] = {
    "moves on": (lambda look: look, False),
    "is stuck": (lambda _look: 1, True),
    # Once it had the same version and differed: nothing is on its way that would mend it.
    "is wrong": (lambda look: 102 if look == 2 else look, True),
}
"""How the version of events' copy goes from look to look, and whether that is red."""


@pytest.mark.parametrize(("copy_version", "is_red"), LAGS.values(), ids=LAGS.keys())
async def test_events_copy_of_a_hot_stock_may_lag_as_long_as_it_moves_on(
    healthy: FakeOutside,
    monkeypatch: pytest.MonkeyPatch,
    copy_version: Callable[[int], int],
    *,
    is_red: bool,
) -> None:
    async def sell_more(look: int) -> None:
        await spoil(healthy, "tickets", CHANGE.format("stock", 100 + look, 5 + look % 2))
        await spoil(healthy, "events", CHANGE.format("stock_levels", copy_version(look), look % 2))

    assert len(await reds(healthy, 13, monkeypatch, sell_more)) == int(is_red)
