"""Alembic's environment of auth."""

from guichet.auth.tables import metadata
from guichet.kernel.migrations import run_environment

run_environment(metadata)
