"""What `guichet serve`, `migrate`, `verify` and the like find, outside `guichet up`.

In production everything is named in the environment. On a machine where `guichet up` has run,
what is not named points at that local system.
"""

import os

from guichet.local import environment
from guichet.local.development_secrets import read_secrets
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.postgres import SERVICES
from guichet.local.servable_modules import SERVERS


def module_of(name: str) -> str:
    """Return the module that serves `name`; raises LocalError for an unknown one."""
    if name not in SERVERS:
        raise LocalError("unknown_service", name=name, known=", ".join(SERVERS))
    return SERVERS[name]


def whole_environment() -> dict[str, str]:
    """Return every setting: those of this process, completed by the local system's if there is one.

    Nothing is added in production: there, a setting that is missing must be noticed.
    """
    plan = Plan.from_environment()
    if plan.settings.is_production:
        return dict(os.environ)
    known = read_secrets(plan.storage.secrets)
    return environment.complete(plan.named, known, plan.storage.root, plan.settings.port_shift)


def environment_of(name: str) -> dict[str, str]:
    """Return the part of `whole_environment` that the server `name` may know."""
    return environment.share_of(whole_environment(), name)


def owner_dsn_of(service: str) -> str:
    """Return the address by which a service's database is migrated and restored.

    It is the service's own where no other is named. Raises as `dsn_of`.
    """
    dsn = dsn_of(service)
    return whole_environment().get(f"GUICHET_{service.upper()}_OWNER_DSN") or dsn


def dsn_of(service: str) -> str:
    """Return the address of a service's database; raises LocalError where none is known."""
    if service not in SERVICES:
        raise LocalError("unknown_service", name=service, known=", ".join(SERVICES))
    name = f"GUICHET_{service.upper()}_DSN"
    dsn = whole_environment().get(name, "")
    if not dsn:
        raise LocalError("no_dsn", service=service, name=name)
    return dsn
