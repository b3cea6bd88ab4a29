"""Accounts as administrators and other services see and change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
    Session,
)
from guichet.auth.domain.refusals import (
    EmailTaken,
    LastAdministrator,
)
from guichet.auth.repository import accounts, one_time_tokens, recovery_codes, sessions
from guichet.auth.use_cases import emails, issuing, throttling
from guichet.contracts.messages.auth import AccountDeleted, AccountDisabled, RoleChanged
from guichet.contracts.messages.users import ProfileUpdated
from guichet.contracts.roles import Permission, Role, require
from guichet.kernel import audit, clock, outbox
from guichet.kernel.audit import Change
from guichet.kernel.database import Transaction
from guichet.kernel.outbox import enqueue
from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.problems import Forbidden, Language, NotFound
from guichet.kernel.tokens import Principal


@dataclass(frozen=True, slots=True)
class Held:
    """All that auth holds of a person, secrets excepted."""

    account: Account
    sessions: Sequence[Session]
    recovery_codes_left: int


async def list_accounts(
    context: Context,
    caller: Principal,
    asked: PageAsked,
    *,
    text: str | None,
    role: Role | None,
    is_active: bool | None,
) -> tuple[Sequence[Account], Total]:
    """Return a page of accounts and how many there are. Raises `Forbidden`."""
    require(caller, Permission.MANAGE_ACCOUNTS)
    async with context.database.listing() as connection:
        return await accounts.list_accounts(
            connection, text=text, role=role, is_active=is_active, asked=asked
        )


async def change_account(
    context: Context,
    caller: Principal,
    account_id: int,
    *,
    role: Role | None,
    is_active: bool | None,
) -> Account:
    """Give an account another role, disable it or enable it again.

    Raises `Forbidden`, `NotFound`, `LastAdministrator` where none would be left.
    """
    require(caller, Permission.MANAGE_ACCOUNTS)
    moment = clock.now()
    async with context.database.transaction() as transaction:
        administrators = await accounts.lock_active_administrators(transaction)
        if caller.account_id not in administrators:
            raise Forbidden
        account = await accounts.lock_account(transaction, account_id)
        if account is None:
            raise NotFound
        steps_down = is_active is False or role not in {None, Role.ADMIN}
        if steps_down and administrators == [account_id]:
            raise LastAdministrator
        if role is not None and role != account.role:
            account = await _change_role(transaction, account, role, moment)
        if is_active is not None and is_active != account.is_active:
            account = await _switch(transaction, account, moment, is_active=is_active)
    return account


async def _change_role(
    transaction: Transaction, account: Account, role: Role, moment: datetime
) -> Account:
    before = account
    account = await accounts.update_account(transaction, account.id, moment, role=role)
    await audit.record(transaction, access_change("auth.role.changed", before, account))
    account = await issuing.refuse_older_tokens(transaction, account, moment)
    await enqueue(
        transaction,
        RoleChanged(
            account_id=account.id,
            role=role,
            tokens_until=account.tokens_until,
            occurred_at=moment,
        ),
    )
    return account


async def _switch(
    transaction: Transaction, account: Account, moment: datetime, *, is_active: bool
) -> Account:
    before = account
    account = await accounts.update_account(transaction, account.id, moment, is_active=is_active)
    action = "auth.account.enabled" if is_active else "auth.account.disabled"
    await audit.record(transaction, access_change(action, before, account))
    if not is_active:
        account = await issuing.refuse_older_tokens(transaction, account, moment)
        await sessions.revoke_sessions(transaction, account.id, moment)
        await one_time_tokens.delete_one_time_tokens(transaction, account.id, "reset")
    await enqueue(
        transaction,
        AccountDisabled(
            account_id=account.id,
            is_active=is_active,
            tokens_until=None if is_active else account.tokens_until,
            occurred_at=moment,
        ),
    )
    return account


def access_change(action: str, before: Account | None, after: Account | None) -> Change:
    """Return what the audit log says of a change of somebody's access; never who they are."""
    account = after or before
    if account is None:
        raise ValueError("a change is of an account that was or is there")
    return Change(action, f"account:{account.id}", _access(before), _access(after))


def _access(account: Account | None) -> dict[str, object] | None:
    return None if account is None else {"role": account.role, "is_active": account.is_active}


async def find_account(context: Context, account_id: int) -> Account:
    """Return an account. Raises `NotFound`."""
    async with context.database.reading() as connection:
        account = await accounts.account_by_id(connection, account_id)
    if account is None:
        raise NotFound
    return account


async def update_account(
    context: Context,
    account_id: int,
    *,
    name: str | None,
    language: Language | None,
    email: str | None,
) -> Account:
    """Change name or language; for another e-mail (normal spelling) only a mail is sent there.

    Raises `NotFound`, `EmailTaken`, `TooManyTries` after many taken addresses.
    """
    limits = throttling.counted(context, domain.PASSWORD_BY_ACCOUNT, "e-mail of", account_id)
    if email is not None:
        await throttling.check(context, limits)
    changed: dict[str, object] = {}
    if name is not None:
        changed["name"] = name
    if language is not None:
        changed["language"] = language
    is_taken = False
    async with context.database.transaction() as transaction:
        account = await accounts.lock_account(transaction, account_id)
        if account is None:
            raise NotFound
        if email is not None and email != account.email:
            is_taken = await accounts.email_is_taken(transaction, email, by_other_than=account_id)
            if not is_taken:
                await emails.begin_change(transaction, account, email)
        if changed and not is_taken:
            account = await accounts.update_account(transaction, account_id, clock.now(), **changed)
    if is_taken:
        await throttling.take(context, limits)
        raise EmailTaken
    return account


async def delete_account(context: Context, account_id: int) -> None:
    """Erase everything personal and end every session; repeating it changes nothing.

    Raises `LastAdministrator` where nobody could administer the system afterwards.
    """
    moment = clock.now()
    async with context.database.transaction() as transaction:
        administrators = await accounts.lock_active_administrators(transaction)
        account = await accounts.lock_account(transaction, account_id)
        if account is None:
            return
        if administrators == [account_id]:
            raise LastAdministrator
        account = await issuing.refuse_older_tokens(transaction, account, moment)
        await sessions.delete_sessions(transaction, account_id)
        await one_time_tokens.delete_one_time_tokens(transaction, account_id)
        await recovery_codes.replace_recovery_codes(transaction, account_id, ())
        await accounts.erase_account(transaction, account_id, moment)
        await outbox.forget(transaction, account_id)
        await audit.record(transaction, access_change("auth.account.deleted", account, None))
        await enqueue(
            transaction,
            AccountDeleted(
                account_id=account_id, tokens_until=account.tokens_until, occurred_at=moment
            ),
        )


async def export_account(context: Context, account_id: int) -> Held:
    """Return all that is held of a person, as of one moment. Raises `NotFound`."""
    async with context.database.snapshot() as connection:
        account = await accounts.account_by_id(connection, account_id)
        if account is None:
            raise NotFound
        return Held(
            account,
            await sessions.live_sessions(connection, account_id, clock.now()),
            await recovery_codes.unused_recovery_codes(connection, account_id),
        )


async def follow_profile(transaction: Transaction, profile: ProfileUpdated) -> None:
    """Keep name, language and telephone number as the profile has them now.

    What was told earlier than the newest that is known may arrive after it, and changes nothing.
    """
    account = await accounts.lock_account(transaction, profile.account_id)
    if account is None:
        return
    if account.profile_told_at is not None and profile.occurred_at < account.profile_told_at:
        return
    language = profile.language if profile.language in {"fr", "en"} else account.language
    await accounts.update_account(
        transaction,
        account.id,
        clock.now(),
        name=profile.name,
        language=language,
        phone_number=profile.phone_number,
        profile_told_at=profile.occurred_at,
    )
