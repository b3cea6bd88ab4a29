"""Holds after they are made: given back, extended, or swept up when their time is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from guichet.kernel.batching import POISON, BatchWriter
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.together import Together
from guichet.tickets.domain import HOLD_EXTENSIONS_MAX, HOLD_SECONDS, Hold, Offer, give_back
from guichet.tickets.problems import HoldGone
from guichet.tickets.repository import stock as stock_rows

SWEEP_HOLDS_MAX = 500
FORGET_HOLDS_MAX = 5_000
KEPT = timedelta(days=1)
"""How long it is known whose a hold was, once its time is over."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Release:
    """A hold that is given back by an account, or by whoever knows its id."""

    hold_id: int
    account_id: int | None


class Holding:
    """Ends holds and gives their places back."""

    def __init__(self, database: Database, *, hold_seconds: int = HOLD_SECONDS) -> None:
        self._database = database
        self._hold_seconds = hold_seconds
        self._releases = BatchWriter[_Release, Hold](self._release, name="release")

    async def read(self, hold_id: int, account_id: int | None) -> Hold:
        """Return a hold to the account that has it, or an unnamed one to whoever knows its id."""
        async with self._database.hot.acquire() as connection:
            hold = await stock_rows.read_hold(connection, hold_id)
        if hold is None or not _is_of(hold, account_id):
            raise HoldGone
        return hold

    async def release(self, hold_id: int, account_id: int | None) -> Hold:
        """Give a hold back before its time; raises `HoldGone` where it has ended otherwise."""
        return await self._releases.submit(_Release(hold_id, account_id))

    async def extend(self, hold_id: int, account_id: int | None) -> Hold:
        """Give a hold its whole time anew, once; raises `HoldGone` where it has ended."""
        await self.read(hold_id, account_id)
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            hold = (await stock_rows.lock_holds(connection, [hold_id])).get(hold_id)
            if hold is None or hold.state != "active" or hold.expires_at <= at:
                raise HoldGone
            if hold.extensions >= HOLD_EXTENSIONS_MAX:
                return hold
            expires_at = at + timedelta(seconds=self._hold_seconds)
            await stock_rows.extend_hold(connection, hold_id, expires_at)
        return replace(hold, expires_at=expires_at, extensions=hold.extensions + 1)

    async def sweep(self) -> int:
        """End holds whose time is over; returns how many. A worker repeats this."""
        async with self._database.hot.acquire() as connection:
            ids = await stock_rows.expired_hold_ids(connection, now(), SWEEP_HOLDS_MAX)
            events = await stock_rows.events_of_holds(connection, ids)
        return await self._end_by_id(ids, set(events.values()), "expired")

    async def forget(self) -> int:
        """Erase who had the holds that ended a day ago; returns of how many. A worker repeats this.

        Nothing asks for that any more: what became of a hold stands in its order.
        """
        forgotten = 0
        async with self._database.hot.acquire() as connection:
            before = now() - KEPT
            while count := await stock_rows.forget_holders(connection, before, FORGET_HOLDS_MAX):
                forgotten += count
            await stock_rows.delete_empty_allotments(connection)
        return forgotten

    async def end_of_event(self, event_id: int) -> int:
        """End every hold of an event that will not take place."""
        async with self._database.hot.acquire() as connection:
            rows = await connection.fetch(
                "SELECT hold_id FROM holds WHERE event_id = $1 AND state = 'active' LIMIT $2",
                event_id,
                SWEEP_HOLDS_MAX,
            )
        return await self._end_by_id([row["hold_id"] for row in rows], {event_id}, "released")

    async def _release(self, requests: Sequence[_Release]) -> list[Hold | Exception]:
        """Give holds back in one commit; the answer to each is its hold, or `HoldGone`."""
        ids = {request.hold_id for request in requests}
        async with self._database.hot.acquire() as connection, connection.transaction():
            events = await stock_rows.events_of_holds(connection, ids)
            offers = await stock_rows.lock_offers(connection, set(events.values()))
            locked = await stock_rows.lock_holds(connection, events)
            theirs = [
                hold if hold is not None and _is_of(hold, request.account_id) else None
                for request in requests
                for hold in [locked.get(request.hold_id)]
            ]
            ending = {hold.hold_id: hold for hold in theirs if hold and hold.state == "active"}
            await self._end(connection, offers, list(ending.values()), "released")
        return [
            replace(hold, state="released")
            if hold and (hold.hold_id in ending or hold.state == "released")
            else HoldGone()
            for hold in theirs
        ]

    async def _end_by_id(self, ids: Sequence[int], event_ids: set[int], state: str) -> int:
        """End holds in one commit; where the database refuses it, each in one of its own."""
        try:
            return await self._end_together(ids, event_ids, state)
        except POISON:
            if len(ids) == 1:
                log.exception("a hold cannot be ended", hold=ids[0])
                return 0
            # One hold whose figures contradict must not keep all others.
            ended = [await self._end_by_id([hold_id], event_ids, state) for hold_id in ids]
            return sum(ended)

    async def _end_together(self, ids: Sequence[int], event_ids: set[int], state: str) -> int:
        if not ids:
            return 0
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            offers = await stock_rows.lock_offers(connection, event_ids)
            locked = await stock_rows.lock_holds(connection, ids)
            # Between the look and the lock, a hold may have become an order or been extended.
            ending = [
                hold
                for hold in locked.values()
                if hold.state == "active" and (state != "expired" or hold.expires_at <= at)
            ]
            await self._end(connection, offers, ending, state)
        return len(ending)

    async def _end(
        self,
        connection: stock_rows.Connection,
        offers: Mapping[int, Offer],
        ending: Sequence[Hold],
        state: str,
    ) -> None:
        """End active holds; the caller has locked them and the stock of their events."""
        for hold in ending:
            give_back(offers[hold.event_id], hold.lines)
        writes = Together()
        await stock_rows.save_stock(
            writes, (s for offer in offers.values() for s in offer.stock.values())
        )
        await stock_rows.set_hold_states(writes, [hold.hold_id for hold in ending], state)
        taken = [(hold.owner_key, hold.event_id, hold.lines) for hold in ending]
        await stock_rows.take_allotments(writes, stock_rows.quantities(taken))
        await writes.write(connection)


def _is_of(hold: Hold, account_id: int | None) -> bool:
    """Whether an account may see and end a hold: its own, or an unnamed one that it knows."""
    return hold.buyer.account_id in (None, account_id)
