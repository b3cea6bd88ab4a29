"""Bringing a service's database to its newest shape, with Alembic."""

import importlib
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

_LOCK_KEY = 0x6775_6963


def alembic_config(service: str) -> Config:
    """Return Alembic's configuration for a service; its scripts lie in `<service>/migrations`."""
    package = importlib.import_module(f"guichet.{service}")
    folder = Path(str(package.__file__)).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["service"] = service
    return config


async def upgrade(service: str, dsn: str) -> None:
    """Apply every migration that the database lacks; two at once wait for each other.

    `dsn` is `postgresql://…`. Raises the driver's error where the database does not answer.
    """
    engine = create_async_engine(
        dsn.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, service)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, service: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    config = alembic_config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_environment(metadata: MetaData) -> None:
    """Do what an Alembic `env.py` does: run on the connection that `upgrade` opened."""
    from alembic import context  # noqa: PLC0415 - exists only while Alembic runs an environment

    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
