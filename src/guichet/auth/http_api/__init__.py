"""The routes of auth; each translates a request into one use case and its result back."""

from guichet.auth.http_api import (
    accounts,
    audit,
    emails,
    internal,
    passwords,
    public_keys,
    sessions,
    signing_in,
    two_factor,
)
from guichet.contracts.roles import require_manages_queues
from guichet.kernel.queues_api import queues_router

ROUTERS = (
    queues_router("/api/v1/auth", require_manages_queues),
    *(
        module.router
        for module in (
            signing_in,
            passwords,
            emails,
            sessions,
            two_factor,
            accounts,
            audit,
            public_keys,
            internal,
        )
    ),
)
