"""The routes of auth; each translates a request into one use case and its result back."""

from guichet.auth.http_api import (
    accounts,
    emails,
    internal,
    passwords,
    public_keys,
    sessions,
    signing_in,
    two_factor,
)

ROUTERS = tuple(
    module.router
    for module in (
        signing_in,
        passwords,
        emails,
        sessions,
        two_factor,
        accounts,
        public_keys,
        internal,
    )
)
