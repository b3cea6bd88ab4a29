"""One whole system for all the tests here; it is started once, as `make up` would."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import running
from tests.system.running import System


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The running system, with two instances of tickets."""
    folder = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    folder.chmod(0o711)
    started = running.start(folder)
    yield started
    alive = running.stop(started)
    shutil.rmtree(folder, ignore_errors=True)
    assert not alive, alive
