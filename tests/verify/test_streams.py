"""What NATS keeps for a service is counted until the service has done with it."""

from nats.js.api import AckPolicy, ConsumerConfig

from guichet.kernel.bus import Bus
from guichet.kernel.publishing import Outgoing
from guichet.local.servers import NatsServer
from guichet.verify.streams import Unhandled, unhandled

SUBJECT, STREAM, SERVICE = "streamstest.thing.happened", "STREAMSTEST", "streams-test"


async def waiting(server: NatsServer) -> list[Unhandled]:
    return [found for found in await unhandled(server.url) if found.stream == STREAM]


async def test_what_a_service_has_not_done_with_waits(nats: NatsServer) -> None:
    bus = Bus(nats.url, name=SERVICE)
    await bus.open()
    try:
        await bus.ensure_stream(STREAM)
        jetstream = bus.client.jetstream()
        explicitly = AckPolicy.EXPLICIT
        await jetstream.add_consumer(
            STREAM, ConsumerConfig(durable_name=SERVICE, ack_policy=explicitly)
        )
        # A process that only looks on owes nothing.
        await jetstream.add_consumer(
            STREAM, ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
        )
        assert await waiting(nats) == []
        await bus.publish(
            [Outgoing(SUBJECT, b"1", message_id=f"streams-{n}", headers={}) for n in (1, 2)]
        )
        assert await waiting(nats) == [Unhandled(SERVICE, STREAM, 2)]
        subscription = await jetstream.pull_subscribe_bind(SERVICE, STREAM)
        received = await subscription.fetch(2)
        assert await waiting(nats) == [Unhandled(SERVICE, STREAM, 2)], "in hand is not done with"
        await received[0].ack_sync()
        assert await waiting(nats) == [Unhandled(SERVICE, STREAM, 1, handled_to=1)]
        await received[1].ack_sync()
        assert await waiting(nats) == []
    finally:
        await bus.close()
