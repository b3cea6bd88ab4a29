"""Alembic's environment of notifications."""

from guichet.kernel.migrations import run_environment
from guichet.notifications.tables import metadata

run_environment(metadata)
