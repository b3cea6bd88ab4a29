"""A call ends with an answer that was understood, with a refusal, or unclear; nothing else."""

from typing import Any

import msgspec
import pytest

from guichet.local.ports import free_port
from guichet.tickets.payments.stripe_calls import RefusedError, StripeCalls, UnclearError
from tests.sandbox.running import API_KEY, RunningSandbox


class Balance(msgspec.Struct):
    """What is read of an answer."""

    object: str
    livemode: bool


async def asked(url: str, path: str = "/v1/balance", **more: Any) -> Balance:
    calls = StripeCalls(API_KEY, url, 20.0, 20.0)
    try:
        return (await calls.call(Balance, "get", path, **more)).shape
    finally:
        await calls.close()


async def test_an_answer_is_read_as_far_as_it_is_needed(sandbox: RunningSandbox) -> None:
    assert await asked(sandbox.url) == Balance("balance", False)


async def test_what_is_not_there_is_a_clear_refusal(sandbox: RunningSandbox) -> None:
    with pytest.raises(RefusedError) as refused:
        await asked(sandbox.url, "/v1/refunds/re_nothing")
    assert refused.value.is_not_found


@pytest.mark.parametrize("fault", [{"kind": "error_500"}, {"kind": "reject"}, {"kind": "drop"}])
async def test_trouble_is_unclear(sandbox: RunningSandbox, fault: dict[str, Any]) -> None:
    # Twice, since the client asks once more where a kept connection was closed under a GET.
    sandbox.fault(operation="retrieve", when="before", times=2, **fault)
    with pytest.raises(UnclearError):
        await asked(sandbox.url)


async def test_nobody_there_is_unclear() -> None:
    with pytest.raises(UnclearError):
        await asked(f"http://127.0.0.1:{free_port()}")
