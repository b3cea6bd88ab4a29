"""Sessions and their refresh tokens in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from guichet.auth.domain import Session
from guichet.auth.tables import accounts, refresh_tokens, sessions
from guichet.kernel.database import Transaction


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as it is stored, and whose it is."""

    session_id: str
    account_id: int
    used_at: datetime | None


def _session(row: Mapping[Any, Any]) -> Session:
    return Session(**{column.name: row[column] for column in sessions.c})


async def insert_session(transaction: Transaction, session: Session) -> None:
    """Store a new session."""
    await transaction.execute(
        insert(sessions).values(
            {column.name: getattr(session, column.name) for column in sessions.c}
        )
    )


async def session_by_id(transaction: Transaction, session_id: str) -> Session | None:
    """Return a session, ended ones included."""
    result = await transaction.execute(select(*sessions.c).where(sessions.c.id == session_id))
    row = result.mappings().first()
    return _session(row) if row else None


async def session_counts(
    transaction: Transaction, account_id: int, session_id: str, moment: datetime
) -> bool:
    """Return whether a session is live and its account may act."""
    result = await transaction.execute(
        select(sessions.c.id)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(
            sessions.c.id == session_id,
            sessions.c.account_id == account_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > moment,
            accounts.c.is_active,
            accounts.c.deleted_at.is_(None),
        )
    )
    return result.first() is not None


async def live_sessions(
    transaction: Transaction, account_id: int, moment: datetime
) -> Sequence[Session]:
    """Return an account's live sessions, the last used first."""
    result = await transaction.execute(
        select(*sessions.c)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > moment,
        )
        .order_by(sessions.c.last_used_at.desc(), sessions.c.id)
    )
    return [_session(row) for row in result.mappings()]


async def touch_session(
    transaction: Transaction, session_id: str, moment: datetime, *, token_issued_at: float
) -> None:
    """Note that a session was used and has been given another access token."""
    await transaction.execute(
        update(sessions)
        .where(sessions.c.id == session_id)
        .values(last_used_at=moment, token_issued_at=token_issued_at)
    )


async def revoke_sessions(
    transaction: Transaction,
    account_id: int,
    moment: datetime,
    *,
    only: str | None = None,
    all_but: str | None = None,
) -> list[str]:
    """End an account's live sessions, or one of them, or all but one; returns their ids."""
    statement = update(sessions).where(
        sessions.c.account_id == account_id, sessions.c.revoked_at.is_(None)
    )
    if only is not None:
        statement = statement.where(sessions.c.id == only)
    if all_but is not None:
        statement = statement.where(sessions.c.id != all_but)
    result = await transaction.execute(statement.values(revoked_at=moment).returning(sessions.c.id))
    return [row.id for row in result]


async def token_issued_last(transaction: Transaction, account_id: int) -> float:
    """Return when an account's newest access token was issued; 0 where none was."""
    issued = await transaction.scalar(
        select(func.max(sessions.c.token_issued_at)).where(sessions.c.account_id == account_id)
    )
    return float(issued or 0)


async def delete_sessions(transaction: Transaction, account_id: int) -> None:
    """Forget every session of an account."""
    await transaction.execute(delete(sessions).where(sessions.c.account_id == account_id))


async def insert_refresh_token(
    transaction: Transaction, token_hash: bytes, session_id: str, moment: datetime
) -> None:
    """Store a refresh token by its hash."""
    await transaction.execute(
        insert(refresh_tokens).values(hash=token_hash, session_id=session_id, issued_at=moment)
    )


async def refresh_token(transaction: Transaction, token_hash: bytes) -> RefreshToken | None:
    """Return what is known of a refresh token."""
    result = await transaction.execute(
        select(refresh_tokens.c.session_id, sessions.c.account_id, refresh_tokens.c.used_at)
        .join(sessions, sessions.c.id == refresh_tokens.c.session_id)
        .where(refresh_tokens.c.hash == token_hash)
    )
    row = result.first()
    return RefreshToken(row.session_id, row.account_id, row.used_at) if row else None


async def spend_refresh_token(
    transaction: Transaction, token_hash: bytes, moment: datetime
) -> None:
    """Note that a refresh token was exchanged for its successor."""
    await transaction.execute(
        update(refresh_tokens).where(refresh_tokens.c.hash == token_hash).values(used_at=moment)
    )


async def replace_refresh_tokens(
    transaction: Transaction, session_id: str, token_hash: bytes, moment: datetime
) -> None:
    """Spend whatever refresh token a session has, and give it another that does not follow it."""
    await transaction.execute(
        delete(refresh_tokens).where(refresh_tokens.c.session_id == session_id)
    )
    await insert_refresh_token(transaction, token_hash, session_id, moment)


async def purge_sessions(transaction: Transaction, ended_before: datetime) -> None:
    """Forget sessions that ended before that instant, with their refresh tokens."""
    await transaction.execute(
        delete(sessions).where(
            (sessions.c.expires_at < ended_before) | (sessions.c.revoked_at < ended_before)
        )
    )
