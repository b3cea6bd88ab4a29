"""Imports what the services need, so that each fork of the warm parent finds it done."""

import importlib
import traceback

from guichet.local.servable_modules import SERVERS

_LIBRARIES = (
    "asyncio",
    "uvloop",
    "httptools",
    "uvicorn",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "fastapi",
    "pydantic_settings",
    "msgspec",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "asyncpg",
    "alembic.command",
    "alembic.config",
    "nats",
    "aiohttp",
    "structlog",
    "prometheus_client",
    "jwt",
)


def preload() -> None:
    """Import everything; what cannot be imported is left to the process that needs it."""
    for name in (*_LIBRARIES, *SERVERS.values()):
        try:
            importlib.import_module(name)
        except Exception:
            traceback.print_exc()


preload()
