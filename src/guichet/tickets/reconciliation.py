"""Compares our payments and ledger with the provider's books, repairs what is safe, shows the rest.

    look, every minute     payments captured for orders that have ended: served or given back;
                           refunds that a crash left unasked; payments open for too long: shown
    compare, every hour    the provider's balance, movement by movement: fees, disputes and payouts
                           are entered, refunds that the bank returned are taken in; charges of no
                           order, captures that the provider does not show, other amounts and days
                           that differ become findings

Nothing is believed twice: each movement is named after the provider's own transaction.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client import Gauge

from guichet.kernel.audit import record_hot
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets import auditing
from guichet.tickets.attention import Attention
from guichet.tickets.late_payments import LateOutcome, LatePayments
from guichet.tickets.payments import (
    MovementKind,
    PaymentOutcome,
    ProviderBooks,
    ProviderUnclear,
    SeenMovement,
    SeenPayment,
)
from guichet.tickets.provider_changes import ProviderChanges, order_id_in
from guichet.tickets.provider_ledger import transfers_of
from guichet.tickets.repository import findings as finding_rows
from guichet.tickets.repository import provider as provider_rows
from guichet.tickets.repository import reconciliation as rows
from guichet.tickets.repository import webhooks as webhook_rows
from guichet.tickets.repository.findings import Finding, Found
from guichet.tickets.repository.provider import StoredDispute
from guichet.tickets.repository.reconciliation import Day, Run
from guichet.tickets.repository.stock import Connection
from guichet.tickets.repository.webhooks import StuckMessage

PAYMENTS = "payments"
MOVEMENTS = "movements"
OVERLAP = timedelta(minutes=5)
"""What is read again each time, for clocks that differ and lists that lag."""
SETTLED_AFTER = timedelta(minutes=5)
"""What is younger may still be on its way to us, or into the provider's lists."""
UNSETTLED_AFTER = timedelta(hours=1)
DAYS_COMPARED = 3
PAYMENTS_LOOKED_AT_MAX = 1_000
"""In one look; what a rush leaves out, the next comparison finds among the movements."""
BATCH_MOVEMENTS = 500
RUNS_SHOWN, DAYS_SHOWN, SHOWN_MAX = 10, 14, 100
_OF_REFUNDS = {MovementKind.REFUND, MovementKind.REFUND_FAILURE}
OPEN_FINDINGS = Gauge("guichet_reconciliation_findings", "Findings that wait for a person.")

log = logger(__name__)


@dataclass(slots=True)
class Report:
    """What a run found: its figures, the days it compared and all that it cannot explain."""

    run: Run
    days: list[Day] = field(default_factory=list[Day])
    found: list[Found] = field(default_factory=list[Found])


@dataclass(frozen=True, slots=True)
class Overview:
    """The latest of everything that an administrator looks at."""

    runs: list[Run]
    findings: list[Finding]
    days: list[Day]
    disputes: list[StoredDispute]
    webhooks_waiting: int
    webhooks_stuck: list[StuckMessage]


class Reconciliation:
    """Looks and compares; of several replicas one at a time."""

    def __init__(
        self,
        database: Database,
        books: ProviderBooks,
        changes: ProviderChanges,
        late: LatePayments,
    ) -> None:
        self._database = database
        self._books = books
        self._changes = changes
        self._late = late

    async def look(self) -> Report | None:
        """Do the quick part; None where another replica is at it."""
        return await self._run(whole=False)

    async def compare(self) -> Report | None:
        """Do everything; None where another replica is at it."""
        return await self._run(whole=True)

    async def overview(self) -> Overview:
        """Return what an administrator looks at, as of one moment, each the latest first."""
        async with self._database.hot_snapshot() as connection:
            return Overview(
                await rows.latest_runs(connection, RUNS_SHOWN),
                await finding_rows.findings(connection, SHOWN_MAX),
                await rows.latest_days(connection, DAYS_SHOWN),
                await provider_rows.latest_disputes(connection, SHOWN_MAX),
                await webhook_rows.count_waiting(connection),
                await webhook_rows.stuck_messages(connection, SHOWN_MAX),
            )

    async def resolve(self, finding_id: int, by: int, note: str) -> Finding | None:
        """Note what a person did about a finding; None where none of that number waits."""
        async with self._database.hot.acquire() as connection, connection.transaction():
            resolved = await finding_rows.resolve_finding(connection, finding_id, by, note)
            if resolved is not None:
                await record_hot(connection, [auditing.finding_resolved(resolved)])
        return resolved

    async def _run(self, *, whole: bool) -> Report | None:
        async with self._database.hot.acquire() as guard:
            if not await rows.try_lock(guard):
                return None
            try:
                return await self._reported(whole=whole)
            finally:
                await rows.unlock(guard)

    async def _reported(self, *, whole: bool) -> Report:
        """Run, and store what came of it: each comparison, and looks that did something."""
        report = Report(Run(0, now()))
        try:
            await self._look(report)
            if whole:
                await self._compare(report)
        except ProviderUnclear as error:
            report.run.error = f"provider: {error}"
            log.warning("reconciliation got no answer", reason=str(error))
        run = report.run
        run.finished_at = now()
        if whole or run.repaired or run.error:
            async with self._database.hot.acquire() as connection, connection.transaction():
                run.run_id = (await rows.begin_run(connection, run.started_at)).run_id
                await rows.end_run(connection, run)
        return report

    async def _look(self, report: Report) -> None:
        run = report.run
        run.repaired += await self._late.give_back_what_was_left()
        async with self._database.hot.acquire() as connection:
            before = run.started_at - UNSETTLED_AFTER
            await rows.flag_unsettled(connection, before, Attention.PAYMENT_UNSETTLED)
            since = await _since(connection, PAYMENTS, run.started_at)
        captured: list[SeenPayment] = []
        async for seen in self._books.payments_since(since):
            run.payments_read += 1
            if seen.result.outcome is PaymentOutcome.PAID:
                captured.append(seen)
            if run.payments_read >= PAYMENTS_LOOKED_AT_MAX:
                break
        run.repaired += await self._take_in_late(captured)
        async with self._database.hot.acquire() as connection:
            await rows.save_cursor(connection, PAYMENTS, run.started_at)

    async def _take_in_late(self, captured: Sequence[SeenPayment]) -> int:
        """Take in captures that their orders do not know, once those have ended."""
        by_order = {
            order_id: seen
            for seen in captured
            if (order_id := order_id_in(seen.order_key)) is not None
        }
        async with self._database.hot.acquire() as connection:
            orders, _ = await rows.standings(connection, list(by_order), [])
        repaired = 0
        for order_id, seen in by_order.items():
            order = orders.get(order_id)
            if order is None or order.step is not None:
                continue
            if order.captured_minor and order.intent_id == seen.intent_id:
                continue
            outcome = await self._changes.look_at_payment(seen.intent_id)
            repaired += outcome in {LateOutcome.SERVED, LateOutcome.GIVEN_BACK}
        return repaired

    async def _compare(self, report: Report) -> None:
        run = report.run
        async with self._database.hot.acquire() as connection:
            since = await _since(connection, MOVEMENTS, run.started_at)
        async for batch in _batches(self._books.movements_since(since)):
            await self._take_over(batch, run)
        await self._look_for_findings(report, since)
        async with self._database.hot.acquire() as connection:
            await rows.save_cursor(connection, MOVEMENTS, run.started_at)

    async def _take_over(self, batch: Sequence[SeenMovement], run: Run) -> None:
        """Store movements, look at what they tell of, and enter what the provider did of itself."""
        async with self._database.hot.acquire() as connection, connection.transaction():
            await rows.save_movements(connection, batch)
            await rows.match_movements(connection)
            strange = await rows.unmatched(connection, [moved.transaction_id for moved in batch])
        run.movements_read += len(batch)
        for moved in batch:
            if moved.transaction_id in strange:
                run.repaired += await self._look_at(moved)
        async with self._database.hot.acquire() as connection, connection.transaction():
            await rows.match_movements(connection)
            intents = [moved.intent_id for moved in batch if moved.intent_id is not None]
            _, orders = await rows.standings(connection, [], intents)
            transfers = [
                made
                for moved in batch
                for made in transfers_of(moved, orders.get(moved.intent_id or ""))
            ]
            run.entered += await provider_rows.enter_provider_transfers(connection, transfers)

    async def _look_at(self, moved: SeenMovement) -> int:
        """Look at what a movement without an entry tells of; returns whether it was repaired."""
        if moved.kind is MovementKind.CHARGE and moved.intent_id is not None:
            outcome = await self._changes.look_at_payment(moved.intent_id)
            return int(outcome in {LateOutcome.SERVED, LateOutcome.GIVEN_BACK})
        if moved.kind in _OF_REFUNDS and moved.intent_id is not None:
            return await self._changes.look_at_refunds(moved.intent_id)
        if moved.kind is MovementKind.DISPUTE and moved.source_id is not None:
            await self._changes.look_at_dispute(moved.source_id)
        return 0

    async def _look_for_findings(self, report: Report, since: datetime) -> None:
        run = report.run
        until = run.started_at - SETTLED_AFTER
        since = min(since, run.started_at - timedelta(days=DAYS_COMPARED))
        first_day = since.date()
        async with self._database.hot.acquire() as connection, connection.transaction():
            open_day = await finding_rows.first_open_day(connection)
            report.days = await rows.compare_days(connection, min(first_day, open_day or first_day))
            report.found = [
                *await finding_rows.strange_movements(connection, since, until),
                *await finding_rows.wrong_amounts(connection, since),
                *await finding_rows.captures_without_movement(connection, since, until),
                *_differing(report.days, until),
            ]
            run.findings = await finding_rows.keep_findings(connection, report.found)
            await finding_rows.settle_findings(connection)
            OPEN_FINDINGS.set(await finding_rows.count_open(connection))


def _differing(days: Sequence[Day], until: datetime) -> list[Found]:
    """Return the days that are over and do not agree."""
    return [
        Found(
            "day_differs",
            f"{day.day.isoformat()} {day.currency}",
            day.difference_minor,
            day.currency,
        )
        for day in days
        if day.difference_minor and day.day < until.date()
    ]


async def _since(connection: Connection, name: str, at: datetime) -> datetime:
    """Return from when a list is to be read: a little before the last time, at first all."""
    reached = await rows.read_cursor(connection, name)
    if reached is not None:
        return reached - OVERLAP
    return (await rows.first_payment_at(connection) or at) - OVERLAP


async def _batches(movements: AsyncIterator[SeenMovement]) -> AsyncIterator[list[SeenMovement]]:
    batch: list[SeenMovement] = []
    async for moved in movements:
        batch.append(moved)
        if len(batch) == BATCH_MOVEMENTS:
            yield batch
            batch = []
    if batch:
        yield batch
