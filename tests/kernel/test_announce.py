"""An instance says that it is there, and that it leaves."""

import asyncio

import msgspec
import pytest
from nats import errors
from nats.aio.msg import Msg

from guichet.kernel import announce
from guichet.kernel.announce import SUBJECT, Announcement, Announcer
from guichet.kernel.bus import Bus
from guichet.local.servers import NatsServer
from tests.kernel.conftest import bus_of, eventually


async def test_an_instance_is_heard_until_it_says_farewell(
    bus: Bus, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announce, "PERIOD_SECONDS", 0.05)
    heard: list[Announcement] = []
    service = "kernel-announce-test"

    async def hear(message: Msg) -> None:
        announcement = msgspec.json.decode(message.data, type=Announcement)
        if announcement.service == service:
            heard.append(announcement)

    async with bus_of(nats, "listener") as listener:
        await listener.client.subscribe(SUBJECT, cb=hear)
        await listener.client.flush()
        announcer = Announcer(bus, service=service, url="http://127.0.0.1:1234")
        running = asyncio.create_task(announcer.run())
        await eventually(lambda: len(heard) >= 3)
        running.cancel()
        await announcer.leave()
        await eventually(lambda: heard[-1].leaving)
    assert {one.url for one in heard} == {"http://127.0.0.1:1234"}
    assert len({one.instance for one in heard}) == 1
    assert not any(one.leaving for one in heard[:-1])


async def test_two_instances_of_a_service_differ(bus: Bus) -> None:
    here, there = (Announcer(bus, service="x", url="http://a") for _ in range(2))
    assert here._here.instance != there._here.instance  # pyright: ignore[reportPrivateUsage] - told to nobody else


async def test_a_bus_that_is_away_does_not_stop_the_announcer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announce, "PERIOD_SECONDS", 0.01)
    announcer = Announcer(Bus("nats://nowhere", name="x"), service="x", url="http://a")
    running = asyncio.create_task(announcer.run())
    done, _ = await asyncio.wait([running], timeout=0.1)
    assert not done
    running.cancel()
    await announcer.leave()


@pytest.mark.parametrize("error", [errors.TimeoutError, errors.ConnectionClosedError, TimeoutError])
async def test_a_farewell_that_cannot_be_said_is_no_error(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async def fail(timeout: float) -> None:  # noqa: ARG001, ASYNC109 - the client's own name
        raise error

    monkeypatch.setattr(bus.client, "flush", fail)
    await Announcer(bus, service="kernel-announce-farewell", url="http://a").leave()
