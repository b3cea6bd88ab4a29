"""One whole system for the journeys: nothing is killed here that somebody looks at."""

from collections.abc import Iterator

import pytest

from tests.system.own_system import own_system
from tests.system.running import System


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The running system that all journeys share."""
    with own_system() as started:
        yield started
