"""E-mail addresses: verified, and changed in two steps."""

from datetime import datetime, timedelta

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
)
from guichet.auth.domain.refusals import (
    EmailTaken,
    LinkSpent,
)
from guichet.auth.repository import accounts, one_time_tokens
from guichet.auth.repository.one_time_tokens import OneTimeToken
from guichet.auth.use_cases import throttling
from guichet.auth.use_cases.present_password import confirm_password
from guichet.contracts.messages.auth import EmailVerificationRequested, EmailVerified
from guichet.kernel import clock
from guichet.kernel.database import Transaction
from guichet.kernel.outbox import enqueue
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Principal

REPEATED_AFTER = timedelta(hours=1)
"""Asked again for the same change within this time, the link that was sent is enough."""


async def ask_for_verification(context: Context, caller: Principal) -> Account:
    """Send the caller another verification link, unless the address is verified already.

    Raises `TooManyTries`.
    """
    async with context.database.reading() as connection:
        account = await accounts.account_by_id(connection, caller.account_id)
    if account is None:
        raise Unauthenticated
    if account.is_verified:
        return account
    await throttling.take(context, throttling.counted(context, domain.MAIL_BY_ACCOUNT, account.id))
    moment = clock.now()
    async with context.database.transaction() as transaction:
        await _send_link(transaction, account, account.email, moment, is_change=False)
    return account


async def ask_for_change(context: Context, caller: Principal, email: str, password: str) -> Account:
    """Send a confirmation link to a new address; the account keeps its own until then.

    The answer is the same where another account has that address; its owner finds the link
    refused. Raises `WrongPassword`, `TooManyTries`.
    """
    account = await confirm_password(context, caller.account_id, password)
    if email == account.email:
        return account
    await throttling.take(context, throttling.counted(context, domain.MAIL_BY_ACCOUNT, account.id))
    moment = clock.now()
    async with context.database.transaction() as transaction:
        await _send_link(transaction, account, email, moment, is_change=True)
    return account


async def begin_change(transaction: Transaction, account: Account, email: str) -> None:
    """Send a confirmation link to a new address on behalf of another service.

    Old clients repeat the profile, its address included, with each change; one mail is enough.
    """
    moment = clock.now()
    was_sent = await one_time_tokens.usable_token_exists(
        transaction, account.id, "change", email, moment - REPEATED_AFTER
    )
    if not was_sent:
        await _send_link(transaction, account, email, moment, is_change=True)


async def _send_link(
    transaction: Transaction, account: Account, email: str, moment: datetime, *, is_change: bool
) -> None:
    token = domain.new_token()
    life = domain.CHANGE_LIFE if is_change else domain.VERIFICATION_LIFE
    purpose: domain.Purpose = "change" if is_change else "verify"
    await one_time_tokens.insert_one_time_token(
        transaction,
        domain.token_hash(token),
        OneTimeToken(account.id, purpose, email, moment + life, used_at=None),
        moment,
    )
    await enqueue(
        transaction,
        EmailVerificationRequested(
            account_id=account.id,
            email=email,
            name=account.name,
            language=account.language,
            verification_token=token,
            is_change=is_change,
            occurred_at=moment,
        ),
    )


async def confirm_email(context: Context, token: str, password: str) -> Account:
    """Verify the account's address, or make a new one the account's, by a mailed link.

    A new address takes the password too: whoever reads mail there need not be the owner. Raises
    `LinkSpent`, `WrongPassword`, `EmailTaken`, `TooManyTries`.
    """
    token_hash = domain.token_hash(token)
    async with context.database.reading() as connection:
        found = await one_time_tokens.one_time_token(connection, token_hash)
    if found is None or found.purpose == "reset":
        raise LinkSpent
    if found.purpose == "verify":
        return await _verify(context, token_hash, found)
    if not found.is_usable(clock.now()):
        raise LinkSpent
    await confirm_password(context, found.account_id, password)
    return await _change(context, token_hash, found)


async def _verify(context: Context, token_hash: bytes, found: OneTimeToken) -> Account:
    moment = clock.now()
    async with context.database.transaction() as transaction:
        account = await accounts.lock_account(transaction, found.account_id)
        if account is None or account.email != found.email:
            raise LinkSpent
        if account.is_verified:
            # A mail program that opened the link first has taken nothing from its reader.
            return account
        if not await one_time_tokens.spend_one_time_token(transaction, token_hash, moment):
            raise LinkSpent
        await enqueue(
            transaction,
            EmailVerified(account_id=account.id, email=account.email, occurred_at=moment),
        )
        return await accounts.update_account(
            transaction, account.id, moment, email_verified_at=moment
        )


async def _change(context: Context, token_hash: bytes, found: OneTimeToken) -> Account:
    moment = clock.now()
    async with context.database.transaction() as transaction:
        account = await accounts.lock_account(transaction, found.account_id)
        if account is None or not account.is_active:
            raise LinkSpent
        if not await one_time_tokens.spend_one_time_token(transaction, token_hash, moment):
            raise LinkSpent
        changed = await accounts.move_to_email(transaction, account.id, found.email, moment)
        if changed is None:
            raise EmailTaken
        # Links that were sent to the former address must not open the account any more.
        await one_time_tokens.delete_one_time_tokens(transaction, account.id)
        await enqueue(
            transaction,
            EmailVerified(account_id=account.id, email=found.email, occurred_at=moment),
        )
    return changed
