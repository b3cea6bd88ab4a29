"""The routes of auth; each translates a request into one use case and its result back."""

from guichet.auth.http_api import public_keys

ROUTERS = (public_keys.router,)
