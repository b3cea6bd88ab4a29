"""What NATS still keeps for the services."""

import asyncio
from typing import NamedTuple

import nats

ASKING_SECONDS_MAX = 10


class Unhandled(NamedTuple):
    """How many messages of a stream a service has yet to be given, or has not done with."""

    service: str
    stream: str
    messages: int
    handled_to: int = 0
    """The last message of the stream before which it has done with all; 0 for none."""


async def unhandled(url: str) -> list[Unhandled]:
    """Return what waits, where anything does; raises a NATS error, `OSError` or `TimeoutError`."""
    async with asyncio.timeout(ASKING_SECONDS_MAX):
        client = await nats.connect(
            url, name="guichet-verify", allow_reconnect=False, error_cb=_say_nothing
        )
        try:
            jetstream = client.jetstream(timeout=ASKING_SECONDS_MAX)
            return [
                Unhandled(
                    consumer.config.durable_name,
                    str(stream.config.name),
                    count,
                    consumer.ack_floor.stream_seq if consumer.ack_floor else 0,
                )
                for stream in await jetstream.streams_info()
                for consumer in await jetstream.consumers_info(str(stream.config.name))
                # The durable ones are those of services, and bear their names.
                if consumer.config.durable_name is not None
                and (count := (consumer.num_pending or 0) + (consumer.num_ack_pending or 0))
            ]
        finally:
            await client.close()


async def _say_nothing(_error: Exception) -> None:
    """Whatever it is, it is raised too; the library would print it with its whole trace."""
