"""Statements on the people that are told things."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from guichet.kernel.database import Transaction, raw_connection
from guichet.kernel.tables import dead_letters
from guichet.notifications.domain import Person, Status, language_or_default
from guichet.notifications.tables import attempts, attendances, deliveries, notices, people


async def save_person(
    transaction: Transaction, account_id: int, told_at: datetime, values: dict[str, Any]
) -> None:
    """Insert or update an account's person, unless a newer message has spoken or it is erased."""
    known = {"account_id": account_id, "told_at": told_at}
    blank = {"email": "", "name": "", "language": "fr"}
    await transaction.execute(
        insert(people)
        .values(blank | known | values)
        .on_conflict_do_update(
            index_elements=[people.c.account_id],
            set_={"told_at": told_at} | values,
            where=people.c.erased_at.is_(None) & (people.c.told_at <= told_at),
        )
    )


async def person(transaction: Transaction, account_id: int) -> Person | None:
    """Return the person of an account; None where it is unknown or erased."""
    found = await people_of(transaction, [account_id])
    return found.get(account_id)


def _is_among(account_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition as one text, however many accounts there are."""
    array = bindparam("account_ids", sorted(set(account_ids)), type_=ARRAY(BigInteger))
    return people.c.account_id == func.any(array)


async def people_of(transaction: Transaction, account_ids: Collection[int]) -> dict[int, Person]:
    """Return the known people among these accounts, by account."""
    if not account_ids:
        return {}
    rows = await transaction.execute(
        select(people).where(_is_among(account_ids), people.c.erased_at.is_(None))
    )
    return {row.account_id: _person(row) for row in rows}


async def erased_among(transaction: Transaction, account_ids: Collection[int]) -> set[int]:
    """Return those of these accounts that have been deleted, the unknown ones remembered.

    Until the end of the transaction the others are not erased. Their profiles may change: were
    that kept out too, messages of several streams would often be in each other's way.
    """
    if not account_ids:
        return set()
    known = await _locked_against_erasure(transaction, account_ids)
    if unknown := set(account_ids) - known.keys():
        # Told at the epoch, so that whatever is told of them is news.
        await (await raw_connection(transaction)).execute(
            "INSERT INTO people (account_id, email, name, language, told_at)"
            " SELECT unknown, '', '', 'fr', 'epoch' FROM unnest($1::bigint[]) AS unknown"
            " ON CONFLICT DO NOTHING",
            sorted(unknown),
        )
        known |= await _locked_against_erasure(transaction, unknown)
    return {account_id for account_id, is_erased in known.items() if is_erased}


async def _locked_against_erasure(
    transaction: Transaction, account_ids: Collection[int]
) -> dict[int, bool]:
    """Lock the rows of these accounts, and return whether each known one is erased."""
    rows = await transaction.execute(
        select(people.c.account_id, people.c.erased_at.is_not(None).label("is_erased"))
        .where(_is_among(account_ids))
        .order_by(people.c.account_id)
        .with_for_update(read=True, key_share=True)
    )
    return {row.account_id: row.is_erased for row in rows}


async def already_erased_among(transaction: Transaction, account_ids: Collection[int]) -> set[int]:
    """Return those of these accounts that have been deleted; others may be, at any moment."""
    if not account_ids:
        return set()
    rows = await transaction.execute(
        select(people.c.account_id).where(_is_among(account_ids), people.c.erased_at.is_not(None))
    )
    return set(rows.scalars())


async def claim_deliveries(transaction: Transaction, account_id: int, email: str) -> None:
    """Give an account what a guest was sent at the address that its owner has shown to read."""
    await transaction.execute(
        update(deliveries)
        .where(deliveries.c.account_id.is_(None), func.lower(deliveries.c.address) == email.lower())
        .values(account_id=account_id)
    )


async def erase(transaction: Transaction, account_id: int, now: datetime) -> None:
    """Erase what is held of an account; deliveries stay as numbers without a person.

    The person comes first, then their orders: whoever tells them something has locked the one or
    the other, so that what is told is stored before it is looked for here. Letters that never
    arrived are searched by the account's number as the messages write it.
    """
    nobody = {
        "email": "",
        "name": "",
        "phone_number": None,
        "wants_sms": False,
        "wants_reminders": False,
        "erased_at": now,
    }
    row = insert(people).values(
        nobody | {"account_id": account_id, "language": "fr", "told_at": now}
    )
    # Only a statement that sets the key waits for those who locked it.
    key = {"account_id": row.excluded.account_id}
    await transaction.execute(
        row.on_conflict_do_update(index_elements=[people.c.account_id], set_=nobody | key)
    )
    await transaction.execute(delete(attendances).where(attendances.c.account_id == account_id))
    own = deliveries.c.account_id == account_id
    await transaction.execute(
        update(deliveries)
        .where(own)
        .values(address="", name="", context={}, attachments=[], last_error=None)
    )
    await transaction.execute(
        update(deliveries)
        .where(own, deliveries.c.status.in_([Status.WAITING, Status.FAILED]))
        .values(status=Status.ERASED, lease=None, leased_until=None, ended_at=now)
    )
    # A server's refusal often repeats the address.
    own_ids = select(deliveries.c.id).where(own)
    await transaction.execute(
        update(attempts).where(attempts.c.delivery_id.in_(own_ids)).values(detail="")
    )
    await transaction.execute(delete(notices).where(notices.c.account_id == account_id))
    mention = rf'"account_id": ?{account_id}\M'
    await transaction.execute(
        delete(dead_letters).where(dead_letters.c.payload.regexp_match(mention))
    )


async def held_of(transaction: Transaction, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return all rows about a person, for the export of their data."""
    described = {
        "profile": select(people).where(people.c.account_id == account_id),
        "inbox": select(notices).where(notices.c.account_id == account_id),
        "deliveries": select(
            deliveries.c.channel,
            deliveries.c.template,
            deliveries.c.language,
            deliveries.c.address,
            deliveries.c.status,
            deliveries.c.created_at,
            deliveries.c.ended_at,
        ).where(deliveries.c.account_id == account_id),
        "attendances": select(
            attendances.c.order_code, attendances.c.event_id, attendances.c.remind_at
        ).where(attendances.c.account_id == account_id),
    }
    return {
        name: [dict(row) for row in (await transaction.execute(statement)).mappings()]
        for name, statement in described.items()
    }


async def purge(transaction: Transaction, before: datetime) -> int:
    """Forget what ended or was read before that instant; return how many rows went."""
    ended = await transaction.execute(delete(deliveries).where(deliveries.c.ended_at < before))
    old = await transaction.execute(
        delete(notices).where(or_(notices.c.read_at < before, notices.c.created_at < before))
    )
    return ended.rowcount + old.rowcount


def _person(row: Row[Any]) -> Person:
    return Person(
        account_id=row.account_id,
        email=row.email,
        name=row.name,
        language=language_or_default(row.language),
        phone_number=row.phone_number,
        wants_sms=row.wants_sms,
        wants_reminders=row.wants_reminders,
    )
