"""Asking for the present password before something that a stolen session must not do."""

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
)
from guichet.auth.domain.refusals import (
    WrongPassword,
)
from guichet.auth.repository import accounts
from guichet.auth.use_cases import throttling
from guichet.kernel.problems import Unauthenticated


async def confirm_password(context: Context, account_id: int, password: str) -> Account:
    """Return the account whose password this is.

    Raises `WrongPassword`, also for an empty one, and `TooManyTries` before anything is hashed.
    """
    if not password:
        raise WrongPassword
    async with context.database.reading() as connection:
        account = await accounts.account_by_id(connection, account_id)
    if account is None:
        raise Unauthenticated
    limits = throttling.counted(context, domain.PASSWORD_BY_ACCOUNT, account_id)
    await throttling.take(context, limits)
    verified = await context.passwords.verify(account.password_hash, password)
    if not verified.is_right:
        raise WrongPassword
    await throttling.give_back(context, limits, begin_anew=limits)
    return account
