"""Signing in, staying signed in, signing out."""

from datetime import datetime

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
    Limits,
    Visitor,
)
from guichet.auth.domain.refusals import (
    AccountIsDisabled,
    RefreshRefused,
    TotpRequired,
    WrongCredentials,
    WrongTotpCode,
)
from guichet.auth.email_addresses import email_to_look_up
from guichet.auth.passwords import Verified
from guichet.auth.repository import accounts, sessions
from guichet.auth.use_cases import issuing, throttling, two_factor
from guichet.auth.use_cases.issuing import Granted, SignedIn
from guichet.contracts.messages.auth import SessionRevoked
from guichet.kernel import clock
from guichet.kernel.database import Transaction
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue
from guichet.kernel.problems import TooManyRequests, Unauthenticated
from guichet.kernel.tokens import Principal

log = logger(__name__)


async def login(
    context: Context, email: str, password: str, code: str | None, visitor: Visitor
) -> SignedIn:
    """Sign somebody in.

    Raises `WrongCredentials` alike for an unknown e-mail and a wrong password, `TotpRequired` and
    `WrongTotpCode` once the password was right, `AccountIsDisabled`, and `TooManyTries` or
    `TooManyRequests` before anything is hashed.
    """
    context.passwords.refuse_when_busy()
    account, verified = await _check_password(context, email, password, visitor)
    if not account.is_active:
        raise AccountIsDisabled
    if account.has_totp:
        await two_factor.count_try(context, account.id, visitor, code)
    password_hash = await context.passwords.rehash(password) if verified.needs_rehash else None
    moment = clock.now()
    async with context.database.transaction() as transaction:
        current = await accounts.lock_account(transaction, account.id)
        if current is None or current.password_hash != account.password_hash:
            raise WrongCredentials
        if not current.is_active:
            raise AccountIsDisabled
        await _check_code(context, transaction, current, code, moment)
        if password_hash is not None:
            current = await accounts.update_account(
                transaction, current.id, moment, password_hash=password_hash
            )
        granted = await issuing.begin_session(transaction, current, visitor, moment)
    if account.has_totp:
        await two_factor.forget_tries(context, account.id, visitor)
    return await issuing.signed(context, granted)


async def _check_password(
    context: Context, email: str, password: str, visitor: Visitor
) -> tuple[Account, Verified]:
    wanted = email_to_look_up(email)
    async with context.database.reading() as connection:
        account, is_known_place = await accounts.sign_in_candidate(
            connection, wanted, visitor.address
        )
    by_place = throttling.counted(context, domain.LOGIN_BY_PLACE, wanted, visitor.address)
    limits = {**by_place}
    if not is_known_place:
        # Who has signed in from here before is not held up by what others try, here or on the
        # same e-mail from elsewhere.
        limits.update(throttling.counted(context, domain.LOGIN_BY_ADDRESS, visitor.address))
        limits.update(throttling.counted(context, domain.LOGIN_BY_EMAIL, wanted))
    await throttling.take(context, limits)
    try:
        verified = await context.passwords.verify(
            account.password_hash if account else None, password
        )
    except TooManyRequests:
        await throttling.give_back(context, limits)
        raise
    if account is None or not verified.is_right:
        raise WrongCredentials
    await _forgive(context, limits, by_place)
    return account, verified


async def _forgive(context: Context, limits: Limits, by_place: Limits) -> None:
    """A right password was no guess; what others have tried from this address still counts."""
    await throttling.give_back(context, limits, begin_anew=by_place)


async def _check_code(
    context: Context,
    transaction: Transaction,
    account: Account,
    code: str | None,
    moment: datetime,
) -> None:
    if not account.has_totp:
        return
    if not code:
        raise TotpRequired
    if not await two_factor.accept_code(context, transaction, account, code, moment):
        raise WrongTotpCode


async def refresh(context: Context, refresh_token: str) -> SignedIn:
    """Exchange a refresh token for the next one and a new access token.

    A token that was used before ends its whole session, unless that was moments ago: two
    refreshes at once both receive the one successor. Raises `RefreshRefused`.
    """
    moment = clock.now()
    async with context.database.transaction() as transaction:
        granted = await _rotate(context, transaction, refresh_token, moment)
    if granted is None:
        raise RefreshRefused
    return await issuing.signed(context, granted)


async def _rotate(
    context: Context, transaction: Transaction, refresh_token: str, moment: datetime
) -> Granted | None:
    """Return what is granted; None where the transaction's changes are to be kept all the same."""
    token_hash = domain.token_hash(refresh_token)
    known = await sessions.refresh_token(transaction, token_hash)
    if known is None:
        raise RefreshRefused
    account = await accounts.lock_account(transaction, known.account_id)
    # Read again, now that nobody else can rotate this family.
    known = await sessions.refresh_token(transaction, token_hash)
    session = known and await sessions.session_by_id(transaction, known.session_id)
    if account is None or not account.is_active or known is None or session is None:
        raise RefreshRefused
    if not session.is_live(moment):
        raise RefreshRefused
    successor = context.box.successor(refresh_token)
    successor_hash = domain.token_hash(successor)
    if known.used_at is None:
        await sessions.spend_refresh_token(transaction, token_hash, moment)
        await sessions.insert_refresh_token(transaction, successor_hash, session.id, moment)
    else:
        following = await sessions.refresh_token(transaction, successor_hash)
        is_recent = moment - known.used_at <= domain.REFRESH_GRACE
        if not is_recent or following is None or following.used_at is not None:
            await end_session(transaction, account.id, session.id, moment)
            log.warning("a spent refresh token came back", account_id=account.id)
            return None
    return await issuing.continue_session(transaction, account, session, successor, moment)


async def end_session(
    transaction: Transaction, account_id: int, session_id: str, moment: datetime
) -> bool:
    """End one session of a locked account and tell of it; False where none was live."""
    ended = await sessions.revoke_sessions(transaction, account_id, moment, only=session_id)
    await enqueue(
        transaction,
        *(
            SessionRevoked(account_id=account_id, session_id=each, occurred_at=moment)
            for each in ended
        ),
    )
    return bool(ended)


async def logout(context: Context, caller: Principal) -> None:
    """End the caller's session; its tokens stop counting everywhere within moments."""
    async with context.database.transaction() as transaction:
        await accounts.lock_account(transaction, caller.account_id)
        await end_session(transaction, caller.account_id, caller.session_id, clock.now())


async def who_is(context: Context, caller: Principal) -> Account:
    """Return the caller's account."""
    async with context.database.reading() as connection:
        account = await accounts.account_by_id(connection, caller.account_id)
    if account is None:
        raise Unauthenticated
    return account
