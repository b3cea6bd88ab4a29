"""Forgetting what has ended."""

from datetime import timedelta

from guichet.auth import domain
from guichet.auth.context import Context
from guichet.auth.repository import one_time_tokens, sessions, throttles
from guichet.kernel import clock

ENDED_SESSIONS_KEPT = timedelta(days=1)
"""Long enough for the instant of their last token to outlive that token."""


async def purge(context: Context) -> None:
    """Delete ended sessions, spent links and counts whose window is over."""
    moment = clock.now()
    async with context.database.transaction() as transaction:
        await sessions.purge_sessions(transaction, moment - ENDED_SESSIONS_KEPT)
        await one_time_tokens.purge_one_time_tokens(transaction, moment - domain.TOKENS_KEPT)
        await throttles.purge_throttles(transaction, moment)
