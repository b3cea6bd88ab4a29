"""One whole system for all the tests here; it is started once, as `make up` would."""

from collections.abc import Iterator

import pytest

from tests.system.own_system import own_system
from tests.system.running import System


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The running system, with two instances of tickets."""
    with own_system() as started:
        yield started
