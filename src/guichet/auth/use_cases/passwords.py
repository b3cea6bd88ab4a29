"""Forgotten and changed passwords."""

from datetime import datetime

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
    Visitor,
)
from guichet.auth.domain.refusals import (
    LinkSpent,
    WrongPassword,
)
from guichet.auth.email_addresses import email_to_look_up
from guichet.auth.repository import accounts, one_time_tokens, sessions
from guichet.auth.repository.one_time_tokens import OneTimeToken
from guichet.auth.use_cases import issuing, throttling
from guichet.auth.use_cases.issuing import SignedIn
from guichet.auth.use_cases.present_password import confirm_password
from guichet.auth.use_cases.two_factor import forget_totp
from guichet.contracts.messages.auth import (
    EmailVerified,
    PasswordResetRequested,
    SessionRevoked,
)
from guichet.kernel import clock
from guichet.kernel.database import Transaction
from guichet.kernel.outbox import enqueue
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Principal

REQUESTS_AT_ONCE = 50


async def ask_for_reset(context: Context, email: str, visitor: Visitor) -> None:
    """Note that a reset link is wanted; `send_reset_links` does the rest.

    So known and unknown addresses take the same statements, hence the same time. Raises
    `TooManyTries`, for both alike.
    """
    wanted = email_to_look_up(email)
    await throttling.take(
        context,
        {
            **throttling.counted(context, domain.RESET_BY_EMAIL, wanted),
            **throttling.counted(context, domain.RESET_BY_ADDRESS, visitor.address),
        },
    )
    async with context.database.transaction() as transaction:
        await one_time_tokens.insert_reset_request(transaction, wanted, clock.now())


async def send_reset_links(context: Context) -> int:
    """Ask for a mail for each request whose address has an account; returns how many were read."""
    moment = clock.now()
    async with context.database.transaction() as transaction:
        emails = await one_time_tokens.take_reset_requests(transaction, REQUESTS_AT_ONCE)
        for email in emails:
            account = await accounts.account_by_email(transaction, email)
            if account is not None and account.is_active:
                await _send_reset_link(transaction, account, moment)
    return len(emails)


async def _send_reset_link(transaction: Transaction, account: Account, moment: datetime) -> None:
    token = domain.new_token()
    expires_at = moment + domain.RESET_LIFE
    await one_time_tokens.insert_one_time_token(
        transaction,
        domain.token_hash(token),
        OneTimeToken(account.id, "reset", account.email, expires_at, used_at=None),
        moment,
    )
    await enqueue(
        transaction,
        PasswordResetRequested(
            account_id=account.id,
            email=account.email,
            name=account.name,
            language=account.language,
            reset_token=token,
            expires_at=expires_at,
            occurred_at=moment,
        ),
    )


async def reset_password(
    context: Context, token: str, password: str, confirmation: str | None
) -> Account:
    """Set a new password by a mailed link; every session ends, and so does every such link.

    Raises `LinkSpent`, or a `FieldRefused` for the password, which leaves the link usable.
    """
    checked = domain.checked_password(password, confirmation)
    token_hash = domain.token_hash(token)
    moment = clock.now()
    async with context.database.reading() as connection:
        found = await one_time_tokens.one_time_token(connection, token_hash)
    if found is None or found.purpose != "reset" or not found.is_usable(moment):
        raise LinkSpent
    password_hash = await context.passwords.new_hash(checked)
    async with context.database.transaction() as transaction:
        account = await accounts.lock_account(transaction, found.account_id)
        if account is None or not account.is_active or account.email != found.email:
            raise LinkSpent
        if not await one_time_tokens.spend_one_time_token(transaction, token_hash, moment):
            raise LinkSpent
        if not account.is_verified:
            account = await _take_over(transaction, account, moment)
        account = await _set_password(transaction, account, password_hash, moment)
        await sessions.revoke_sessions(transaction, account.id, moment)
    return account


async def _take_over(transaction: Transaction, account: Account, moment: datetime) -> Account:
    """Give an unverified account to whoever reads its mail, without a stranger's second factor.

    Somebody else may have registered the address before its owner came.
    """
    await forget_totp(transaction, account, moment)
    await enqueue(
        transaction,
        EmailVerified(account_id=account.id, email=account.email, occurred_at=moment),
    )
    return await accounts.update_account(transaction, account.id, moment, email_verified_at=moment)


async def _set_password(
    transaction: Transaction, account: Account, password_hash: str, moment: datetime
) -> Account:
    await accounts.update_account(transaction, account.id, moment, password_hash=password_hash)
    await one_time_tokens.delete_one_time_tokens(transaction, account.id, "reset")
    account = await issuing.refuse_older_tokens(transaction, account, moment)
    await enqueue(
        transaction,
        SessionRevoked(
            account_id=account.id, tokens_until=account.tokens_until, occurred_at=moment
        ),
    )
    return account


async def change_password(
    context: Context, caller: Principal, present: str, password: str, confirmation: str | None
) -> SignedIn:
    """Set a new password; the caller's session goes on with new tokens, all others end.

    Raises `WrongPassword`, a `FieldRefused` for the new password, `TooManyTries`.
    """
    account = await confirm_password(context, caller.account_id, present)
    password_hash = await context.passwords.new_hash(
        domain.checked_password(password, confirmation)
    )
    moment = clock.now()
    async with context.database.transaction() as transaction:
        current = await accounts.lock_account(transaction, account.id)
        session = await sessions.session_by_id(transaction, caller.session_id)
        if current is None or session is None or not session.is_live(moment):
            raise Unauthenticated
        if current.password_hash != account.password_hash:
            raise WrongPassword
        current = await _set_password(transaction, current, password_hash, moment)
        await sessions.revoke_sessions(transaction, current.id, moment, all_but=caller.session_id)
        refresh_token = domain.new_token()
        await sessions.replace_refresh_tokens(
            transaction, session.id, domain.token_hash(refresh_token), moment
        )
        granted = await issuing.continue_session(
            transaction, current, session, refresh_token, moment
        )
    return await issuing.signed(context, granted)
