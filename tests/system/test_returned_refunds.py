"""A refund that the bank returns: told by a message of the provider, owed, and given back again."""

from typing import Any

from tests.system.running import Person, System, eventually

PRICE_MINOR = 4321
WAITS_FOR_SOMEBODY = "11"
"""The invariant that no order waits for a person; all figures are right meanwhile."""


async def order_of(system: System, buyer: Person, code: str, *statuses: str) -> dict[str, Any]:
    """Wait until the order's refunds stand like this, and return it."""

    async def found() -> dict[str, Any] | None:
        bought = await system.expect(200, "GET", f"/tickets/orders/{code}", who=buyer)
        stands = [refund["status"] for refund in bought["order"]["refunds"]]
        return bought["order"] if stands == list(statuses) else None

    return await eventually(found, 120)


async def ends_with(system: System, *reds: str) -> None:
    """Wait until `guichet verify` finds just these invariants broken."""
    seen = ""

    async def looked() -> bool:
        nonlocal seen
        seen = system.run("verify").stdout
        found = [line.split()[1] for line in seen.splitlines() if line.startswith("✗")]
        return found == list(reds)

    try:
        await eventually(looked, 120)
    except AssertionError:
        raise AssertionError(seen) from None


async def test_a_returned_refund_is_owed_and_given_back_again(system: System) -> None:
    buyer, admin = await system.register("en"), await system.demo("admin")
    event = await system.event(price=PRICE_MINOR / 100)
    bought = (await system.bought(buyer, event)).body
    code, ticket = bought["order"]["code"], bought["tickets"][0]["id"]
    fault = {"kind": "refund_returned", "operation": "refund", "amount": PRICE_MINOR, "seconds": 2}
    await system.provider_fault({**fault, "times": 1})
    try:
        await system.expect(200, "POST", f"/tickets/{ticket}/cancel", who=buyer)
        # The refund itself may be made only later, where the provider was slow to answer.
        order = await order_of(system, buyer, code, "failed")
    finally:
        await system.provider_fault(None)
    assert (order["refunded"], order["needs_attention"]) == ("0.00", True)
    await system.mail(buyer.email, "has not reached you")
    await ends_with(system, WAITS_FOR_SOMEBODY)
    [refund] = order["refunds"]
    await system.expect(
        200,
        "POST",
        f"/tickets/orders/{code}/refunds/{refund['id']}/retry",
        who=admin,
        headers={"Idempotency-Key": f"retry-{code}"},
    )
    order = await order_of(system, buyer, code, "failed", "completed")
    assert (order["refunded"], order["needs_attention"]) == ("43.21", False)
    row = (await system.books())[bought["order"]["payment"]["transaction_id"]]
    assert row["refunded"] == PRICE_MINOR
    await ends_with(system)
