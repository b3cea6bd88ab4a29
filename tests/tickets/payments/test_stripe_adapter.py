"""What the Stripe adapter has to cope with beyond the port's contract."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from guichet.local.ports import free_port
from guichet.tickets.payments import (
    PaymentOutcome,
    PaymentResult,
    RefundOutcome,
    WebhookRejected,
)
from guichet.tickets.payments.stripe_adapter import KEY_LIFE, StripeProvider
from guichet.tickets.payments.webhook import sign
from tests.sandbox.running import API_KEY, RunningSandbox
from tests.tickets.payments.stands import SandboxStand, an_order, paid

NOON = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)


async def test_a_stored_failure_is_settled_by_the_search(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="error_500", times=1)
    provider = StripeProvider(
        api_key=API_KEY, webhook_secret="", api_url=sandbox.url, now=lambda: NOON
    )
    order, began = an_order(), NOON - timedelta(seconds=59)
    results = [await provider.charge(order_key=key, **order)]
    for tried_at in (None, began, began - timedelta(seconds=2)):
        results.append(
            await provider.find(order_key=key, intent_id=None, first_tried_at=tried_at, **order)
        )
    await provider.close()
    assert [result.outcome for result in results] == [
        PaymentOutcome.UNKNOWN,
        PaymentOutcome.UNKNOWN,
        PaymentOutcome.UNKNOWN,
        PaymentOutcome.DECLINED,
    ]
    assert results[-1].decline_code == "never_charged"


async def test_past_the_life_of_a_key_nothing_is_repeated(adapter: SandboxStand, key: str) -> None:
    long_ago = datetime.now(UTC) - KEY_LIFE - timedelta(minutes=1)
    nothing = await adapter.provider.find(
        order_key=key, intent_id=None, first_tried_at=long_ago, **an_order()
    )
    assert nothing.decline_code == "never_charged"
    assert adapter.captures(key) == 0
    await paid(adapter, key)
    found = await adapter.provider.find(
        order_key=key, intent_id=None, first_tried_at=long_ago, **an_order()
    )
    assert found.outcome is PaymentOutcome.PAID


async def test_other_values_under_a_key_find_the_first(adapter: SandboxStand, key: str) -> None:
    await paid(adapter, key)
    other = an_order(amount_minor=9900)
    assert (await adapter.provider.charge(order_key=key, **other)).outcome == "unknown"
    found = await adapter.provider.find(order_key=key, intent_id=None, **other)
    assert (found.outcome, found.amount_minor) == (PaymentOutcome.PAID, 4200)


async def test_quotes_in_a_key_do_not_escape_the_search(adapter: SandboxStand) -> None:
    key = f"o'{uuid4().hex}\\"
    await paid(adapter, key)
    found = await adapter.provider.find(
        order_key=key, intent_id=None, **an_order(amount_minor=9900)
    )
    assert found.amount_minor == 4200


async def test_a_stored_failure_does_not_block_a_refund(adapter: SandboxStand, key: str) -> None:
    intent_id = await paid(adapter, key)
    adapter.sandbox.fault(kind="error_500", operation="refund", times=1)
    for outcome in (RefundOutcome.UNKNOWN, RefundOutcome.DONE, RefundOutcome.DONE):
        result = await adapter.provider.refund(
            refund_key=key, intent_id=intent_id, amount_minor=1000
        )
        assert result.outcome is outcome
    assert adapter.sandbox.row("order_key", key)["refunded"] == 1000


async def test_an_old_refund_is_looked_up_before_it_is_repeated(
    adapter: SandboxStand, key: str
) -> None:
    intent_id = await paid(adapter, key)
    long_ago = datetime.now(UTC) - KEY_LIFE - timedelta(minutes=1)
    for _ in range(2):
        result = await adapter.provider.refund(
            refund_key=key, intent_id=intent_id, amount_minor=1000, first_tried_at=long_ago
        )
        assert result.outcome is RefundOutcome.DONE
    assert adapter.sandbox.row("order_key", key)["refunded"] == 1000


@pytest.mark.parametrize(
    ("change", "code"),
    [({"amount_minor": 10}, "amount_too_small"), ({"method": "pm_nobody"}, "resource_missing")],
)
async def test_a_request_that_cannot_work_is_declined(
    adapter: SandboxStand, key: str, change: dict[str, object], code: str
) -> None:
    order = {**an_order(), **change}
    result = await adapter.provider.charge(order_key=key, **order)  # type: ignore[typeddict-item] - made wrong on purpose
    assert (result.outcome, result.decline_code) == (PaymentOutcome.DECLINED, code)


async def test_rejected_calls_are_unknown(adapter: SandboxStand, key: str) -> None:
    adapter.sandbox.fault(kind="reject", times=1)
    result = await adapter.provider.charge(order_key=key, **an_order())
    assert result.outcome is PaymentOutcome.UNKNOWN


async def test_a_provider_that_hangs_is_left(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="hang", times=1)
    provider = StripeProvider(
        api_key=API_KEY, webhook_secret="", api_url=sandbox.url, charge_seconds_max=0.2
    )
    result = await asyncio.wait_for(provider.charge(order_key=key, **an_order()), 5)
    await provider.close()
    assert result.outcome is PaymentOutcome.UNKNOWN


async def test_a_wrong_key_and_a_dead_address_are_unknown(
    sandbox: RunningSandbox, key: str
) -> None:
    for api_key, url in [
        ("sk_test_wrong", sandbox.url),
        (API_KEY, f"http://127.0.0.1:{free_port()}"),
    ]:
        provider = StripeProvider(api_key=api_key, webhook_secret="", api_url=url)
        assert (await provider.charge(order_key=key, **an_order())).outcome == "unknown"
        assert (await provider.void(intent_id="pi_x")).outcome == "unknown"
        refund = await provider.refund(refund_key=key, intent_id="pi_x", amount_minor=1)
        assert refund.outcome is RefundOutcome.UNKNOWN
        await provider.close()


async def test_answers_of_something_else_are_unknown(key: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n" + b'{"id":null}'
        )
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    provider = StripeProvider(
        api_key=API_KEY, webhook_secret="", api_url=f"http://127.0.0.1:{port}"
    )
    result = await provider.charge(order_key=key, **an_order())
    await provider.close()
    server.close()
    assert result == PaymentResult(PaymentOutcome.UNKNOWN)


async def test_test_mode_is_told_by_the_key() -> None:
    for api_key, verdict in [
        ("sk_test_a", True),
        ("rk_test_a", True),
        ("sk_" + "live_a", False),
    ]:
        provider = StripeProvider(api_key=api_key, webhook_secret="")
        assert provider.test_mode is verdict
        await provider.close()


@pytest.mark.parametrize(("key", "live"), [("sk_test_1", True), ("sk_live_1", False)])
async def test_a_message_of_the_other_mode_is_refused(key: str, live: bool) -> None:
    provider = StripeProvider(api_key=key, webhook_secret="whsec_1")
    for is_live in (live, not live):
        body = {
            "id": "evt_1",
            "type": "payment_intent.succeeded",
            "created": int(NOON.timestamp()),
            "livemode": is_live,
            "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
        }
        payload = json.dumps(body).encode()
        signature = sign(payload, "whsec_1", NOON)
        if is_live == live:
            with pytest.raises(WebhookRejected):
                provider.read_webhook(payload, signature, NOON)
        else:
            assert provider.read_webhook(payload, signature, NOON).intent_id == "pi_1"
    await provider.close()
