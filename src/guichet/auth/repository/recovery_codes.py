"""Recovery codes of two-factor sign-in in the database."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from guichet.auth.tables import recovery_codes
from guichet.kernel.database import Transaction


async def replace_recovery_codes(
    transaction: Transaction, account_id: int, hashes: Iterable[bytes]
) -> None:
    """Give an account these codes instead of those it had; none to take them away."""
    await transaction.execute(
        delete(recovery_codes).where(recovery_codes.c.account_id == account_id)
    )
    rows = [{"account_id": account_id, "hash": code_hash} for code_hash in hashes]
    if rows:
        await transaction.execute(insert(recovery_codes), rows)


async def spend_recovery_code(
    transaction: Transaction, account_id: int, code_hash: bytes, moment: datetime
) -> bool:
    """Use a code up; False where the account has no such unused code."""
    result = await transaction.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.account_id == account_id,
            recovery_codes.c.hash == code_hash,
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=moment)
        .returning(recovery_codes.c.hash)
    )
    return result.first() is not None


async def unused_recovery_codes(transaction: Transaction, account_id: int) -> int:
    """Return how many codes an account has left."""
    left = await transaction.scalar(
        select(func.count())
        .select_from(recovery_codes)
        .where(recovery_codes.c.account_id == account_id, recovery_codes.c.used_at.is_(None))
    )
    return left or 0
