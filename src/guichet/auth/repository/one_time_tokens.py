"""Tokens of mailed links, and requests for such mails, in the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from guichet.auth.domain import Purpose
from guichet.auth.tables import one_time_tokens, reset_requests
from guichet.kernel.database import Transaction


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """A mailed token as it is stored: whose, for what, sent to which address."""

    account_id: int
    purpose: Purpose
    email: str
    expires_at: datetime
    used_at: datetime | None

    def is_usable(self, moment: datetime) -> bool:
        """Whether the link still works."""
        return self.used_at is None and moment < self.expires_at


async def insert_one_time_token(
    transaction: Transaction, token_hash: bytes, token: OneTimeToken, moment: datetime
) -> None:
    """Store a mailed token by its hash."""
    await transaction.execute(
        insert(one_time_tokens).values(
            hash=token_hash,
            account_id=token.account_id,
            purpose=token.purpose,
            email=token.email,
            created_at=moment,
            expires_at=token.expires_at,
        )
    )


async def one_time_token(transaction: Transaction, token_hash: bytes) -> OneTimeToken | None:
    """Return what is known of a mailed token."""
    result = await transaction.execute(
        select(
            one_time_tokens.c.account_id,
            one_time_tokens.c.purpose,
            one_time_tokens.c.email,
            one_time_tokens.c.expires_at,
            one_time_tokens.c.used_at,
        ).where(one_time_tokens.c.hash == token_hash)
    )
    row = result.mappings().first()
    return OneTimeToken(**row) if row else None


async def spend_one_time_token(
    transaction: Transaction, token_hash: bytes, moment: datetime
) -> bool:
    """Use a mailed token up; False where it was used or has expired meanwhile."""
    result = await transaction.execute(
        update(one_time_tokens)
        .where(
            one_time_tokens.c.hash == token_hash,
            one_time_tokens.c.used_at.is_(None),
            one_time_tokens.c.expires_at > moment,
        )
        .values(used_at=moment)
        .returning(one_time_tokens.c.hash)
    )
    return result.first() is not None


async def usable_token_exists(
    transaction: Transaction, account_id: int, purpose: Purpose, email: str, since: datetime
) -> bool:
    """Return whether such a link was sent to this address since then and is still unused."""
    result = await transaction.execute(
        select(one_time_tokens.c.hash).where(
            one_time_tokens.c.account_id == account_id,
            one_time_tokens.c.purpose == purpose,
            one_time_tokens.c.email == email,
            one_time_tokens.c.used_at.is_(None),
            one_time_tokens.c.created_at > since,
        )
    )
    return result.first() is not None


async def delete_one_time_tokens(
    transaction: Transaction, account_id: int, purpose: Purpose | None = None
) -> None:
    """Make an account's links useless: all, or those for one purpose."""
    statement = delete(one_time_tokens).where(one_time_tokens.c.account_id == account_id)
    if purpose is not None:
        statement = statement.where(one_time_tokens.c.purpose == purpose)
    await transaction.execute(statement)


async def purge_one_time_tokens(transaction: Transaction, expired_before: datetime) -> None:
    """Forget links that expired before that instant."""
    await transaction.execute(
        delete(one_time_tokens).where(one_time_tokens.c.expires_at < expired_before)
    )


async def insert_reset_request(transaction: Transaction, email: str, moment: datetime) -> None:
    """Note that somebody wants a reset link for this address, whether or not it has an account."""
    await transaction.execute(insert(reset_requests).values(email=email, created_at=moment))


async def take_reset_requests(transaction: Transaction, limit: int) -> list[str]:
    """Take the oldest requests off the list and return their addresses."""
    oldest = (
        select(reset_requests.c.id)
        .order_by(reset_requests.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    result = await transaction.execute(
        delete(reset_requests)
        .where(reset_requests.c.id.in_(oldest.scalar_subquery()))
        .returning(reset_requests.c.email)
    )
    return [row.email for row in result]
