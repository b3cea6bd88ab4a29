"""Real servers for every test that needs one: a cluster and a broker for each pytest process."""

import inspect
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling  # pyright: ignore[reportMissingTypeStubs] - it has none

from guichet.local import ports
from guichet.local.ports import free_port
from guichet.local.servers import (
    NatsServer,
    PostgresServer,
    run_apart,
    start_nats,
    start_postgres,
)
from tests.own_ports import share_of

DatabaseDsn = Callable[[str], str]

ports.FIRST_FREE_PORT, ports.FREE_PORTS = share_of(ports.FIRST_FREE_PORT, ports.FREE_PORTS)

# Unless told otherwise structlog draws each error with all its variables, which takes seconds.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ]
)

# How long an example takes says something of the machine alone.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_copies = itertools.count(1)


WHOLE_SYSTEMS = ("tests/attacks/", "tests/browser/", "tests/storm/", "tests/system/")
"""Folders whose tests share a system for minutes: begun late, one would end last and alone."""
WITH_THEIR_OWN = ("tests/system/test_backup_restore.py", "tests/system/test_payment_faults.py")
"""Files there that start a system of another kind, and share nothing with their neighbours."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests (`make test`), begin with the longest."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: not item.nodeid.startswith(WHOLE_SYSTEMS))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process whole companies of tests, in their order; they share what they start."""

    class Companies(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return company_of(nodeid)

    return Companies(config, log)


def company_of(nodeid: str) -> str:
    """Return what a test must not be parted from: its file, or the folder that shares a system."""
    file = nodeid.partition("::")[0]
    shares = file.startswith(WHOLE_SYSTEMS) and file not in WITH_THEIR_OWN
    return file.rpartition("/")[0] if shares else file


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Put the logs back after a test that sends them where a whole process would."""
    root = logging.getLogger()
    handlers, level, before = list(root.handlers), root.level, structlog.get_config()
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for the servers of this process.

    Not pytest's own: below that, a server that gave up root's rights could not reach its data.
    """
    folder = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[PostgresServer]:
    """A real cluster with the five databases, empty; shared by the whole session."""
    server = start_postgres(server_folder / "postgres", free_port(), durable=False)
    try:
        server.create_databases()
        yield server
    finally:
        server.stop(remove=True)


@pytest.fixture(scope="session")
def nats(server_folder: Path) -> Iterator[NatsServer]:
    """A real NATS server with JetStream; shared by the whole session."""
    server = start_nats(server_folder / "nats", free_port(), free_port())
    try:
        yield server
    finally:
        server.stop(remove=True)


@pytest.fixture(scope="session")
def migrated_templates(postgres: PostgresServer) -> Callable[[str], str]:
    """Return the name of a service's migrated database, migrated once a session."""
    done: set[str] = set()

    def template_of(service: str) -> str:
        name = f"guichet_{service}"
        if service not in done:
            _migrate(service, postgres.dsn(service))
            done.add(service)
        return name

    return template_of


def _migrate(service: str, dsn: str) -> None:
    from guichet.kernel import migrations  # noqa: PLC0415 - only tests with a database pay for it

    outcome: object = migrations.upgrade(service, dsn)
    if inspect.iscoroutine(outcome):
        run_apart(outcome)


@pytest.fixture(scope="module")
def database_dsn(
    postgres: PostgresServer, migrated_templates: Callable[[str], str]
) -> Iterator[DatabaseDsn]:
    """Return a function: service name -> address of its fresh, migrated database.

    Within one module the same service gets the same database; the next module a new one.
    """
    made: dict[str, str] = {}

    def dsn_of(service: str) -> str:
        if service not in made:
            name = f"test_{service}_{next(_copies)}"
            template = migrated_templates(service)
            postgres.execute(
                f'CREATE DATABASE "{name}" OWNER "guichet_{service}" TEMPLATE "{template}"'
            )
            made[service] = name
        return postgres.dsn(service, made[service])

    yield dsn_of
    for name in made.values():
        postgres.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
