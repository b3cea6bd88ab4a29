"""Sessions: seen and ended by their owner."""

from collections.abc import Sequence

from guichet.auth.context import Context
from guichet.auth.domain import Session
from guichet.auth.repository import accounts, sessions
from guichet.auth.use_cases.sign_in import end_session
from guichet.contracts.messages.auth import SessionRevoked
from guichet.kernel import clock
from guichet.kernel.outbox import enqueue
from guichet.kernel.problems import NotFound, Unauthenticated
from guichet.kernel.tokens import Principal


async def check_live(context: Context, caller: Principal) -> None:
    """Raise `Unauthenticated` where the caller's session or account has ended.

    Other services learn of it by message within moments; here it is known at once.
    """
    async with context.database.reading() as connection:
        counts = await sessions.session_counts(
            connection, caller.account_id, caller.session_id, clock.now()
        )
    if not counts:
        raise Unauthenticated


async def list_sessions(context: Context, caller: Principal) -> Sequence[Session]:
    """Return the caller's live sessions, the last used first."""
    async with context.database.reading() as connection:
        return await sessions.live_sessions(connection, caller.account_id, clock.now())


async def end_one(context: Context, caller: Principal, session_id: str) -> Sequence[Session]:
    """End one of the caller's sessions and return the others. Raises `NotFound`."""
    moment = clock.now()
    async with context.database.transaction() as transaction:
        await accounts.lock_account(transaction, caller.account_id)
        if not await end_session(transaction, caller.account_id, session_id, moment):
            raise NotFound
        return await sessions.live_sessions(transaction, caller.account_id, moment)


async def end_others(context: Context, caller: Principal) -> Sequence[Session]:
    """End the caller's sessions but the present one, and return what is left."""
    moment = clock.now()
    async with context.database.transaction() as transaction:
        await accounts.lock_account(transaction, caller.account_id)
        ended = await sessions.revoke_sessions(
            transaction, caller.account_id, moment, all_but=caller.session_id
        )
        await enqueue(
            transaction,
            *(
                SessionRevoked(account_id=caller.account_id, session_id=each, occurred_at=moment)
                for each in ended
            ),
        )
        return await sessions.live_sessions(transaction, caller.account_id, moment)
