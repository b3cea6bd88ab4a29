"""What happens by itself: stock told by tickets, events that end, edits that were forgotten."""

from collections.abc import Sequence

from guichet.contracts.messages.auth import AccountDeleted
from guichet.contracts.messages.tickets import StockChanged
from guichet.events.domain import editing
from guichet.events.domain.states import Status
from guichet.events.repository import reading, writing
from guichet.events.use_cases import auditing
from guichet.events.use_cases.announcing import message_of
from guichet.events.use_cases.editing import tell_again
from guichet.events.use_cases.means import Means
from guichet.kernel import audit
from guichet.kernel.clock import now
from guichet.kernel.database import Transaction
from guichet.kernel.inbox import Told
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue

BATCH_EVENTS_MAX = 50
UPKEEP_SECONDS = 10.0

log = logger(__name__)


async def note_stock(transaction: Transaction, message: StockChanged) -> None:
    """Keep what is sold and held of each ticket type; older news changes nothing."""
    await writing.apply_stock_levels(transaction, _levels(message))


async def note_stocks(transaction: Transaction, messages: Sequence[Told[StockChanged]]) -> None:
    """Do so for news that are told together: of each ticket type the newest is all that counts."""
    levels = [level for told in messages for level in _levels(told.message)]
    await writing.apply_stock_levels(transaction, levels)


def _levels(message: StockChanged) -> list[writing.ToldLevel]:
    return [
        writing.ToldLevel(
            level.ticket_type_id, event.event_id, event.version, level.sold, level.held
        )
        for event in message.events
        for level in event.levels
    ]


async def forget_account(transaction: Transaction, message: AccountDeleted) -> None:
    """Erase what only that person could see: drafts that were never published.

    Published events stay, with their speakers: they are public, and tickets may be sold. Their
    creator remains as a number that names nobody.
    """
    gone = await writing.delete_unpublished_of(transaction, message.account_id)
    changes = [auditing.deleted(event_id, Status.DRAFT) for event_id in gone]
    await audit.record(transaction, *changes)
    log.info("account forgotten", account_id=message.account_id, drafts_deleted=len(gone))


async def complete_ended(means: Means) -> int:
    """Mark published events that have ended as completed, some at a time; return how many."""
    async with means.database.transaction() as transaction:
        moment = now()
        ids = await writing.ended_events(transaction, moment, BATCH_EVENTS_MAX)
        for event_id in ids:
            locked = await reading.lock(transaction, event_id)
            if locked is None:
                continue
            after = editing.completed(locked.event, locked.version_drawn + 1, moment)
            await writing.save_event(transaction, after, after.version)
            await audit.record(transaction, *auditing.changes_of(locked.event, after))
            message = message_of(locked.event, after, moment)
            if message is not None:
                await enqueue(transaction, message)
    return len(ids)


async def mend_forgotten(means: Means) -> int:
    """Tell the stored state of events whose edit died while it asked tickets; return how many."""
    async with means.database.transaction() as transaction:
        ids = await writing.forgotten_askings(transaction, BATCH_EVENTS_MAX)
        for event_id in ids:
            locked = await reading.lock(transaction, event_id)
            if locked is not None:
                await tell_again(transaction, locked)
    return len(ids)


async def keep_up(means: Means) -> None:
    """Do all that is due now."""
    while await mend_forgotten(means) == BATCH_EVENTS_MAX:
        pass
    while await complete_ended(means) == BATCH_EVENTS_MAX:
        pass
