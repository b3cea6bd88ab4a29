"""Alembic's environment for the events database."""

from guichet.events.tables import metadata
from guichet.kernel.migrations import run_environment

run_environment(metadata)
