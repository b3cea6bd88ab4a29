"""Sessions: seen and ended by their owner."""

from guichet.auth.context import Context
from guichet.auth.repository import sessions
from guichet.kernel import clock
from guichet.kernel.problems import Unauthenticated
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
