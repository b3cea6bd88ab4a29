"""Registering."""

from dataclasses import dataclass
from datetime import datetime

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
    Visitor,
)
from guichet.auth.domain.refusals import (
    EmailTaken,
    TooManyTries,
)
from guichet.auth.repository import accounts, one_time_tokens
from guichet.auth.repository.one_time_tokens import OneTimeToken
from guichet.auth.use_cases import issuing, throttling
from guichet.auth.use_cases.issuing import SignedIn
from guichet.contracts.messages.auth import AccountRegistered
from guichet.kernel import clock
from guichet.kernel.database import Transaction
from guichet.kernel.outbox import enqueue
from guichet.kernel.problems import Language


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody says of themselves when they register; the e-mail in its normal spelling."""

    name: str
    email: str
    language: Language
    phone_number: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None


async def register(
    context: Context,
    new: NewAccount,
    password: str,
    confirmation: str | None,
    visitor: Visitor,
) -> SignedIn:
    """Create an account of role `user`, and sign its owner in.

    Raises `EmailTaken`, a `FieldRefused` for the password, `TooManyTries`.
    """
    checked = domain.checked_password(password, confirmation)
    # Taken addresses are found by trying; whoever has found several must wait, before any work.
    await throttling.check(
        context, throttling.counted(context, domain.TAKEN_BY_ADDRESS, visitor.address)
    )
    password_hash = await context.passwords.new_hash(checked)
    moment = clock.now()
    async with context.database.transaction() as transaction:
        account = await accounts.insert_account(
            transaction,
            name=new.name,
            email=new.email,
            language=new.language,
            phone_number=new.phone_number,
            address=new.address,
            city=new.city,
            country=new.country,
            password_hash=password_hash,
            created_at=moment,
            updated_at=moment,
        )
        granted = (
            await _welcome(transaction, account, visitor, moment) if account is not None else None
        )
    if granted is None:
        await _tell_owner(context, new.email, visitor)
        raise EmailTaken
    return await issuing.signed(context, granted)


async def _welcome(
    transaction: Transaction, account: Account, visitor: Visitor, moment: datetime
) -> issuing.Granted:
    token = domain.new_token()
    await one_time_tokens.insert_one_time_token(
        transaction,
        domain.token_hash(token),
        OneTimeToken(
            account.id, "verify", account.email, moment + domain.VERIFICATION_LIFE, used_at=None
        ),
        moment,
    )
    await enqueue(transaction, registered_message(account, token, moment))
    return await issuing.begin_session(transaction, account, visitor, moment)


def registered_message(account: Account, token: str, moment: datetime) -> AccountRegistered:
    """Return what the other services are told of a new account."""
    return AccountRegistered(
        account_id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,
        language=account.language,
        phone_number=account.phone_number,
        address=account.address,
        city=account.city,
        country=account.country,
        verification_token=token,
        occurred_at=moment,
    )


async def _tell_owner(context: Context, email: str, visitor: Visitor) -> None:
    """Count the refusal against who asked, and send the owner of the account a way back in."""
    await throttling.take(
        context, throttling.counted(context, domain.TAKEN_BY_ADDRESS, visitor.address)
    )
    try:
        await throttling.take(context, throttling.counted(context, domain.TAKEN_BY_EMAIL, email))
    except TooManyTries:
        return
    async with context.database.transaction() as transaction:
        await one_time_tokens.insert_reset_request(transaction, email, clock.now())
