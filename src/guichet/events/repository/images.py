"""The pictures of events: kept in the database, where every replica finds them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, delete, insert, literal, select, update

from guichet.events.tables import event_images, events
from guichet.kernel.database import Transaction


@dataclass(frozen=True, slots=True)
class StoredImage:
    """One size and format of an event's picture, and who may see it."""

    content: bytes
    image_hash: str
    status: str
    creator_id: int


async def image(
    connection: Transaction, event_id: int, width_max: int, image_format: str
) -> StoredImage | None:
    """Return an event's picture in one size and format, None where there is none."""
    row = (
        await connection.execute(
            select(
                event_images.c.content,
                events.c.image_hash,
                events.c.status,
                events.c.creator_id,
            )
            .join(events, events.c.id == event_images.c.event_id)
            .where(
                event_images.c.event_id == event_id,
                event_images.c.width_max == width_max,
                event_images.c.format == image_format,
            )
        )
    ).first()
    if row is None:
        return None
    return StoredImage(row.content, row.image_hash, row.status, row.creator_id)


async def save_image(
    transaction: Transaction,
    event_id: int,
    image_hash: str,
    variants: Sequence[tuple[int, str, bytes]],
) -> None:
    """Make these the event's picture: (width, format, content)."""
    await forget_image(transaction, event_id)
    await transaction.execute(
        insert(event_images),
        [
            {"event_id": event_id, "width_max": width, "format": kind, "content": content}
            for width, kind, content in variants
        ],
    )
    await transaction.execute(
        update(events).where(events.c.id == event_id).values(image_hash=image_hash, image_url=None)
    )


async def forget_image(transaction: Transaction, event_id: int) -> None:
    """Drop the event's uploaded picture."""
    await transaction.execute(delete(event_images).where(event_images.c.event_id == event_id))
    await transaction.execute(update(events).where(events.c.id == event_id).values(image_hash=None))


async def copy_image(transaction: Transaction, event_id: int, to_event_id: int) -> None:
    """Give another event the same uploaded picture, if there is one."""
    wanted = select(
        literal(to_event_id, BigInteger).label("event_id"),
        event_images.c.width_max,
        event_images.c.format,
        event_images.c.content,
    ).where(event_images.c.event_id == event_id)
    columns = ["event_id", "width_max", "format", "content"]
    await transaction.execute(insert(event_images).from_select(columns, wanted))
    known = select(events.c.image_hash).where(events.c.id == event_id).scalar_subquery()
    await transaction.execute(
        update(events).where(events.c.id == to_event_id).values(image_hash=known)
    )
