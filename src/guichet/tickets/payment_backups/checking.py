"""Reading backups of payments back: is all of it there, unaltered, and equal to the database?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from guichet.kernel.database import Database
from guichet.tickets.payment_backups.errors import DamagedRecord, UnknownKey
from guichet.tickets.payment_backups.records import (
    PaymentRecord,
    decode,
    payment_id,
    run_time,
)
from guichet.tickets.payment_backups.taking import PaymentBackups
from guichet.tickets.repository import payment_backups as rows

BATCH_RECORDS_MAX = 1000


@dataclass(slots=True)
class Versions:
    """The newest version of each payment that was found, and what could not be read."""

    newest: dict[str, PaymentRecord] = field(default_factory=dict[str, PaymentRecord])
    unreadable: list[str] = field(default_factory=list[str])
    runs: int = 0


@dataclass(slots=True)
class Comparison:
    """Payments by how backup and database agree; `changed` are those newer than the backup."""

    runs: int = 0
    equal: int = 0
    changed: int = 0
    missing: list[str] = field(default_factory=list[str])
    different: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    """In the backup alone: the database has lost them."""
    unreadable: list[str] = field(default_factory=list[str])

    @property
    def is_good(self) -> bool:
        """Whether the backup holds all that it should, readable and equal."""
        return not (self.missing or self.different or self.lost or self.unreadable)


async def read_back(backups: PaymentBackups, at: datetime | None = None) -> Versions:
    """Read and decrypt every run that was begun until `at`, the oldest first.

    Raises what the target raises where it cannot be reached.
    """
    target, _ = backups.opened()
    found = Versions()
    for path in await target.runs():
        if at is None or run_time(path) <= at:
            await _read_run(backups, path, found)
            found.runs += 1
    return found


async def _read_run(backups: PaymentBackups, path: str, found: Versions) -> None:
    target, keyring = backups.opened()
    try:
        sealed = await target.read(path)
    except DamagedRecord as error:
        found.unreadable.append(str(error))
        return
    for name, record in sealed.items():
        place = f"{path}/{name}"
        try:
            found.newest[name] = decode(keyring.open(place, record))
        except (UnknownKey, DamagedRecord, msgspec.MsgspecError):
            found.unreadable.append(place)


async def compare(
    backups: PaymentBackups, database: Database, at: datetime | None = None
) -> Comparison:
    """Compare the newest version of each payment with the database.

    What changed after the last run (of those begun until `at`) is not expected in the backup yet.
    Raises what the target raises.
    """
    last = await backups.last_good_run(at)
    found = await read_back(backups, at)
    result = Comparison(runs=found.runs, unreadable=found.unreadable)
    covered = last.to_at if last is not None else None
    seen = await _compare_each(database, found.newest, covered, result)
    result.lost = sorted(found.newest.keys() - seen)
    return result


async def _compare_each(
    database: Database,
    newest: Mapping[str, PaymentRecord],
    covered: datetime | None,
    result: Comparison,
) -> set[str]:
    """Sort every payment of the database into the result; returns their ids."""
    seen: set[str] = set()
    async with database.hot_snapshot() as connection:
        # Without any run, nothing is expected to be there.
        fresh = await rows.orders_changed_since(connection, covered) if covered else None
        after_order_id = 0
        while batch := await rows.changed_payments(
            connection, None, after_order_id, BATCH_RECORDS_MAX
        ):
            for record in batch:
                seen.add(record.payment_id)
                is_fresh = fresh is None or record.order_id in fresh
                _sort(record, newest.get(record.payment_id), result, is_fresh=is_fresh)
            after_order_id = batch[-1].order_id
    return seen


def _sort(
    record: PaymentRecord, kept: PaymentRecord | None, result: Comparison, *, is_fresh: bool
) -> None:
    if kept == record:
        result.equal += 1
    elif is_fresh:
        result.changed += 1
    elif kept is None:
        result.missing.append(record.payment_id)
    else:
        result.different.append(record.payment_id)


async def read_one(backups: PaymentBackups, order_id: int) -> list[tuple[str, PaymentRecord]]:
    """Return every version of one payment with the path of its run, the oldest first.

    Raises `UnknownKey` or `DamagedRecord` where a version cannot be read, and what the target
    raises.
    """
    target, keyring = backups.opened()
    name = payment_id(order_id)
    found: list[tuple[str, PaymentRecord]] = []
    for path in await target.runs():
        sealed = (await target.read(path)).get(name)
        if sealed is not None:
            found.append((path, decode(keyring.open(f"{path}/{name}", sealed))))
    return found
