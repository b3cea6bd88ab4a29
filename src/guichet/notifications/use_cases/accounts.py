"""Accounts: welcoming, verifying, resetting, following profiles, forgetting."""

from datetime import datetime
from typing import Any

from guichet.contracts.messages.auth import (
    AccountDeleted,
    AccountRegistered,
    EmailVerificationRequested,
    EmailVerified,
    PasswordResetRequested,
)
from guichet.contracts.messages.users import ProfileUpdated
from guichet.contracts.times import TIME_ZONE_DEFAULT
from guichet.kernel.database import Database, Transaction
from guichet.notifications.domain import Person, TemplateKey, language_or_default
from guichet.notifications.repository import people
from guichet.notifications.use_cases.telling import Desk, Telling, tell


async def account_registered(
    transaction: Transaction, desk: Desk, message: AccountRegistered, now: datetime
) -> None:
    """Remember the person and welcome them, with the link that verifies their address."""
    await people.save_person(
        transaction,
        message.account_id,
        message.occurred_at,
        {
            "email": message.email,
            "name": message.name,
            "language": language_or_default(message.language),
            "phone_number": message.phone_number,
        },
    )
    token = message.verification_token
    welcome = Telling(
        TemplateKey.WELCOME,
        str(message.account_id),
        _person(message),
        {"name": message.name, "link": desk.links.verify_email(token) if token else ""},
        path="/",
    )
    await tell(transaction, desk, [welcome], now)


async def email_verified(transaction: Transaction, message: EmailVerified) -> None:
    """Send to the address that the account's owner has shown to read."""
    await people.save_person(
        transaction, message.account_id, message.occurred_at, {"email": message.email}
    )
    if not await people.erased_among(transaction, [message.account_id]):
        await people.claim_deliveries(transaction, message.account_id, message.email)


async def email_verification_requested(
    transaction: Transaction, desk: Desk, message: EmailVerificationRequested, now: datetime
) -> None:
    """Send a verification link to the address in question."""
    verification = Telling(
        TemplateKey.EMAIL_VERIFICATION,
        f"{message.account_id}:{message.occurred_at.isoformat()}",
        _person(message),
        {
            "name": message.name,
            "email": message.email,
            "is_change": message.is_change,
            "link": desk.links.verify_email(message.verification_token),
        },
    )
    await tell(transaction, desk, [verification], now)


async def password_reset_requested(
    transaction: Transaction, desk: Desk, message: PasswordResetRequested, now: datetime
) -> None:
    """Send a reset link; not at all once the link has expired."""
    reset = Telling(
        TemplateKey.PASSWORD_RESET,
        f"{message.account_id}:{message.occurred_at.isoformat()}",
        _person(message),
        {
            "name": message.name,
            "link": desk.links.reset_password(message.reset_token),
            "expires_at": message.expires_at.isoformat(),
            "time_zone": TIME_ZONE_DEFAULT,
        },
        expires_at=message.expires_at,
    )
    await tell(transaction, desk, [reset], now)


async def profile_updated(transaction: Transaction, message: ProfileUpdated) -> None:
    """Follow a profile: name, address, language, number and what the person wants to be told."""
    await people.save_person(
        transaction,
        message.account_id,
        message.occurred_at,
        {
            "email": message.email,
            "name": message.name,
            "language": language_or_default(message.language),
            "phone_number": message.phone_number,
            "wants_sms": message.preferences.get("sms") is True,
            "wants_reminders": message.preferences.get("reminders") is not False,
        },
    )


async def account_deleted(transaction: Transaction, message: AccountDeleted, now: datetime) -> None:
    """Erase what is held of the person."""
    await people.erase(transaction, message.account_id, now)


async def export(database: Database, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return all that is held of a person, as of one moment."""
    async with database.snapshot() as transaction:
        return await people.held_of(transaction, account_id)


def _person(
    message: AccountRegistered | EmailVerificationRequested | PasswordResetRequested,
) -> Person:
    language = language_or_default(message.language)
    return Person(message.account_id, message.email, message.name, language)
