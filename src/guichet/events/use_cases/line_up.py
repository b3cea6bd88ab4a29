"""Speakers and sponsors, one at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guichet.events.domain import problems
from guichet.events.domain.editing import LINE_UP_MAX
from guichet.events.domain.records import Event, Speaker, Sponsor, Viewer
from guichet.events.domain.states import Action, require_allowed
from guichet.events.repository import writing
from guichet.events.use_cases import editing
from guichet.events.use_cases.means import Means
from guichet.kernel.clock import now
from guichet.kernel.database import Transaction


async def add_speaker(means: Means, viewer: Viewer, event_id: int, speaker: Speaker) -> Speaker:
    """Add a speaker; return it with its id."""
    async with means.database.transaction() as transaction:
        event = await _lock(transaction, viewer, event_id)
        _require_room(len(event.speakers))
        speaker_id = await writing.add_speaker(transaction, event_id, speaker)
    return replace(speaker, speaker_id=speaker_id)


async def change_speaker(
    means: Means, viewer: Viewer, event_id: int, speaker_id: int, values: Mapping[str, Any]
) -> Speaker:
    """Change the named values of a speaker; return it."""
    async with means.database.transaction() as transaction:
        event = await _lock(transaction, viewer, event_id)
        changed = replace(_speaker(event, speaker_id), **values)
        others = (changed if item.speaker_id == speaker_id else item for item in event.speakers)
        await writing.save_speakers(transaction, event_id, tuple(others))
    return changed


async def remove_speaker(means: Means, viewer: Viewer, event_id: int, speaker_id: int) -> None:
    """Remove a speaker."""
    async with means.database.transaction() as transaction:
        event = await _lock(transaction, viewer, event_id)
        _speaker(event, speaker_id)
        kept = tuple(item for item in event.speakers if item.speaker_id != speaker_id)
        await writing.save_speakers(transaction, event_id, kept)


async def add_sponsor(means: Means, viewer: Viewer, event_id: int, sponsor: Sponsor) -> Sponsor:
    """Add a sponsor; return it with its id."""
    async with means.database.transaction() as transaction:
        event = await _lock(transaction, viewer, event_id)
        _require_room(len(event.sponsors))
        sponsor_id = await writing.add_sponsor(transaction, event_id, sponsor)
    return replace(sponsor, sponsor_id=sponsor_id)


async def change_sponsor(
    means: Means, viewer: Viewer, event_id: int, sponsor_id: int, values: Mapping[str, Any]
) -> Sponsor:
    """Change the named values of a sponsor; return it."""
    async with means.database.transaction() as transaction:
        event = await _lock(transaction, viewer, event_id)
        changed = replace(_sponsor(event, sponsor_id), **values)
        others = (changed if item.sponsor_id == sponsor_id else item for item in event.sponsors)
        await writing.save_sponsors(transaction, event_id, tuple(others))
    return changed


async def remove_sponsor(means: Means, viewer: Viewer, event_id: int, sponsor_id: int) -> None:
    """Remove a sponsor."""
    async with means.database.transaction() as transaction:
        event = await _lock(transaction, viewer, event_id)
        _sponsor(event, sponsor_id)
        kept = tuple(item for item in event.sponsors if item.sponsor_id != sponsor_id)
        await writing.save_sponsors(transaction, event_id, kept)


async def _lock(transaction: Transaction, viewer: Viewer, event_id: int) -> Event:
    """Lock an event that the viewer may describe, and note that it changes."""
    event = (await editing.lock(transaction, viewer, event_id)).event
    require_allowed(event.status, Action.DESCRIBE)
    await writing.touch_event(transaction, event_id, now())
    return event


def _require_room(number: int) -> None:
    if number >= LINE_UP_MAX:
        raise problems.TooManyInLineUp(most=LINE_UP_MAX)


def _speaker(event: Event, speaker_id: int) -> Speaker:
    for item in event.speakers:
        if item.speaker_id == speaker_id:
            return item
    raise problems.PartNotFound


def _sponsor(event: Event, sponsor_id: int) -> Sponsor:
    for item in event.sponsors:
        if item.sponsor_id == sponsor_id:
            return item
    raise problems.PartNotFound
