"""Sessions begun and tokens issued, for every way of signing in."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.domain import Account, Session, Visitor
from guichet.auth.repository import accounts, sessions
from guichet.kernel.database import Transaction
from guichet.kernel.tokens import ACCESS_TOKEN_SECONDS


@dataclass(frozen=True, slots=True)
class Granted:
    """What a transaction has granted; `signed` makes the access token once it has committed."""

    account: Account
    session_id: str
    issued_at: float
    refresh_token: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who has just been given tokens; lives are in seconds and instants."""

    account: Account
    access_token: str
    expires_in: int
    refresh_token: str
    ends_at: datetime


async def begin_session(
    transaction: Transaction, account: Account, visitor: Visitor, moment: datetime
) -> Granted:
    """Store a new session of a locked account."""
    issued_at = domain.issue_instant(moment, account.tokens_until)
    session = Session(
        id=secrets.token_urlsafe(16),
        account_id=account.id,
        user_agent=visitor.user_agent,
        address=visitor.address,
        token_issued_at=issued_at,
        created_at=moment,
        last_used_at=moment,
        expires_at=moment + domain.SESSION_LIFE,
        revoked_at=None,
    )
    await sessions.insert_session(transaction, session)
    refresh_token = domain.new_token()
    await sessions.insert_refresh_token(
        transaction, domain.token_hash(refresh_token), session.id, moment
    )
    return Granted(account, session.id, issued_at, refresh_token, session.expires_at)


async def continue_session(
    transaction: Transaction,
    account: Account,
    session: Session,
    refresh_token: str,
    moment: datetime,
) -> Granted:
    """Give a session of a locked account its next access token."""
    issued_at = domain.issue_instant(moment, account.tokens_until)
    await sessions.touch_session(transaction, session.id, moment, token_issued_at=issued_at)
    return Granted(account, session.id, issued_at, refresh_token, session.expires_at)


async def signed(context: Context, granted: Granted) -> SignedIn:
    """Return the granted tokens; call it once the transaction has committed."""
    account = granted.account
    claims = {
        "iss": context.settings.token_issuer,
        "aud": context.settings.token_audience,
        "sub": str(account.id),
        "sid": granted.session_id,
        "role": account.role,
        "email": account.email,
        "name": account.name,
        "lang": account.language,
        "email_verified": account.is_verified,
        "iat": granted.issued_at,
        "exp": int(granted.issued_at) + ACCESS_TOKEN_SECONDS,
    }
    return SignedIn(
        account=account,
        access_token=await context.keys.sign(claims),
        expires_in=ACCESS_TOKEN_SECONDS,
        refresh_token=granted.refresh_token,
        ends_at=granted.ends_at,
    )


async def refuse_older_tokens(
    transaction: Transaction, account: Account, moment: datetime
) -> Account:
    """Let no access token count that a locked account was issued so far; returns it as it is now.

    Its `tokens_until` goes into the message that tells the other services.
    """
    issued_last = await sessions.token_issued_last(transaction, account.id)
    until = domain.revocation_instant(moment, max(issued_last, account.tokens_until))
    return await accounts.update_account(transaction, account.id, moment, tokens_until=until)
