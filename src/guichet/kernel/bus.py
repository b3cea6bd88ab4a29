"""Messages over NATS JetStream: the connection, the streams, sending and receiving."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NoStreamResponseError, NotFoundError, ServiceUnavailableError

from guichet.kernel.clock import now
from guichet.kernel.logs import logger
from guichet.kernel.packing import unpack
from guichet.kernel.publishing import MESSAGE_ID_HEADER, Outgoing, Publisher

STREAM_AGE_SECONDS_MAX = 7 * 24 * 3600
DUPLICATE_WINDOW_SECONDS = 10 * 60
ACK_WAIT_SECONDS = 30
FETCH_MESSAGES_MAX = 50
TOGETHER_MAX = 250
"""So many are handed on at once, unless one message carries more."""
FETCH_SECONDS_MAX = 5
DRAIN_SECONDS_MAX = 0.05

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came: `message_id` is the sender's outbox id, `attempt` counts from 1."""

    message_id: str
    subject: str
    payload: bytes
    headers: Mapping[str, str]
    attempt: int


@dataclass(frozen=True, slots=True)
class StreamBacklog:
    """Messages of a stream: `waiting` to be delivered to a service, `in_hand` not done with."""

    stream: str
    waiting: int
    in_hand: int


class Verdict:
    """What becomes of a received message: done, or to be delivered again after a delay."""

    def __init__(self, retry_after_seconds: float | None = None) -> None:
        self.retry_after_seconds = retry_after_seconds


DONE = Verdict()

Receiver = Callable[[Sequence[Received]], Awaitable[Sequence[Verdict]]]
"""Handles messages that came together, and says for each in its order what becomes of it."""


def stream_of(subject: str) -> str:
    """Return the name of the stream that keeps a subject: its publishing service, in capitals."""
    return subject.split(".", 1)[0].upper()


class Bus:
    """A connection to NATS that is kept up for as long as the process lives.

    `name` is the service; it names the durable consumers, so that the replicas of a service share
    its messages. `copies` is on how many servers of a NATS cluster each stream is kept.
    """

    def __init__(self, url: str, *, name: str, copies: int = 1) -> None:
        self._url = url
        self._name = name
        self._copies = copies
        self._client: Client | None = None
        self._js: JetStreamContext | None = None
        self._publisher: Publisher | None = None
        self._known_streams: set[str] = set()

    @property
    def client(self) -> Client:
        """The raw connection, for core NATS; RuntimeError before `open`."""
        if self._client is None:
            raise RuntimeError("the bus is not open")
        return self._client

    @property
    def is_connected(self) -> bool:
        """Whether NATS answers at present."""
        return self._client is not None and self._client.is_connected

    async def open(self) -> None:
        """Connect, and keep reconnecting for ever after; raises where the first try fails."""
        self._client = await nats.connect(
            self._url,
            name=self._name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,
            connect_timeout=5,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=self._on_error,
        )
        self._js = self._client.jetstream(timeout=5)
        self._publisher = Publisher(self._client)

    async def close(self) -> None:
        """Leave NATS."""
        if self._client is not None:
            await self._client.close()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Hand messages to JetStream; returns once the streams have stored them all.

        Raises a NATS error or `TimeoutError` where one was not confirmed; it may be stored all
        the same.
        """
        if self._publisher is None:
            raise RuntimeError("the bus is not open")
        for stream in {stream_of(message.subject) for message in messages} - self._known_streams:
            await self.ensure_stream(stream)
        try:
            await self._publisher.publish(messages)
        except (NotFoundError, ServiceUnavailableError, NoStreamResponseError):
            self._known_streams.clear()
            raise

    async def ensure_stream(self, stream: str) -> None:
        """Create the stream where it is missing; replicas may race, the configuration is one."""
        await self._jetstream().add_stream(
            StreamConfig(
                name=stream,
                subjects=[f"{stream.lower()}.>"],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                num_replicas=self._copies,
                max_age=STREAM_AGE_SECONDS_MAX,
                duplicate_window=DUPLICATE_WINDOW_SECONDS,
            )
        )
        self._known_streams.add(stream)

    async def consume(self, stream: str, subjects: Sequence[str], receive: Receiver) -> None:
        """Receive a stream's messages in their order, for ever, shared with the replicas.

        Those that wait come together. A message is acknowledged once `receive` says it is done;
        until then it comes again. Ends
        only by cancellation; raises where the stream or the consumer was lost, so that the worker
        that runs it starts anew.
        """
        await self.ensure_stream(stream)
        config = ConsumerConfig(
            durable_name=self._name,
            filter_subjects=list(subjects),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            deliver_policy=DeliverPolicy.ALL,
            max_ack_pending=1000,
        )
        js = self._jetstream()
        await js.add_consumer(stream, config)
        subscription = await js.pull_subscribe_bind(self._name, stream)
        try:
            async for messages in _arriving(subscription):
                for group in _groups(messages):
                    carried = [each for _, items in group for each in items]
                    verdicts = iter(await receive(carried))
                    for message, items in group:
                        await _answer(message, list(islice(verdicts, len(items))))
        finally:
            await _quietly(subscription.unsubscribe())

    async def follow(
        self, subjects: Sequence[str], since: timedelta, receive: Callable[[Received], None]
    ) -> None:
        """Show every process its own copy of the recent and coming messages, in order, for ever.

        For state kept in memory alone (revoked sessions): nothing is acknowledged or stored.
        """
        stream = stream_of(subjects[0])
        await self.ensure_stream(stream)
        js = self._jetstream()
        created = await js.add_consumer(
            stream,
            ConsumerConfig(
                filter_subjects=list(subjects),
                deliver_policy=DeliverPolicy.BY_START_TIME,
                opt_start_time=now() - since,
                ack_policy=AckPolicy.NONE,
                inactive_threshold=4 * FETCH_SECONDS_MAX,
            ),
        )
        subscription = await js.pull_subscribe_bind(created.name, stream)
        try:
            async for messages in _arriving(subscription):
                for message in messages:
                    for received in _carried(message):
                        receive(received)
        finally:
            await _quietly(subscription.unsubscribe())

    async def backlog(self, stream: str) -> StreamBacklog:
        """Return what of a stream this service, all its replicas together, has yet to handle.

        Raises a NATS error where the stream or the consumer is not there, or NATS is not.
        """
        found = await self._jetstream().consumer_info(stream, self._name)
        return StreamBacklog(stream, found.num_pending or 0, found.num_ack_pending or 0)

    def _jetstream(self) -> JetStreamContext:
        if self._js is None:
            raise RuntimeError("the bus is not open")
        return self._js

    async def _on_error(self, error: Exception) -> None:
        log.warning("nats connection", error=str(error) or type(error).__name__)


async def _answer(message: Msg, verdicts: Sequence[Verdict]) -> None:
    """Acknowledge a message once nothing of what it carries is to come again.

    What is done with comes again with the rest; the inbox knows it.
    """
    again = [each.retry_after_seconds for each in verdicts if each.retry_after_seconds is not None]
    if again:
        await message.nak(delay=max(again))
    else:
        await message.ack()


async def _arriving(subscription: JetStreamContext.PullSubscription) -> AsyncGenerator[list[Msg]]:
    """Yield messages as they come, for ever; raises where the consumer is gone.

    Waiting is done for one message alone: a fetch of several that has received the first waits
    for the rest until its time is over, and would hold it back for so long.
    """
    while True:
        if first := await _fetch(subscription, 1, FETCH_SECONDS_MAX):
            yield first
            while waiting := await _fetch(subscription, FETCH_MESSAGES_MAX, DRAIN_SECONDS_MAX):
                yield waiting


async def _fetch(
    subscription: JetStreamContext.PullSubscription, count: int, seconds: float
) -> list[Msg]:
    try:
        return await subscription.fetch(count, seconds)
    except (NatsTimeoutError, TimeoutError):
        if seconds == FETCH_SECONDS_MAX:
            await subscription.consumer_info()
        return []


def _groups(messages: Sequence[Msg]) -> Iterator[list[tuple[Msg, list[Received]]]]:
    """Yield messages with what they carry, as many at a time as are handed on at once."""
    group: list[tuple[Msg, list[Received]]] = []
    count = 0
    for message in messages:
        items = _carried(message)
        if group and count + len(items) > TOGETHER_MAX:
            yield group
            group, count = [], 0
        group.append((message, items))
        count += len(items)
    if group:
        yield group


def _carried(message: Msg) -> list[Received]:
    """Return the messages that one of NATS carries; one that cannot be read is handed on whole."""
    headers = message.headers or {}
    attempt = message.metadata.num_delivered or 1
    try:
        packed = unpack(headers, message.data)
    except msgspec.DecodeError:
        packed = None
    if packed is not None:
        return [
            Received(each.message_id, message.subject, bytes(each.payload), each.headers, attempt)
            for each in packed
        ]
    alone = f"{message.subject}-{message.metadata.sequence.stream}"
    message_id = headers.get(MESSAGE_ID_HEADER, alone)
    return [Received(message_id, message.subject, message.data, headers, attempt)]


async def _quietly(closing: Awaitable[None]) -> None:
    try:
        await asyncio.wait_for(closing, timeout=1)
    except (NatsError, TimeoutError, OSError):
        log.debug("a subscription ended with its connection")
