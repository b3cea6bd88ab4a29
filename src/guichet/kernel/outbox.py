"""The outbox: a message is stored with the change it tells of, and sent by a relay afterwards."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

import asyncpg
import msgspec
from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, insert, or_, select, update

from guichet.kernel.bus import Bus
from guichet.kernel.context import outgoing_headers
from guichet.kernel.database import (
    Database,
    Transaction,
    mark_outbox_written,
    raw_connection,
)
from guichet.kernel.logs import logger
from guichet.kernel.metrics import OUTBOX_SENT, OUTBOX_WAITING
from guichet.kernel.packing import pack
from guichet.kernel.publishing import Outgoing
from guichet.kernel.tables import outbox
from guichet.kernel.together import Writes

BATCH_MESSAGES_MAX = 200
IDLE_SECONDS = 1.0
KEPT_DAYS = 3
PURGE_SECONDS = 600

# The relay sees every message of a sale: hot statements, and the payload as the text it is sent as.
_TAKE_UNSENT = (
    "SELECT id, subject, payload::text AS payload, headers::text AS headers, created_at"
    " FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED"
)
_MARK_SENT = "UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($1::bigint[])"

log = logger(__name__)


class Message(BaseModel):
    """A message between services; `subject` is `<publisher>.<thing>.<what happened>`."""

    # What a message holds is personal; an error about it goes to the logs and the dead letters.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    subject: ClassVar[str]


async def enqueue(transaction: Transaction, *messages: Message) -> None:
    """Store messages with the change that they tell of; they leave once it has committed."""
    if not messages:
        return
    headers = outgoing_headers()
    await transaction.execute(
        insert(outbox),
        [
            {
                "subject": message.subject,
                "payload": message.model_dump(mode="json"),
                "headers": headers,
            }
            for message in messages
        ],
    )
    mark_outbox_written(transaction)


async def enqueue_hot(writes: Writes, messages: Sequence[Message]) -> None:
    """Do what `enqueue` does on a raw connection; the caller wakes the relay after its commit."""
    if not messages:
        return
    headers = msgspec.json.encode(outgoing_headers()).decode()
    await writes.execute(
        "INSERT INTO outbox (subject, payload, headers)"
        " SELECT subject, payload, $3::jsonb FROM unnest($1::text[], $2::jsonb[])"
        " AS n(subject, payload)",
        [message.subject for message in messages],
        [message.model_dump_json() for message in messages],
        headers,
    )


class OutboxRelay:
    """Sends what the outbox holds; every replica may run one, each row is sent by one of them."""

    def __init__(self, database: Database, bus: Bus, *, service: str) -> None:
        self._database = database
        self._bus = bus
        self._service = service

    async def run(self) -> None:
        """Send until cancelled; raises what NATS or the database raise, to be started again."""
        next_purge = 0.0
        while True:
            sent = await self.send_waiting()
            if sent == BATCH_MESSAGES_MAX:
                continue
            if (moment := asyncio.get_running_loop().time()) >= next_purge:
                await self.purge()
                next_purge = moment + PURGE_SECONDS
            try:
                await asyncio.wait_for(self._database.outbox_written.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue

    async def send_waiting(self) -> int:
        """Send one batch, oldest first, and return how many were sent.

        The rows stay locked while they are sent, so a second relay takes others; the mark and the
        lock end together. A crash in between sends again under the same id, which the stream and
        the inboxes recognise.
        """
        self._database.outbox_written.clear()
        async with self._database.transaction() as transaction:
            connection = await raw_connection(transaction)
            rows = await connection.fetch(_TAKE_UNSENT, BATCH_MESSAGES_MAX)
            OUTBOX_WAITING.set(len(rows))
            if not rows:
                return 0
            packed = pack(self._service, [self._outgoing(row) for row in rows])
            await self._bus.publish(packed)
            await connection.execute(_MARK_SENT, [row["id"] for row in rows])
        OUTBOX_SENT.inc(len(rows))
        return len(rows)

    def _outgoing(self, row: asyncpg.Record) -> Outgoing:
        return Outgoing(
            subject=row["subject"],
            payload=row["payload"].encode(),
            message_id=message_id(self._service, row["id"], row["created_at"]),
            headers=msgspec.json.decode(row["headers"]),
        )

    async def purge(self) -> None:
        """Forget what was sent more than `KEPT_DAYS` days ago."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                delete(outbox).where(
                    outbox.c.sent_at < func.now() - func.make_interval(0, 0, 0, KEPT_DAYS)
                )
            )


async def unsent(transaction: Transaction) -> tuple[int, datetime | None]:
    """Return how many messages wait to be sent, and since when the oldest of them does."""
    row = (
        await transaction.execute(
            select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.sent_at.is_(None))
        )
    ).one()
    return row[0], row[1]


async def forget(
    transaction: Transaction,
    account_id: int,
    *,
    emails: Collection[str] = (),
    within: Sequence[str] = (),
) -> None:
    """Delete what was sent about an account, or about somebody with one of these addresses.

    They are looked for at the top of a message and in its objects named `within`. For the
    deletion of a person: what was sent is kept only to be sent again, and must not bring back
    who is gone.
    """
    places = [outbox.c.payload, *(outbox.c.payload[name] for name in within)]
    about = [place["account_id"].astext == str(account_id) for place in places]
    about += [place["email"].astext.in_(emails) for place in places]
    await transaction.execute(delete(outbox).where(outbox.c.sent_at.is_not(None), or_(*about)))


def message_id(service: str, row_id: int, created_at: datetime) -> str:
    """Return the id that a message keeps however often it is sent.

    The instant is part of it: a database that was restored from a backup counts on from an older
    number, and the new messages must not be taken for those that once had these numbers.
    """
    return f"{service}-{row_id}-{int(created_at.timestamp() * 1_000_000)}"


async def replay(transaction: Transaction, since: datetime) -> int:
    """Mark everything written since then as unsent, to rebuild a lost stream; returns how many."""
    result = await transaction.execute(
        update(outbox).where(outbox.c.created_at >= since).values(sent_at=None)
    )
    return result.rowcount
