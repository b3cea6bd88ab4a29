"""Brings the services' databases to their newest shape."""

import asyncio
import os

from guichet.kernel.migrations import upgrade
from guichet.local.postgres import SERVICES
from guichet.local.servable import dsn_of

__all__ = ["SERVICES", "migrate", "run"]


def migrate(service: str) -> None:
    """Apply the migrations that a service's database lacks; LocalError where it is not known."""
    asyncio.run(upgrade(service, dsn_of(service)))


def run(service: str) -> None:
    """Do the same in a process that was handed the address in its environment."""
    asyncio.run(upgrade(service, os.environ[f"GUICHET_{service.upper()}_DSN"]))
