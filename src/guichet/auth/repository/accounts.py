"""Accounts in the database. Their row is also the lock for everything that belongs to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from guichet.auth.domain import Account
from guichet.auth.tables import SEARCHED_EMAIL, SEARCHED_NAME, accounts, sessions
from guichet.kernel import searching
from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total, ids_of_page

_VISIBLE = [column for column in accounts.c if column.name not in {"deleted_at"}]


def _account(row: Mapping[Any, Any]) -> Account:
    return Account(**{column.name: row[column] for column in _VISIBLE})


async def insert_account(transaction: Transaction, **values: object) -> Account | None:
    """Create an account; None where its e-mail address (or a given id) is taken."""
    result = await transaction.execute(
        insert(accounts).values(**values).on_conflict_do_nothing().returning(*_VISIBLE)
    )
    row = result.mappings().first()
    return _account(row) if row else None


async def account_by_id(transaction: Transaction, account_id: int) -> Account | None:
    """Return an account that has not been deleted."""
    result = await transaction.execute(
        select(*_VISIBLE).where(accounts.c.id == account_id, accounts.c.deleted_at.is_(None))
    )
    row = result.mappings().first()
    return _account(row) if row else None


async def lock_account(transaction: Transaction, account_id: int) -> Account | None:
    """Return an account and keep everybody else from changing it until the end."""
    result = await transaction.execute(
        select(*_VISIBLE)
        .where(accounts.c.id == account_id, accounts.c.deleted_at.is_(None))
        .with_for_update(key_share=True)
    )
    row = result.mappings().first()
    return _account(row) if row else None


async def account_by_email(transaction: Transaction, email: str) -> Account | None:
    """Return the account that has this address."""
    result = await transaction.execute(select(*_VISIBLE).where(accounts.c.email == email))
    row = result.mappings().first()
    return _account(row) if row else None


async def sign_in_candidate(
    transaction: Transaction, email: str, address: str
) -> tuple[Account | None, bool]:
    """Return the account of an e-mail, and whether it has signed in from this address lately."""
    known_place = exists().where(
        sessions.c.account_id == accounts.c.id, sessions.c.address == address
    )
    result = await transaction.execute(
        select(*_VISIBLE, known_place.label("known_place")).where(accounts.c.email == email)
    )
    row = result.mappings().first()
    return (_account(row), bool(row["known_place"])) if row else (None, False)


async def update_account(
    transaction: Transaction, account_id: int, moment: datetime, **values: object
) -> Account:
    """Change a locked account and return it as it is now."""
    result = await transaction.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.deleted_at.is_(None))
        .values(**values, updated_at=moment)
        .returning(*_VISIBLE)
    )
    return _account(result.mappings().one())


async def email_is_taken(transaction: Transaction, email: str, *, by_other_than: int) -> bool:
    """Return whether another account has this address."""
    result = await transaction.execute(
        select(accounts.c.id).where(accounts.c.email == email, accounts.c.id != by_other_than)
    )
    return result.first() is not None


async def move_to_email(
    transaction: Transaction, account_id: int, email: str, moment: datetime
) -> Account | None:
    """Make a verified address the account's own; None where another account has it."""
    try:
        async with transaction.begin_nested():
            return await update_account(
                transaction, account_id, moment, email=email, email_verified_at=moment
            )
    except IntegrityError:
        return None


async def accept_totp_step(transaction: Transaction, account_id: int, step: int) -> bool:
    """Note that the code of this step was used; False where it, or a later one, was before."""
    result = await transaction.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(accounts.c.id)
    )
    return result.first() is not None


async def lock_active_administrators(transaction: Transaction) -> list[int]:
    """Return the ids of the administrators who may act, none of whom can change meanwhile."""
    result = await transaction.execute(
        select(accounts.c.id)
        .where(accounts.c.role == "admin", accounts.c.is_active, accounts.c.deleted_at.is_(None))
        .order_by(accounts.c.id)
        .with_for_update(key_share=True)
    )
    return [row.id for row in result]


async def list_accounts(
    transaction: Transaction,
    *,
    text: str | None,
    role: str | None,
    is_active: bool | None,
    asked: PageAsked,
) -> tuple[Sequence[Account], Total]:
    """Return a page of accounts by id, and how many there are; `text` is part of name or e-mail."""
    wanted: list[ColumnElement[bool]] = [accounts.c.deleted_at.is_(None)]
    if role:
        wanted.append(accounts.c.role == literal(role, literal_execute=True))
    if is_active is not None:
        wanted.append(accounts.c.is_active.is_(is_active))
    if text:
        ids, total = await _ids_with_text(transaction, wanted, text, asked)
    else:
        ids, total = await _ids_of(transaction, wanted, asked)
    result = await transaction.execute(
        select(*_VISIBLE).where(accounts.c.id.in_(ids)).order_by(accounts.c.id)
    )
    return [_account(row) for row in result.mappings()], total


async def _ids_of(
    transaction: Transaction, wanted: Sequence[ColumnElement[bool]], asked: PageAsked
) -> tuple[Sequence[int], Total]:
    ids = select(accounts.c.id).where(*wanted).order_by(accounts.c.id)
    return await ids_of_page(transaction, ids, ids, asked)


async def _ids_with_text(
    transaction: Transaction, wanted: Sequence[ColumnElement[bool]], text: str, asked: PageAsked
) -> tuple[Sequence[int], Total]:
    """Return the ids on a page of accounts that have a text: see `kernel/searching.py`."""
    has_text = or_(
        searching.has_text(SEARCHED_NAME, text), searching.has_text(SEARCHED_EMAIL, text)
    )
    known = select(accounts.c.id, has_text.label("has_text")).where(*wanted)
    first = known.order_by(accounts.c.id).limit(searching.SEARCHED_FIRST).subquery()
    everywhere = known.where(has_text).cte("found").prefix_with("MATERIALIZED")
    address = searching.whole_address(text)
    ids, is_whole = await searching.ids_with_text(
        transaction,
        text,
        select(first.c.id).where(first.c.has_text).order_by(first.c.id),
        select(everywhere.c.id).order_by(everywhere.c.id),
        None
        if address is None
        else select(accounts.c.id).where(*wanted, accounts.c.email == address),
    )
    return ids[asked.offset : asked.offset + asked.per_page], Total(len(ids), is_whole)


async def erase_account(transaction: Transaction, account_id: int, moment: datetime) -> None:
    """Leave nothing of the account but its id and the instant of its end."""
    await transaction.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(
            email=None,
            name="",
            role="user",
            is_active=False,
            email_verified_at=None,
            password_hash=None,
            phone_number=None,
            address=None,
            city=None,
            country=None,
            totp_secret=None,
            totp_enabled_at=None,
            profile_told_at=None,
            updated_at=moment,
            deleted_at=moment,
        )
    )
