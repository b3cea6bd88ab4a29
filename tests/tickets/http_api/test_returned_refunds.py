"""Refunds that the bank returned, over HTTP: what is shown of them, who does what about them."""

from typing import Any

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    code_of,
)

KEY = {"idempotency_key": "k-1"}


async def returned(front: Front) -> tuple[str, int]:
    """Return the code of Alice's order, whose refund came back, and the refund's id."""
    shop = front.shop
    bought = (await front.buy(await shop.event(price_minor=2500), 2)).json
    code, ticket = bought["order"]["code"], bought["tickets"][0]["id"]
    await front.ask("POST", f"/{ticket}/cancel", by=ALICE)
    [row] = await shop.rows(
        "SELECT r.*, p.intent_id FROM refunds r JOIN payments p USING (order_id)"
    )
    shop.provider.return_refund(row["provider_refund_id"], "expired_or_canceled_card")
    await shop.changes.look_at_refunds(row["intent_id"])
    return code, row["refund_id"]


async def order(front: Front, code: str) -> Any:
    return (await front.ask("GET", f"/orders/{code}", by=ALICE)).json


async def test_the_order_tells_the_truth(front: Front) -> None:
    code, refund_id = await returned(front)
    shown = await order(front, code)
    assert (shown["order"]["refunded"], shown["order"]["needs_attention"]) == ("0.00", True)
    assert shown["order"]["payment"]["status"] == "completed"
    [refund] = shown["order"]["refunds"]
    assert refund.pop("failed_at") is not None
    assert refund.pop("requested_at") is not None
    assert refund == {
        "id": refund_id,
        "amount": "25.00",
        "status": "failed",
        "reason": "holder",
        "note": None,
        "completed_at": None,
        "failure_reason": "expired_or_canceled_card",
        "is_retried": False,
        "is_paid_otherwise": False,
        "is_refused": False,
    }
    [cancelled] = [ticket for ticket in shown["tickets"] if ticket["status"] == "cancelled"]
    assert cancelled["refund_status"] == "failed"
    assert cancelled["payment"]["refunded_at"] is None


async def test_who_tries_again(front: Front) -> None:
    code, refund_id = await returned(front)
    path = f"/orders/{code}/refunds/{refund_id}/retry"
    for person, status in ((ALICE, 403), (BRUNO, 404), (OTHER_ORGANISER, 404), (OPERATOR, 404)):
        assert (await front.ask("POST", path, by=person, headers=KEY)).status == status
    assert (await front.ask("POST", path, headers=KEY)).status == 401
    assert (await front.ask("POST", path, by=ORGANISER)).status == 422, "no key"
    done = await front.ask("POST", path, by=ORGANISER, headers=KEY)
    assert done.status == 200
    assert [(each["status"], each["is_retried"]) for each in done.json["refunds"]] == [
        ("failed", True),
        ("completed", False),
    ]
    assert (await front.ask("POST", path, by=ORGANISER, headers=KEY)).json == done.json
    other = await front.ask("POST", path, by=ADMIN, headers={"idempotency_key": "k-2"})
    assert code_of(other) == (409, "refund_not_returned")
    shown = await order(front, code)
    assert (shown["order"]["refunded"], shown["order"]["needs_attention"]) == ("25.00", False)


async def test_paid_by_other_means(front: Front) -> None:
    code, refund_id = await returned(front)
    path, body = f"/orders/{code}/refunds/{refund_id}/settle", {"reason": "Virement du 3 mai"}
    assert (await front.ask("POST", path, body, by=ALICE)).status == 403
    assert (await front.ask("POST", path, {"reason": " "}, by=ADMIN)).status == 422
    unknown = await front.ask("POST", f"/orders/{code}/refunds/999/settle", body, by=ADMIN)
    assert code_of(unknown) == (404, "refund_not_found")
    [refund] = (await front.ask("POST", path, body, by=ADMIN)).json["refunds"]
    assert (refund["status"], refund["is_paid_otherwise"]) == ("completed", True)
    assert refund["completed_at"] is not None
    assert (await order(front, code))["order"]["refunded"] == "25.00"
    again = await front.ask("POST", path, body, by=ADMIN)
    assert code_of(again) == (409, "refund_not_returned")


async def test_the_list_does_not_let_go_of_what_is_owed(front: Front) -> None:
    code, _ = await returned(front)
    body = {"note": "Vu"}
    refused = await front.ask("POST", f"/orders/{code}/attention/resolve", body, by=ADMIN)
    assert code_of(refused) == (409, "refund_still_owed")
