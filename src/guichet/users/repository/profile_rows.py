"""The statements about profiles and pictures."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from guichet.kernel import searching
from guichet.kernel.database import Transaction, raw_connection
from guichet.kernel.paging import PageAsked, Total, ids_of_page
from guichet.users.domain import Profile, StoredPicture
from guichet.users.tables import pictures, profiles

_PROFILE_COLUMNS = [profiles.c[name] for name in Profile.__dataclass_fields__]
_VISIBLE = and_(profiles.c.registered_at.is_not(None), profiles.c.erased_at.is_(None))


async def profile(transaction: Transaction, account_id: int) -> Profile | None:
    """Return the profile of an account, None where none is known."""
    rows = await transaction.execute(
        select(*_PROFILE_COLUMNS).where(profiles.c.id == account_id, _VISIBLE)
    )
    return _profile(rows.mappings().first())


async def profile_for_change(transaction: Transaction, account_id: int) -> Profile | None:
    """Return the profile and keep it locked until the end of the transaction."""
    rows = await transaction.execute(
        select(*_PROFILE_COLUMNS).where(profiles.c.id == account_id, _VISIBLE).with_for_update()
    )
    return _profile(rows.mappings().first())


async def profile_by_email(transaction: Transaction, email: str) -> Profile | None:
    """Return the profile with that address, whatever the case of its letters."""
    rows = await transaction.execute(
        select(*_PROFILE_COLUMNS)
        .where(func.lower(profiles.c.email) == email.lower(), _VISIBLE)
        .order_by(profiles.c.email_at.desc())
        .limit(1)
    )
    return _profile(rows.mappings().first())


async def is_erased(transaction: Transaction, account_id: int) -> bool:
    """Return whether the account is known to be deleted."""
    erased = await transaction.scalar(
        select(profiles.c.id).where(profiles.c.id == account_id, profiles.c.erased_at.is_not(None))
    )
    return erased is not None


async def list_profiles(
    transaction: Transaction,
    *,
    search: str | None,
    searches_email: bool,
    role: str | None,
    only_active: bool,
    asked: PageAsked,
) -> tuple[list[Profile], Total]:
    """Return a page of profiles by name, and how many there are in all.

    `search` is a part of the name, or of the e-mail where `searches_email`.
    """
    wanted = [_VISIBLE]
    if role is not None:
        wanted.append(profiles.c.role == role)
    if only_active:
        wanted.append(profiles.c.is_active)
    ids, total = (
        await _ids_with(transaction, wanted, search, asked, searches_email=searches_email)
        if search
        else await _ids_of(transaction, wanted, asked)
    )
    page = await transaction.execute(
        select(*_PROFILE_COLUMNS).where(profiles.c.id.in_(ids)).order_by(*_BY_NAME)
    )
    return [_to_profile(row) for row in page.mappings()], total


async def _ids_of(
    transaction: Transaction, wanted: Sequence[ColumnElement[bool]], asked: PageAsked
) -> tuple[Sequence[int], Total]:
    ids = select(profiles.c.id).where(*wanted)
    return await ids_of_page(transaction, ids.order_by(*_BY_NAME), ids, asked)


async def _ids_with(
    transaction: Transaction,
    wanted: Sequence[ColumnElement[bool]],
    search: str,
    asked: PageAsked,
    *,
    searches_email: bool,
) -> tuple[Sequence[int], Total]:
    """Return the ids on a page of profiles that have a text: see `kernel/searching.py`."""
    has_text = _contains(search, searches_email)
    name = func.lower(profiles.c.name).label("by_name")
    known: Select[*tuple[Any, ...]] = select(profiles.c.id, name, has_text.label("has_text")).where(
        *wanted
    )
    first = known.order_by(*_BY_NAME).limit(searching.SEARCHED_FIRST).subquery()
    address = searching.whole_address(search) if searches_email else None
    ids, is_whole = await searching.ids_with_text(
        transaction,
        search,
        select(first.c.id).where(first.c.has_text).order_by(first.c.by_name, first.c.id),
        _by_name(known.where(has_text)),
        None if address is None else _by_name(known.where(func.lower(profiles.c.email) == address)),
    )
    return ids[asked.offset : asked.offset + asked.per_page], Total(len(ids), is_whole)


def _by_name(matching: Select[*tuple[Any, ...]]) -> Select[Any]:
    # Ordered and cut in the same statement, the server might follow the order and read every row.
    found = matching.cte("found").prefix_with("MATERIALIZED")
    return select(found.c.id).order_by(found.c.by_name, found.c.id)


_BY_NAME = (func.lower(profiles.c.name), profiles.c.id)


def _contains(search: str, searches_email: bool) -> ColumnElement[bool]:
    part = search.lower()
    columns = [profiles.c.name, profiles.c.email] if searches_email else [profiles.c.name]
    found: list[ColumnElement[bool]] = []
    for column in map(func.lower, columns):
        if searching.is_short(part):
            found += [column.startswith(part, autoescape=True)]
            found += [searching.contains(column, f" {part}")]
        else:
            found += [searching.contains(column, part)]
    return or_(*found)


async def remember_account(transaction: Transaction, account_id: int) -> None:
    """Make sure that there is a row for the account, where facts about it can be kept."""
    await transaction.execute(insert(profiles).values(id=account_id).on_conflict_do_nothing())


async def begin_profile(
    transaction: Transaction, account_id: int, given: Mapping[str, object], at: datetime
) -> bool:
    """Fill in what was given at registration; returns False where that was done before.

    The earliest instant told is the one of the registration, whichever arrives first.
    """
    await transaction.execute(
        update(profiles)
        .where(profiles.c.id == account_id, profiles.c.registered_at > at)
        .values(registered_at=at, created_at=at)
    )
    result = await transaction.execute(
        update(profiles)
        .where(
            profiles.c.id == account_id,
            profiles.c.registered_at.is_(None),
            profiles.c.erased_at.is_(None),
        )
        .values({**given, "registered_at": at, "created_at": at, "updated_at": at})
    )
    return result.rowcount > 0


async def set_fact(
    transaction: Transaction, account_id: int, name: str, value: object, at: datetime
) -> bool:
    """Note `email`, `role` or `is_active` as auth told it at that instant, unless newer is known.

    Returns whether it was news.
    """
    since = {"email": "email_at", "role": "role_at", "is_active": "active_at"}[name]
    result = await transaction.execute(
        update(profiles)
        .where(
            profiles.c.id == account_id,
            profiles.c.erased_at.is_(None),
            or_(profiles.c[since].is_(None), profiles.c[since] <= at),
        )
        .values({name: value, since: at, "updated_at": func.now()})
    )
    return result.rowcount > 0


async def settle_pending_email(transaction: Transaction, account_id: int, email: str) -> None:
    """Forget the wish for an address that has been confirmed."""
    await transaction.execute(
        update(profiles)
        .where(profiles.c.id == account_id, func.lower(profiles.c.pending_email) == email.lower())
        .values(pending_email=None)
    )


async def change_profile(
    transaction: Transaction, account_id: int, changes: Mapping[str, object]
) -> None:
    """Store these columns of a profile."""
    await transaction.execute(
        update(profiles)
        .where(profiles.c.id == account_id)
        .values({**changes, "updated_at": func.now()})
    )


async def note_activity(transaction: Transaction, account_id: int, at: datetime) -> None:
    """Store when the account's owner was last here."""
    await transaction.execute(
        update(profiles)
        .where(profiles.c.id == account_id, profiles.c.erased_at.is_(None))
        .values(last_activity=func.greatest(profiles.c.last_activity, at))
    )


async def erase_profile(transaction: Transaction, account_id: int, at: datetime) -> bool:
    """Blank the profile and its picture, keeping the bare id; False where that was done before."""
    await remember_account(transaction, account_id)
    blank = {column.name: text("DEFAULT") for column in profiles.c if column.name not in {"id"}}
    result = await transaction.execute(
        update(profiles)
        .where(profiles.c.id == account_id, profiles.c.erased_at.is_(None))
        .values({**blank, "erased_at": at})
    )
    await delete_picture(transaction, account_id)
    return result.rowcount > 0


async def store_picture(
    transaction: Transaction, account_id: int, *, content: bytes, content_type: str, sha256: str
) -> None:
    """Store or replace somebody's picture."""
    values = {"content": content, "content_type": content_type, "sha256": sha256}
    await transaction.execute(
        insert(pictures)
        .values(profile_id=account_id, **values)
        .on_conflict_do_update(
            index_elements=[pictures.c.profile_id], set_={**values, "created_at": func.now()}
        )
    )


async def delete_picture(transaction: Transaction, account_id: int) -> None:
    """Delete somebody's picture."""
    await transaction.execute(delete(pictures).where(pictures.c.profile_id == account_id))


async def picture(transaction: Transaction, account_id: int) -> StoredPicture | None:
    """Return somebody's picture."""
    rows = await transaction.execute(
        select(pictures.c.content, pictures.c.content_type, pictures.c.sha256).where(
            pictures.c.profile_id == account_id
        )
    )
    row = rows.mappings().first()
    return None if row is None else StoredPicture(**{str(name): row[name] for name in row})


def _profile(row: RowMapping | None) -> Profile | None:
    return None if row is None else _to_profile(row)


def _to_profile(row: RowMapping) -> Profile:
    return Profile(**{str(name): value for name, value in row.items()})


async def keeping_history(transaction: Transaction, account_ids: Collection[int]) -> set[int]:
    """Return those of these accounts that are not deleted, the unknown ones remembered.

    Until the end no deletion can pass this transaction.
    """
    known = await _locked_against_deletion(transaction, account_ids)
    if unknown := sorted(set(account_ids) - set(known)):
        await (await raw_connection(transaction)).execute(
            "INSERT INTO profiles (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING", unknown
        )
        known |= await _locked_against_deletion(transaction, unknown)
    return {account_id for account_id, is_erased in known.items() if not is_erased}


async def _locked_against_deletion(
    transaction: Transaction, account_ids: Collection[int]
) -> dict[int, bool]:
    """Lock the rows of these accounts, and return whether each known one is erased."""
    connection = await raw_connection(transaction)
    rows = await connection.fetch(
        "SELECT id, erased_at IS NOT NULL AS is_erased FROM profiles WHERE id = ANY($1::bigint[])"
        " ORDER BY id FOR SHARE",
        list(account_ids),
    )
    return {row["id"]: row["is_erased"] for row in rows}
