"""The demo accounts, for development alone."""

from dataclasses import dataclass

from guichet.auth.domain import Account
from guichet.auth.passwords import Passwords
from guichet.auth.repository import accounts
from guichet.auth.settings import Settings
from guichet.auth.use_cases.accounts import access_change
from guichet.auth.use_cases.registration import registered_message
from guichet.contracts.roles import Role
from guichet.kernel import audit, clock
from guichet.kernel.database import Database
from guichet.kernel.outbox import enqueue

PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One demo account; its id is part of what old clients know."""

    id: int
    email: str
    name: str
    role: Role


DEMO_ACCOUNTS = (
    DemoAccount(1, "admin@example.com", "Admin Démo", Role.ADMIN),
    DemoAccount(2, "operator@example.com", "Opérateur Démo", Role.OPERATOR),
    DemoAccount(3, "eventcreator@example.com", "Organisateur Démo", Role.EVENT_CREATOR),
    DemoAccount(4, "user@example.com", "Utilisateur Démo", Role.USER),
)


class DemoInProduction(RuntimeError):
    """Accounts whose password everybody knows were asked for in production."""


async def seed(settings: Settings) -> list[Account]:
    """Create the demo accounts that are missing, and return those that were.

    Each has the password `password` and a verified address; a running auth tells the other
    services of them. Raises `DemoInProduction`.
    """
    if settings.is_production:
        raise DemoInProduction("demo accounts are for development only")
    passwords = Passwords()
    database = Database(settings.auth_dsn, application="auth-seed", connections_max=1)
    try:
        # Below the rules for new passwords on purpose, hence not by registering.
        password_hash = await passwords.rehash(PASSWORD)
        return [
            account
            for demo in DEMO_ACCOUNTS
            if (account := await _create(database, demo, password_hash)) is not None
        ]
    finally:
        passwords.close()
        await database.close()


async def _create(database: Database, demo: DemoAccount, password_hash: str) -> Account | None:
    moment = clock.now()
    async with database.transaction() as transaction:
        account = await accounts.insert_account(
            transaction,
            id=demo.id,
            email=demo.email,
            name=demo.name,
            role=demo.role,
            email_verified_at=moment,
            password_hash=password_hash,
        )
        if account is not None:
            created = access_change("auth.account.created", None, account)
            await audit.record(transaction, created)
            await enqueue(transaction, registered_message(account, "", moment))
    return account
