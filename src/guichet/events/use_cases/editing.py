"""Creating, changing and deleting events and their ticket types.

Tickets decides the stock. So an edit that takes places away runs in three parts: draw its version
and keep other edits out (a transaction); ask tickets, which applies the offer or refuses it (no
transaction); store the edit with its message under the version that tickets knows (a transaction).
Where the middle fails or this process dies, tickets may know a version that was never stored:
`mend` then tells the stored state again under a newer version, at once or from the upkeep worker.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from guichet.contracts.clients.tickets import EventSales
from guichet.contracts.messages.events import EventCancelled, EventUpdated
from guichet.events.domain import editing, problems
from guichet.events.domain.records import Event, EventEdit, TicketType, TicketTypeEdit, Viewer
from guichet.events.domain.states import Action, Status, require_allowed
from guichet.events.repository import images, reading, writing
from guichet.events.repository.reading import Locked
from guichet.events.use_cases import auditing
from guichet.events.use_cases.announcing import message_of, snapshot
from guichet.events.use_cases.means import Means
from guichet.kernel import audit
from guichet.kernel.clock import now
from guichet.kernel.database import Transaction
from guichet.kernel.http_client import RemoteRefusal
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue
from guichet.kernel.problems import Forbidden, Unavailable

HTTP_CONFLICT = 409

log = logger(__name__)

Change = Callable[[Event, datetime], Event]


async def create_event(means: Means, viewer: Viewer, edit: EventEdit) -> Event:
    """Create an event of the viewer's, a draft or published at once."""
    if not viewer.creates_events or viewer.account_id is None:
        raise Forbidden
    moment = now()
    draft = editing.new_event(viewer.account_id, edit, moment, means.house)
    async with means.database.transaction() as transaction:
        await _require_category(transaction, draft)
        event_id = await add_draft(transaction, draft, moment)
        return await _reread(transaction, event_id)


async def add_draft(transaction: Transaction, draft: Event, moment: datetime) -> int:
    """Store a new event with its parts, and tell of it where it is published; return its id."""
    event = await _with_ids(transaction, draft)
    event_id = await writing.add_event(transaction, event)
    event = replace(event, event_id=event_id, version=1)
    bare = replace(event, status=Status.DRAFT, ticket_types=(), speakers=(), sponsors=())
    await _save_parts(transaction, bare, event)
    await audit.record(transaction, auditing.created(event), *auditing.changes_of(bare, event))
    await _tell(transaction, bare, event, moment)
    return event_id


async def update_event(means: Means, viewer: Viewer, event_id: int, edit: EventEdit) -> Event:
    """Change an event, its state or its ticket types.

    Raises the named problems of the domain, `CapacityBelowSold` and `EventHasSales` where tickets
    has sold what would go, `EditedMeanwhile` where another edit is in between.
    """
    return await _change(
        means,
        viewer,
        event_id,
        lambda before, moment: editing.changed(before, edit, moment, means.house),
    )


async def add_ticket_type(
    means: Means, viewer: Viewer, event_id: int, edit: TicketTypeEdit
) -> tuple[TicketType, Event]:
    """Add a ticket type; return it and its event."""
    after = await _change(
        means,
        viewer,
        event_id,
        lambda before, moment: editing.with_ticket_type(before, edit, moment, means.house),
    )
    return after.ticket_types[-1], after


async def change_ticket_type(
    means: Means, viewer: Viewer, event_id: int, edit: TicketTypeEdit
) -> tuple[TicketType, Event]:
    """Change a ticket type; return it and its event."""
    after = await _change(
        means,
        viewer,
        event_id,
        lambda before, moment: editing.with_ticket_type(before, edit, moment, means.house),
    )
    kinds = {kind.ticket_type_id: kind for kind in after.ticket_types}
    return kinds[edit.ticket_type_id or 0], after


async def remove_ticket_type(
    means: Means, viewer: Viewer, event_id: int, ticket_type_id: int
) -> None:
    """Remove a ticket type that nothing was sold of."""
    await _change(
        means,
        viewer,
        event_id,
        lambda before, moment: editing.without_ticket_type(before, ticket_type_id, moment),
    )


async def delete_event(means: Means, viewer: Viewer, event_id: int) -> None:
    """Delete an event; `EventHasSales` where tickets are sold or held."""
    async with means.database.transaction() as transaction:
        before = (await lock(transaction, viewer, event_id)).event
        require_allowed(before.status, Action.DELETE)
        if before.published_at is None:
            await _delete(transaction, before)
            return
        version = await writing.begin_asking(transaction, event_id)
    await _ask(means, before, replace(before, status=Status.DRAFT, version=version))
    async with means.database.transaction() as transaction:
        await _lock_again(transaction, event_id, version)
        await _delete(transaction, before)
        if before.status in {Status.DRAFT, Status.PUBLISHED}:
            gone = replace(before, status=Status.CANCELLED, version=version + 1)
            await enqueue(transaction, EventCancelled(event=snapshot(gone), occurred_at=now()))


async def _delete(transaction: Transaction, event: Event) -> None:
    await writing.delete_event(transaction, event.event_id)
    await audit.record(transaction, auditing.deleted(event.event_id, event.status))


async def _change(means: Means, viewer: Viewer, event_id: int, change: Change) -> Event:
    moment = now()
    async with means.database.transaction() as transaction:
        locked = await lock(transaction, viewer, event_id)
        before = locked.event
        after = change(before, moment)
        if after.category != before.category:
            await _require_category(transaction, after)
        after = await _with_ids(transaction, after)
        if not editing.takes_stock_away(before, after):
            after = replace(after, version=locked.version_drawn + 1)
            return await _store(transaction, before, after, moment)
        version = await writing.begin_asking(transaction, event_id)
    after = replace(after, version=version)
    await _ask(means, before, after)
    async with means.database.transaction() as transaction:
        await _lock_again(transaction, event_id, version)
        return await _store(transaction, before, after, moment)


async def lock(transaction: Transaction, viewer: Viewer, event_id: int) -> Locked:
    """Lock an event for an edit by its organiser.

    Raises `EventNotFound`, `Forbidden`, `EditedMeanwhile` while another edit asks tickets.
    """
    locked = await reading.lock(transaction, event_id)
    if locked is None:
        raise problems.EventNotFound
    locked.event.require_control(viewer)
    if locked.is_asking:
        raise problems.EditedMeanwhile
    if not locked.is_forgotten:
        return locked
    # Tickets may know what that edit offered; the coming one may tell nothing to outdo it.
    await tell_again(transaction, locked)
    return await reading.lock(transaction, event_id) or locked


async def _lock_again(transaction: Transaction, event_id: int, version: int) -> None:
    """Lock the event for the last part of an edit; refuse where it took so long that others won."""
    locked = await reading.lock(transaction, event_id)
    if locked is None or locked.version_drawn != version:
        raise problems.EditedMeanwhile


async def _ask(means: Means, before: Event, after: Event) -> None:
    """Make tickets agree to `after`; where it does not, undo what it may know and say why."""
    has_offered = False
    is_withdrawn = after.status is Status.DRAFT
    try:
        if is_withdrawn:
            _require_no_sales(await means.tickets.sales(after.event_id))
        has_offered = before.status in {Status.PUBLISHED, Status.DRAFT}
        if has_offered:
            await means.tickets.offer(snapshot(after))
        if has_offered and is_withdrawn:
            # What was bought between the first look and the offer counts too.
            _require_no_sales(await means.tickets.sales(after.event_id))
    except RemoteRefusal as refusal:
        is_unchanged = refusal.status == HTTP_CONFLICT
        await mend(means, after.event_id, after.version, tell=has_offered and not is_unchanged)
        raise await _refusal(means, after, refusal) from refusal
    except Exception:
        await mend(means, after.event_id, after.version, tell=has_offered)
        raise


def _require_no_sales(sales: EventSales) -> None:
    if sales.sold or sales.held:
        raise problems.EventHasSales(sold=sales.sold, held=sales.held)


async def _refusal(means: Means, after: Event, refusal: RemoteRefusal) -> Exception:
    if refusal.status != HTTP_CONFLICT:
        log.error("tickets refused an offer", status=refusal.status, code=refusal.code)
        return Unavailable()
    told = refusal.body
    if {"sold", "held", "ticket_type"} <= told.keys():
        return problems.CapacityBelowSold(
            sold=told["sold"], held=told["held"], ticket_type=told["ticket_type"]
        )
    sales = await means.tickets.sales(after.event_id)
    wanted = {kind.ticket_type_id: kind for kind in after.ticket_types}
    for level in sales.levels:
        kind = wanted.get(level.ticket_type_id)
        if level.sold + level.held > (kind.capacity if kind else 0):
            name = kind.name if kind else f"n° {level.ticket_type_id}"
            return problems.CapacityBelowSold(sold=level.sold, held=level.held, ticket_type=name)
    return problems.CapacityBelowSold(sold=sales.sold, held=sales.held, ticket_type=after.title)


async def mend(means: Means, event_id: int, version: int, *, tell: bool) -> None:
    """End an edit that came to nothing; with `tell`, make tickets know the stored state again."""
    async with means.database.transaction() as transaction:
        locked = await reading.lock(transaction, event_id)
        if locked is None or locked.version_drawn != version:
            return
        if tell:
            await tell_again(transaction, locked)
        else:
            await writing.end_asking(transaction, event_id, version)


async def tell_again(transaction: Transaction, locked: Locked) -> None:
    """Tell an event's stored state under a new version, newer than any that was offered."""
    event = replace(locked.event, version=locked.version_drawn + 1)
    await writing.save_event(transaction, event, event.version)
    await enqueue(transaction, EventUpdated(event=snapshot(event), occurred_at=now()))


async def _store(transaction: Transaction, before: Event, after: Event, moment: datetime) -> Event:
    await writing.save_event(transaction, after, after.version)
    if after.image_url and before.image_hash:
        await images.forget_image(transaction, after.event_id)
    await _save_parts(transaction, before, after)
    await audit.record(transaction, *auditing.changes_of(before, after))
    await _tell(transaction, before, after, moment)
    return await _reread(transaction, after.event_id)


async def _save_parts(transaction: Transaction, before: Event, after: Event) -> None:
    if before.ticket_types != after.ticket_types:
        await writing.save_ticket_types(transaction, after.event_id, after.ticket_types)
    if before.speakers != after.speakers:
        await writing.save_speakers(transaction, after.event_id, after.speakers)
    if before.sponsors != after.sponsors:
        await writing.save_sponsors(transaction, after.event_id, after.sponsors)


async def _tell(transaction: Transaction, before: Event, after: Event, moment: datetime) -> None:
    message = message_of(before, after, moment)
    if message is not None:
        await enqueue(transaction, message)


async def _with_ids(transaction: Transaction, event: Event) -> Event:
    """Give new ticket types their ids."""
    number = sum(1 for kind in event.ticket_types if not kind.ticket_type_id)
    if not number:
        return event
    drawn = iter(await writing.draw_ticket_type_ids(transaction, number))
    types = tuple(
        kind if kind.ticket_type_id else replace(kind, ticket_type_id=next(drawn))
        for kind in event.ticket_types
    )
    return replace(event, ticket_types=types)


async def _require_category(transaction: Transaction, event: Event) -> None:
    if event.category and not await reading.has_category(transaction, event.category):
        raise problems.UnknownCategory


async def _reread(transaction: Transaction, event_id: int) -> Event:
    event = await reading.event(transaction, event_id)
    if event is None:
        raise problems.EventNotFound
    return event
