"""Alembic's environment of users."""

from guichet.kernel.migrations import run_environment
from guichet.users.tables import metadata

run_environment(metadata)
