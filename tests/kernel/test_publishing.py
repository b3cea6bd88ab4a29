"""A batch of messages is confirmed as a whole, or an error says that it was not."""

import asyncio

import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig
from nats.js.errors import BadRequestError, NoStreamResponseError

from guichet.kernel import publishing as module
from guichet.kernel.bus import Bus, stream_of
from guichet.kernel.publishing import Outgoing, Publisher
from tests.kernel.conftest import new_message


def messages(subject: str, *numbers: int) -> list[Outgoing]:
    return [Outgoing(subject, b"{}", f"{subject}-{number}", {"A": "b"}) for number in numbers]


async def stored(bus: Bus, subject: str) -> int:
    return (await bus.client.jetstream().stream_info(stream_of(subject))).state.messages


async def test_many_messages_are_stored_once_each(bus: Bus) -> None:
    subject = new_message().subject
    await bus.publish(messages(subject, *range(300)))
    await asyncio.gather(
        bus.publish(messages(subject, *range(200, 400))), bus.publish(messages(subject, 7))
    )
    await bus.publish([])
    assert await stored(bus, subject) == 400


async def test_a_stream_that_is_not_there_is_an_error(bus: Bus) -> None:
    publisher = Publisher(bus.client)
    with pytest.raises(NoStreamResponseError):
        await publisher.publish(messages(new_message().subject, 1, 2))


async def test_a_message_that_the_stream_refuses_is_an_error(bus: Bus) -> None:
    subject = new_message().subject
    config = StreamConfig(name=stream_of(subject), subjects=[subject], max_msg_size=1_000)
    await bus.client.jetstream().add_stream(config)
    publisher = Publisher(bus.client)
    await publisher.publish([Outgoing(subject, b"{}", "small", {})])
    with pytest.raises(BadRequestError):
        await publisher.publish(
            [Outgoing(subject, b"{}", "another", {}), Outgoing(subject, b"x" * 2_000, "large", {})]
        )


async def test_a_confirmation_that_never_comes_is_an_error(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONFIRMED_SECONDS_MAX", 0.2)
    silent = f"silent.{new_message().subject}"

    async def takes_and_says_nothing(client: Client) -> None:
        await client.subscribe(silent)

    await takes_and_says_nothing(bus.client)
    with pytest.raises(TimeoutError):
        await Publisher(bus.client).publish(messages(silent, 1))
