"""One sandbox for the tests of the payment port."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from tests.sandbox.running import RunningSandbox
from tests.tickets.payments.stands import SandboxStand, Stand, stand_named


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    running = RunningSandbox(tmp_path_factory.mktemp("payments"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    yield shared_sandbox
    shared_sandbox.clear_faults()


@pytest.fixture(params=["fake", "sandbox", "recorded"])
async def stand(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> AsyncIterator[Stand]:
    async with stand_named(request.param, sandbox) as found:
        yield found


@pytest.fixture
async def adapter(sandbox: RunningSandbox) -> AsyncIterator[SandboxStand]:
    found = SandboxStand(sandbox)
    yield found
    await found.provider.close()


@pytest.fixture
def key() -> str:
    return uuid4().hex
