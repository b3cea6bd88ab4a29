"""Uploading and showing an event's picture."""

import asyncio
from dataclasses import dataclass

from guichet.events import pictures
from guichet.events.domain import problems
from guichet.events.domain.records import Event, Viewer
from guichet.events.domain.states import Status
from guichet.events.repository import images, reading, writing
from guichet.events.use_cases import editing
from guichet.events.use_cases.means import Means
from guichet.events.use_cases.reading import get_own_event
from guichet.kernel.clock import now


@dataclass(frozen=True, slots=True)
class ShownImage:
    """A picture to send; `is_lasting` where its address names this very content."""

    content: bytes
    tag: str
    is_lasting: bool


async def upload_image(means: Means, viewer: Viewer, event_id: int, upload: bytes) -> Event:
    """Make an upload the event's picture; `ImageRefused` where it is none that can be shown."""
    await get_own_event(means, viewer, event_id)
    async with means.one_picture:
        picture = await asyncio.to_thread(pictures.prepare, upload)
    async with means.database.transaction() as transaction:
        await editing.lock(transaction, viewer, event_id)
        await images.save_image(transaction, event_id, picture.hash, picture.variants)
        await writing.touch_event(transaction, event_id, now())
        event = await reading.event(transaction, event_id)
    if event is None:
        raise problems.EventNotFound
    return event


async def show_image(
    means: Means,
    viewer: Viewer,
    event_id: int,
    *,
    width: int,
    accepts_webp: bool,
    version: str | None,
) -> ShownImage:
    """Return the event's picture, at least `width` pixels wide where there are so many.

    A page cannot send a token with an image's address, so a draft's picture is also shown to who
    knows the hash of its content (`version`).
    """
    fitting = min((size for size in pictures.WIDTHS if size >= width), default=pictures.WIDTHS[0])
    image_format = "webp" if accepts_webp else "jpeg"
    async with means.database.reading() as connection:
        found = await images.image(connection, event_id, fitting, image_format)
    if found is None:
        raise problems.PartNotFound
    is_lasting = version == found.image_hash
    is_own = viewer.manages_all or viewer.account_id == found.creator_id
    if found.status == Status.DRAFT and not is_lasting and not is_own:
        raise problems.EventNotFound
    return ShownImage(found.content, f"{found.image_hash}-{fitting}-{image_format}", is_lasting)


async def remove_image(means: Means, viewer: Viewer, event_id: int) -> Event:
    """Drop the event's uploaded picture."""
    async with means.database.transaction() as transaction:
        await editing.lock(transaction, viewer, event_id)
        await images.forget_image(transaction, event_id)
        await writing.touch_event(transaction, event_id, now())
    return await get_own_event(means, viewer, event_id)
