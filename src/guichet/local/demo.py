"""Demo accounts and events: each service that has some creates its own, in a process of its own."""

import asyncio
import importlib
import os

from guichet.local.children import ForkedChild, WarmParent
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.servable import environment_of

PASSWORD = "password"

ACCOUNTS = (
    ("admin@example.com", "admin"),
    ("eventcreator@example.com", "event_creator"),
    ("operator@example.com", "operator"),
    ("user@example.com", "user"),
)
"""E-mail address and role of the accounts that auth creates; shown once the system is ready."""

SEEDERS = {"auth": "guichet.auth.settings", "events": "guichet.events.settings"}
"""Services with demo data, in this order → the module of their settings.

Their `seed.py` has `seed(settings)`, which creates what is missing and may be called again.
"""


def seed() -> None:
    """Create what is missing in the databases of the running system.

    Raises LocalError in production, where accounts with a known password must never exist.
    """
    if Plan.from_environment().settings.is_production:
        raise LocalError("not_in_production")
    for service in SEEDERS:
        os.environ.update(environment_of(service))
        run(service)


def run(service: str) -> None:
    """Create one service's demo data, with the settings of this process's environment."""
    settings = importlib.import_module(SEEDERS[service]).Settings()
    asyncio.run(importlib.import_module(f"guichet.{service}.seed").seed(settings))


def is_wanted(plan: Plan) -> bool:
    """Whether the demo data are still to be created.

    Once a storage folder only: what somebody has deleted since then does not come back.
    """
    return not plan.settings.is_production and not plan.storage.seeded.exists()


def note_done(plan: Plan) -> None:
    """Remember that this storage folder's system has its demo data."""
    plan.storage.seeded.touch()


def children(plan: Plan, parent: WarmParent) -> list[ForkedChild]:
    """Return the short-lived processes that create the demo data, one after the other."""
    return [
        plan.fork(f"seed-{service}", service, parent, "guichet.local.demo", "run", (service,))
        for service in SEEDERS
    ]
