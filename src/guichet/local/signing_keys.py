"""What `guichet keys rotate` does: draw a new key for access tokens before its time."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from guichet.auth.keys import RELOAD_SECONDS, KeyRing
from guichet.auth.secret_box import SecretBox
from guichet.kernel.database import Database
from guichet.local.errors import LocalError
from guichet.local.servable import environment_of
from guichet.local.texts import say


def rotate(*, leaked: bool) -> None:
    """Draw a key and say what follows; `leaked` withdraws all others and signs with it at once.

    Raises LocalError where auth's database does not answer.
    """
    named = environment_of("auth")
    try:
        key_id = asyncio.run(
            _rotate(named["GUICHET_AUTH_DSN"], named["GUICHET_AUTH_KEY_PASSPHRASE"], leaked=leaked)
        )
    except (SQLAlchemyError, OSError) as error:
        raise LocalError("nobody_answers", reason=type(error).__name__) from None
    print(
        say("keys_withdrawn" if leaked else "key_drawn", key_id=key_id, seconds=int(RELOAD_SECONDS))
    )


async def _rotate(dsn: str, passphrase: str, *, leaked: bool) -> str:
    database = Database(dsn, application="guichet-keys", connections_max=1)
    try:
        keys = KeyRing(database, SecretBox(passphrase))
        return await keys.rotate(immediately=leaked, withdraw_others=leaked)
    finally:
        await database.close()
