"""A system for the tests of one folder, from its start to a clean end."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.system import running
from tests.system.running import System


@contextmanager
def own_system() -> Generator[System]:
    """Start a system in a folder of its own; AssertionError if anything of it outlives the end.

    The folder is none of pytest's: below that, servers that gave up root's rights see no data.
    """
    folder = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    folder.chmod(0o711)
    system = running.start(folder)
    try:
        yield system
    finally:
        alive = running.stop(system)
        shutil.rmtree(folder, ignore_errors=True)
    assert not alive, alive
