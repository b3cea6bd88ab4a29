"""Messages of one kind that leave together travel as one: NATS has work for each that it carries.

Each keeps its id, its headers and its order, and is handled, tried again and buried by itself.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from guichet.kernel.publishing import Outgoing

PACKED_HEADER = "Guichet-Packed"
"""How many messages a packed one carries; one that travels alone has no such header."""
PACKED_MESSAGES_MAX = 50
PACKED_BYTES_MAX = 200_000
"""A fifth of what NATS takes, beside which one large message has room."""


class Packed(msgspec.Struct, array_like=True, frozen=True):
    """One of the messages that travel together, its payload as it was written."""

    message_id: str
    headers: dict[str, str]
    payload: msgspec.Raw


_packed = msgspec.json.Decoder(list[Packed])


def pack(service: str, messages: Sequence[Outgoing]) -> list[Outgoing]:
    """Return these messages of JSON as fewer: those of one subject that follow one another as one.

    What is packed has an id of exactly what it holds, so that a stream takes nothing else for it.
    """
    return [
        run[0] if len(run) == 1 else _one_of(service, run) for run in _runs_of_one_subject(messages)
    ]


def unpack(headers: Mapping[str, str], payload: bytes) -> list[Packed] | None:
    """Return what a message carries, None where it travels alone.

    Raises `msgspec.DecodeError` where it cannot be read.
    """
    return _packed.decode(payload) if PACKED_HEADER in headers else None


def _runs_of_one_subject(messages: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    run: list[Outgoing] = []
    size = 0
    for message in messages:
        is_full = len(run) == PACKED_MESSAGES_MAX or size + len(message.payload) > PACKED_BYTES_MAX
        if run and (is_full or message.subject != run[0].subject):
            yield run
            run, size = [], 0
        run.append(message)
        size += len(message.payload)
    if run:
        yield run


def _one_of(service: str, run: Sequence[Outgoing]) -> Outgoing:
    ids = " ".join(message.message_id for message in run)
    return Outgoing(
        subject=run[0].subject,
        payload=msgspec.json.encode(
            [Packed(each.message_id, dict(each.headers), msgspec.Raw(each.payload)) for each in run]
        ),
        message_id=f"{service}-packed-{hashlib.sha256(ids.encode()).hexdigest()[:32]}",
        headers={PACKED_HEADER: str(len(run))},
    )
