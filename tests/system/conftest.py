"""One whole system for all the tests here; it is started once, as `make up` would."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.own_system import own_system
from tests.system.running import System

FOLDER = Path(__file__).parent
TEST_SECONDS_MAX = 900


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test here time for the system's start, since any may be the first."""
    for item in items:
        if FOLDER in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS_MAX))


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The running system, with two instances of tickets."""
    with own_system() as started:
        yield started
