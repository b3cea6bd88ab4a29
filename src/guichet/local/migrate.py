"""Brings the services' databases to their newest shape, and says what each service may do there."""

import asyncio
import os

from guichet.kernel.migrations import upgrade
from guichet.local.postgres import SERVICES
from guichet.local.privileges import grant
from guichet.local.servable import dsn_of, owner_dsn_of

__all__ = ["SERVICES", "migrate", "run"]


def migrate(service: str) -> None:
    """Apply the migrations that a service's database lacks; LocalError where it is not known."""
    asyncio.run(_upgrade(service, owner_dsn_of(service), dsn_of(service)))


def run(service: str) -> None:
    """Do the same in a process that was handed the addresses in its environment."""
    prefix = f"GUICHET_{service.upper()}"
    dsn = os.environ[f"{prefix}_DSN"]
    asyncio.run(_upgrade(service, os.environ.get(f"{prefix}_OWNER_DSN") or dsn, dsn))


async def _upgrade(service: str, owner_dsn: str, dsn: str) -> None:
    await upgrade(service, owner_dsn)
    await grant(service, owner_dsn, dsn)
