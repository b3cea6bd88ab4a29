"""The queues of one service, for who runs the system: what waits to leave or to be handled."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from nats.errors import Error as NatsError

from guichet.kernel.bus import Bus, StreamBacklog
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.inbox import DeadLetter, Inbox, count_dead_letters, list_dead_letters
from guichet.kernel.logs import logger
from guichet.kernel.outbox import unsent
from guichet.kernel.problems import Conflict, NotFound

ASKING_SECONDS_MAX = 2.0
ERROR_CHARACTERS_MAX = 300

log = logger(__name__)


class NoSuchDeadLetter(NotFound):
    """There is no message of that number waiting for an administrator."""

    code = "no_such_dead_letter"
    fr = "Ce message n'existe pas ou a déjà été repris."
    en = "There is no such message, or it has been retried already."


class DeadLetterFailedAgain(Conflict):
    """The message could not be handled this time either."""

    code = "dead_letter_failed_again"
    fr = "Ce message n'a de nouveau pas pu être traité : {error}"
    en = "This message could not be handled this time either: {error}"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in one service.

    `unsent` messages stand in the outbox since `oldest_unsent_at`; `streams` is None while NATS
    cannot be asked; `dead_letters` were given up.
    """

    unsent: int
    oldest_unsent_at: datetime | None
    dead_letters: int
    streams: list[StreamBacklog] | None
    read_at: datetime


async def backlog(database: Database, bus: Bus, inbox: Inbox) -> Backlog:
    """Return what waits in this service at this moment."""
    async with database.reading() as connection:
        waiting, oldest_at = await unsent(connection)
        given_up = await count_dead_letters(connection)
    return Backlog(waiting, oldest_at, given_up, await _streams(bus, inbox), now())


async def _streams(bus: Bus, inbox: Inbox) -> list[StreamBacklog] | None:
    try:
        async with asyncio.timeout(ASKING_SECONDS_MAX):
            return [await bus.backlog(stream) for stream in sorted(inbox.streams())]
    except (NatsError, OSError, TimeoutError) as error:
        log.warning("NATS does not say what waits", exc_info=error)
        return None


async def dead_letters(database: Database) -> tuple[list[DeadLetter], int]:
    """Return the latest messages that could not be handled, newest first, and how many wait."""
    async with database.reading() as connection:
        return await list_dead_letters(connection), await count_dead_letters(connection)


async def retry_dead_letter(inbox: Inbox, letter_id: int) -> None:
    """Handle a message again, now; `NoSuchDeadLetter`, `DeadLetterFailedAgain`."""
    try:
        there = await inbox.retry_dead_letter(letter_id)
    except Exception as error:
        log.warning("a dead letter failed again", dead_letter=letter_id, exc_info=error)
        reason = f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS_MAX]
        raise DeadLetterFailedAgain(error=reason) from error
    if not there:
        raise NoSuchDeadLetter
