"""Two-factor sign-in by time-based codes (RFC 6238), with recovery codes."""

import hmac
import io
from dataclasses import dataclass
from datetime import datetime

import segno
from pyotp import random_base32
from pyotp.totp import TOTP

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import (
    Account,
    Limits,
    Visitor,
)
from guichet.auth.domain.refusals import (
    TotpAlreadyEnabled,
    TotpCodeRefused,
    TotpNotEnrolled,
    TotpRequired,
)
from guichet.auth.repository import accounts, recovery_codes
from guichet.auth.use_cases import throttling
from guichet.auth.use_cases.present_password import confirm_password
from guichet.kernel import clock
from guichet.kernel.database import Transaction
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Principal

ISSUER = "Guichet"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret, as text, as a URI, and as a QR code (SVG)."""

    secret: str
    otpauth_uri: str
    qr_svg: str


async def enrol(context: Context, caller: Principal, password: str) -> Enrolment:
    """Draw a secret that is in force once a first code has confirmed it.

    Raises `WrongPassword`, `TotpAlreadyEnabled`.
    """
    await confirm_password(context, caller.account_id, password)
    secret = random_base32()
    async with context.database.transaction() as transaction:
        account = await _locked(transaction, caller)
        if account.has_totp:
            raise TotpAlreadyEnabled
        await accounts.update_account(
            transaction,
            account.id,
            clock.now(),
            totp_secret=context.box.encrypt(secret, purpose=_purpose(account.id)),
        )
    uri = TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
    return Enrolment(secret, uri, _qr_svg(uri))


async def confirm(
    context: Context, caller: Principal, code: str, visitor: Visitor
) -> tuple[Account, list[str]]:
    """Put two-factor sign-in in force; returns the account and ten recovery codes, shown once.

    Raises `TotpNotEnrolled`, `TotpAlreadyEnabled`, `TotpCodeRefused`, `TooManyTries`.
    """
    await count_try(context, caller.account_id, visitor, code)
    moment = clock.now()
    codes = domain.new_recovery_codes()
    async with context.database.transaction() as transaction:
        account = await _locked(transaction, caller)
        if account.has_totp:
            raise TotpAlreadyEnabled
        if account.totp_secret is None:
            raise TotpNotEnrolled
        if not await _accept_totp(context, transaction, account, code, moment):
            raise TotpCodeRefused
        account = await accounts.update_account(
            transaction, account.id, moment, totp_enabled_at=moment
        )
        await recovery_codes.replace_recovery_codes(
            transaction, account.id, [_code_hash(each) for each in codes]
        )
    await forget_tries(context, caller.account_id, visitor)
    return account, codes


async def disable(
    context: Context, caller: Principal, password: str, code: str, visitor: Visitor
) -> Account:
    """End two-factor sign-in, by the password and a code (a recovery code does as well).

    Raises `WrongPassword`, `TotpNotEnrolled`, `TotpCodeRefused`, `TooManyTries`.
    """
    await confirm_password(context, caller.account_id, password)
    await count_try(context, caller.account_id, visitor, code)
    moment = clock.now()
    async with context.database.transaction() as transaction:
        account = await _locked(transaction, caller)
        if not account.has_totp:
            raise TotpNotEnrolled
        if not await accept_code(context, transaction, account, code, moment):
            raise TotpCodeRefused
        account = await forget_totp(transaction, account, moment)
    await forget_tries(context, caller.account_id, visitor)
    return account


async def forget_totp(transaction: Transaction, account: Account, moment: datetime) -> Account:
    """Take two-factor sign-in from a locked account."""
    await recovery_codes.replace_recovery_codes(transaction, account.id, ())
    return await accounts.update_account(
        transaction, account.id, moment, totp_secret=None, totp_enabled_at=None
    )


async def accept_code(
    context: Context, transaction: Transaction, account: Account, code: str, moment: datetime
) -> bool:
    """Use up a code of the app or a recovery code of a locked account; False where it is none."""
    if await _accept_totp(context, transaction, account, code, moment):
        return True
    return await recovery_codes.spend_recovery_code(
        transaction, account.id, _code_hash(code), moment
    )


async def _accept_totp(
    context: Context, transaction: Transaction, account: Account, code: str, moment: datetime
) -> bool:
    if account.totp_secret is None:
        return False
    secret = context.box.decrypt(account.totp_secret, purpose=_purpose(account.id))
    totp = TOTP(secret)
    given = domain.normal_code(code).encode()
    for step in domain.totp_steps(moment):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            return await accounts.accept_totp_step(transaction, account.id, step)
    return False


async def count_try(context: Context, account_id: int, visitor: Visitor, code: str | None) -> None:
    """Count one more try at a code; raises `TooManyTries`, or `TotpRequired` where none came."""
    if not code:
        raise TotpRequired
    await throttling.take(context, _limits(context, account_id, visitor))


async def forget_tries(context: Context, account_id: int, visitor: Visitor) -> None:
    """Begin the count anew: a code was right."""
    limits = _limits(context, account_id, visitor)
    await throttling.give_back(context, limits, begin_anew=limits)


def _limits(context: Context, account_id: int, visitor: Visitor) -> Limits:
    return {
        **throttling.counted(context, domain.TOTP_BY_PLACE, account_id, visitor.address),
        **throttling.counted(context, domain.TOTP_BY_ACCOUNT, account_id),
    }


async def _locked(transaction: Transaction, caller: Principal) -> Account:
    account = await accounts.lock_account(transaction, caller.account_id)
    if account is None:
        raise Unauthenticated
    return account


def _purpose(account_id: int) -> str:
    return f"two-factor secret of {account_id}"


def _code_hash(code: str) -> bytes:
    return domain.token_hash(domain.normal_code(code))


def _qr_svg(uri: str) -> str:
    picture = io.BytesIO()
    segno.make(uri, error="m").save(
        picture, kind="svg", scale=4, border=4, xmldecl=False, title=ISSUER, light="#fff"
    )
    return picture.getvalue().decode()
