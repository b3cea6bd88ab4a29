"""Giving a whole event back: a run over its orders, in small commits, by any replica.

    start      the orders of the moment are written down; one run at a time for each event
    get on     some orders: cancelled with their refunds and one message each, in one commit
    finish     once every order is done and every refund carried out (`refunds.py`)

A run starts by itself where an event is cancelled, or by the organiser's word for an event that
takes place. A process killed in between loses the commit it was in, and nothing else: what is done
is marked in the commit that did it, so each order is given back once.
"""

from collections.abc import Mapping, Sequence

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.domain import Offer, Order, OrderState, Ticket, TicketStatus
from guichet.tickets.giving_back import Right, Withdrawal, paid_for, what_goes_back
from guichet.tickets.problems import EventNotFound
from guichet.tickets.refund_problems import NothingToRefund, RunUnderWay, TotalDiffers
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository import event_refunds as run_rows
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.event_refunds import EventBack, Progress, Run
from guichet.tickets.repository.stock import Connection
from guichet.tickets.withdrawing import withdraw

ORDERS_AT_ONCE = 25
EVENTS_AT_ONCE = 10
EVENT_CANCELLED = "event_cancelled"
ORGANISER = "organiser"

log = logger(__name__)


class EventRefunds:
    """Starts runs and gets on with them."""

    def __init__(self, database: Database, refunds: Refunds) -> None:
        self._database = database
        self._refunds = refunds

    async def preview(self, event_id: int) -> EventBack:
        """Return how many orders, tickets and buyers it concerns, and what would go back."""
        async with self._database.hot.acquire() as connection:
            return await run_rows.event_back(connection, event_id)

    async def start(self, event_id: int, confirmed_minor: int, right: Right, note: str) -> None:
        """Begin to give all orders of an event back that is not cancelled.

        Raises `EventNotFound`, `NothingToRefund`, `RunUnderWay`, or `TotalDiffers` where the sum
        that was confirmed is not what would go back at this moment.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            offers = await stock_rows.lock_offers(connection, [event_id])
            if event_id not in offers:
                raise EventNotFound
            found = await run_rows.event_back(connection, event_id)
            if not found.orders:
                raise NothingToRefund
            if found.total_minor != confirmed_minor:
                raise TotalDiffers(found.total_minor, offers[event_id].currency)
            run_id = await run_rows.start_run(
                connection,
                event_id,
                reason=ORGANISER,
                note=note,
                requested_by=right.account_id,
                at=now(),
            )
            if run_id is None:
                raise RunUnderWay
        log.info("event refunds started", run=run_id, event_id=event_id, orders=found.orders)

    async def progress(self, event_id: int) -> list[Progress]:
        """Return how far the event's runs are, the newest first."""
        async with self._database.hot.acquire() as connection:
            return await run_rows.progress_of_event(connection, event_id)

    async def get_on(self) -> int:
        """Give back orders until none is left that nobody is at; returns how many.

        A worker calls this again and again.
        """
        await self._start_missing()
        done = 0
        while some := await self._give_some_back():
            done += some
        async with self._database.hot.acquire() as connection:
            for run_id in await run_rows.finish_runs(connection, now()):
                log.info("event refunds finished", run=run_id)
        return done

    async def _start_missing(self) -> None:
        """Begin the runs of cancelled events that nobody has begun, whatever the cause."""
        async with self._database.hot.acquire() as connection:
            events = await run_rows.cancelled_events_without_run(connection, EVENTS_AT_ONCE)
        for event_id in events:
            async with self._database.hot.acquire() as connection, connection.transaction():
                await stock_rows.lock_offers(connection, [event_id])
                await start_for_cancelled(connection, event_id, None)

    async def _give_some_back(self) -> int:
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            run = await run_rows.lock_run(connection)
            if run is None:
                return 0
            order_ids = await run_rows.orders_left(connection, run, ORDERS_AT_ONCE)
            offer = (await stock_rows.lock_offers(connection, [run.event_id]))[run.event_id]
            orders = await order_rows.lock_orders(connection, order_ids)
            tickets = await refund_rows.lock_tickets_of_orders(connection, order_ids)
            left = await refund_rows.left_to_refund(connection, order_ids)
            returned = await refund_rows.returned_before(connection, order_ids)
            planned = [
                _planned(run, offer, orders[order_id], live, returned, left[order_id])
                for order_id in order_ids
                if orders[order_id].state is OrderState.ISSUED
                and (live := _live(tickets[order_id]))
            ]
            if planned:
                await withdraw(connection, offer, planned, at)
            await run_rows.mark_orders_done(connection, run, order_ids, at)
        self._database.outbox_written.set()
        self._refunds.wake.set()
        return len(order_ids)


async def start_for_cancelled(connection: Connection, event_id: int, note: str | None) -> None:
    """Begin the run of an event that was cancelled; the caller has its stock locked.

    Does nothing where a run is under way, where nothing was sold, or where a later version of the
    event says that it takes place.
    """
    offer = await offer_rows.read_offer(connection, event_id)
    if offer is None or offer.status != "cancelled":
        return
    await run_rows.start_run(
        connection, event_id, reason=EVENT_CANCELLED, note=note, requested_by=None, at=now()
    )


def _live(tickets: Sequence[Ticket]) -> list[Ticket]:
    # Who was admitted is refunded too: the event did not take place, or not as promised.
    return [ticket for ticket in tickets if ticket.status is not TicketStatus.CANCELLED]


def _planned(
    run: Run,
    offer: Offer,
    order: Order,
    tickets: Sequence[Ticket],
    returned: Mapping[int, tuple[int, int]],
    left_minor: int,
) -> Withdrawal:
    right = Right(run.reason, is_bound=False, account_id=run.requested_by)
    paid = paid_for(order, tickets, returned)
    return Withdrawal(
        order,
        tuple(tickets),
        paid,
        what_goes_back(tickets, paid, offer, right, left_minor),
        right,
        note=run.note,
        run_id=run.run_id,
    )
