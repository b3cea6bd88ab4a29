"""Alembic's environment of tickets."""

from guichet.kernel.migrations import run_environment
from guichet.tickets.refund_tables import metadata

run_environment(metadata)
