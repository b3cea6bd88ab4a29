"""One sandbox for the tests that need no process of their own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.sandbox.running import RunningSandbox


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox without webhooks, shared by many tests; each uses keys of its own."""
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """The shared sandbox, with no fault set before or after."""
    shared_sandbox.clear_faults()
    yield shared_sandbox
    shared_sandbox.clear_faults()


@pytest.fixture
def key() -> str:
    """An order key that no other test uses."""
    return uuid4().hex
