"""Orders, guests' links, holds and the provider's messages over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.tickets.http_api import orders as order_routes
from tests.fakes.payments import Twist
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    GUEST,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    WANTS_BUYER,
    Front,
    Person,
    code_of,
)


async def test_who_reads_an_order(front: Front) -> None:
    bought = await front.buy(await front.shop.event(), 2)
    path = f"/orders/{bought.json['order']['code']}"
    read = await front.ask("GET", path, by=ALICE)
    assert (read.status, read.json) == (200, bought.json)
    assert read.headers["etag"]
    assert (await front.ask("GET", path, by=ADMIN)).status == 200
    assert (await front.ask("GET", path, by=ORGANISER)).json == bought.json
    for person in (BRUNO, OTHER_ORGANISER, Person(3, "user"), OPERATOR):
        assert code_of(await front.ask("GET", path, by=person)) == (404, "order_not_found")
    assert (await front.ask("GET", path)).status == 401
    for code in ("AAAA-AAAA", "x", "%00", "2" * 500):
        answer = await front.ask("GET", f"/orders/{code}", by=ALICE)
        assert code_of(answer) == (404, "order_not_found")


async def test_an_order_is_read_as_it_stood_at_one_moment(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refund that completes while the page is put together is on it whole, or not at all."""
    bought = (await front.buy(await front.shop.event())).json
    ticket = bought["tickets"][0]["id"]
    read_refunds = order_routes.refunds_of_order

    async def given_back_first(*asked: Any) -> Any:
        await front.ask("POST", f"/{ticket}/cancel", by=ALICE)
        return await read_refunds(*asked)

    monkeypatch.setattr(order_routes, "refunds_of_order", given_back_first)
    read = (await front.ask("GET", f"/orders/{bought['order']['code']}", by=ALICE)).json
    assert read == bought


async def test_an_order_is_read_however_its_code_is_typed(front: Front) -> None:
    bought = await front.buy(await front.shop.event())
    code = bought.json["order"]["code"]
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " ")):
        assert (await front.ask("GET", f"/orders/{typed}", by=ALICE)).status == 200


async def test_a_guest_reaches_order_tickets_and_documents_by_the_link_alone(
    front: Front,
) -> None:
    bought = await front.buy(await front.shop.event(), 2, by=None, guest=GUEST)
    order, ticket = bought.json["order"], bought.json["tickets"][0]
    other = await front.buy(await front.shop.event(), by=None, guest=GUEST)
    right, wrong = order["access_token"], other.json["order"]["access_token"]
    paths = [f"/orders/{order['code']}"] + [
        f"/{ticket['id']}{rest}" for rest in ("", "/qr.svg", "/ticket.pdf")
    ]
    for path in paths:
        assert (await front.ask("GET", path, query=f"access={right}")).status == 200
        # Whoever has the link may be signed in as somebody else.
        assert (await front.ask("GET", path, query=f"access={right}", by=BRUNO)).status == 200
        for no_access in (
            "",
            f"access={wrong}",
            "access=",
            f"access={right[:-1]}",
            "access=%C3%A9",
        ):
            refused = await front.ask("GET", path, query=no_access)
            assert refused.status == (404 if no_access else 401)
            assert (await front.ask("GET", path, query=no_access, by=BRUNO)).status == 404
    read = await front.ask("GET", paths[0], query=f"access={right}")
    assert read.json["order"]["access_token"] is None, "the link is shown once"
    async with front.shop.database.hot.acquire() as connection:
        await connection.execute("UPDATE orders SET access_version = access_version + 1")
    for path in paths:
        assert (await front.ask("GET", path, query=f"access={right}")).status == 404
    assert (
        await front.ask("POST", f"/{ticket['id']}/cancel", query=f"access={right}")
    ).status == 404


@pytest.mark.parametrize("by", [None, BRUNO])
async def test_a_guest_cancels_by_the_link_as_the_holder(front: Front, by: Any) -> None:
    event = await front.shop.event()
    bought = await front.buy(event, by=None, guest=GUEST)
    path = f"/{bought.json['tickets'][0]['id']}/cancel"
    assert (await front.ask("POST", path, by=by)).status == (404 if by else 401)
    link = f"access={bought.json['order']['access_token']}"
    cancelled = await front.ask("POST", path, query=link, by=by)
    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    assert await front.shop.one("SELECT reason FROM refunds") == "holder"


async def test_asking_for_a_link_never_tells_whether_there_is_an_order(front: Front) -> None:
    await front.buy(await front.shop.event(), by=None, guest=GUEST)
    known = await front.ask("POST", "/orders/access-link", {"email": "INES@example.com"})
    unknown = await front.ask("POST", "/orders/access-link", {"email": "nobody@example.com"})
    of_an_account = await front.ask(
        "POST", "/orders/access-link", {"email": "account1@example.com"}
    )
    assert (known.status, known.json) == (unknown.status, unknown.json)
    assert (known.status, known.json) == (of_an_account.status, of_an_account.json)
    assert known.status == 202
    mailed = await front.shop.rows(
        "SELECT payload FROM outbox WHERE subject = 'tickets.access_link.requested'"
    )
    assert len(mailed) == 1
    french = await front.ask(
        "POST", "/orders/access-link", {"email": "x@example.com"}, headers={"accept_language": "fr"}
    )
    assert french.json["message"] != known.json["message"]


async def test_a_link_wants_an_address(front: Front) -> None:
    malformed: list[object] = [{}, {"email": "nobody"}, {"email": 7}, []]
    for body in malformed:
        answer = await front.ask(
            "POST", "/orders/access-link", body, headers={"accept_language": "fr"}
        )
        assert code_of(answer) == (422, "malformed")
        assert answer.json["errors"]
    for body in (b"{", b'{"a":' + b"[" * 60_000):
        answer = await front.ask("POST", "/orders/access-link", body)
        assert code_of(answer) == (400, "bad_request")


async def test_a_hold_is_read_extended_once_and_given_back(front: Front) -> None:
    event = await front.shop.event()
    held = await front.ask("POST", "/holds", {"event_id": event, "quantity": 2}, by=ALICE)
    path = f"/holds/{held.json['hold']['id']}"
    read = await front.ask("GET", path, by=ALICE)
    assert (read.status, read.json["hold"]) == (200, held.json["hold"])
    for person in (BRUNO, ADMIN, None):
        for method, rest in (("GET", ""), ("DELETE", ""), ("POST", "/extend")):
            refused = await front.ask(method, path + rest, by=person)
            assert code_of(refused) == (410, "hold_gone")
    extended = await front.ask("POST", f"{path}/extend", by=ALICE)
    again = await front.ask("POST", f"{path}/extend", by=ALICE)
    assert (extended.status, again.status) == (200, 200)
    assert extended.json["expires_at"] == again.json["expires_at"]
    assert extended.json["expires_at"] > held.json["expires_at"]
    for _ in range(2):
        released = await front.ask("DELETE", path, by=ALICE)
        assert (released.status, released.json["hold"]["status"]) == (200, "released")
    assert await front.shop.stock(event) == (0, 0)
    assert code_of(await front.ask("POST", f"{path}/extend", by=ALICE)) == (410, "hold_gone")
    other = await front.ask("PUT", path, by=ALICE)
    assert (other.status, other.headers["allow"]) == (405, "DELETE, GET")


async def test_a_forged_altered_or_stale_message_is_400_and_changes_nothing(
    front: Front,
) -> None:
    event = await front.shop.event()
    order = (await front.buy(event, payment=WANTS_BUYER)).json["order"]
    intent = order["payment"]["transaction_id"]
    front.shop.provider.finish_at_bank(intent, passed=True)
    provider, kind = front.shop.provider, "payment_intent.succeeded"
    payload, signature = provider.webhook(kind, intent, datetime.now(UTC))
    stale, old_signature = provider.webhook(kind, intent, datetime.now(UTC) - timedelta(hours=1))
    before = await front.everything()
    for body, signed in (
        (payload, ""),
        (payload, "t=1,v1=00"),
        (payload, signature[:-1] + ("0" if signature[-1] != "0" else "1")),
        (payload.replace(b"succeeded", b"canceled"), signature),
        (payload + b" ", signature),
        (stale, old_signature),
    ):
        answer = await front.ask(
            "POST", "/payments/webhook", body, headers={"stripe_signature": signed}
        )
        assert code_of(answer) == (400, "bad_request")
    huge = await front.ask(
        "POST", "/payments/webhook", b"x" * 300_000, headers={"stripe_signature": signature}
    )
    assert code_of(huge) == (413, "payload_too_large")
    assert await front.everything() == before
    for _ in range(2):
        taken = await front.ask(
            "POST", "/payments/webhook", payload, headers={"stripe_signature": signature}
        )
        assert (taken.status, taken.json) == (200, {"received": True})
    await front.shop.inbox.handle_due()
    for due in await front.shop.orders.claim_due(10):
        await front.shop.purchase.run(due)
    read = await front.ask("GET", f"/orders/{order['code']}", by=ALICE)
    assert (read.json["order"]["status"], len(read.json["tickets"])) == ("confirmed", 1)


async def test_an_order_shows_how_its_refunds_stand(front: Front) -> None:
    bought = (await front.buy(await front.shop.event(price_minor=2500), 2)).json
    path = f"/orders/{bought['order']['code']}"
    first, second = (ticket["id"] for ticket in bought["tickets"])
    assert (bought["order"]["refunds"], bought["order"]["refunded"]) == ([], "0.00")
    front.shop.provider.script("refund", Twist.LOSE_AFTER)
    asked = {"ticket_ids": [first], "reason": "Trop de monde"}
    await front.ask("POST", f"{path}/refund", asked, by=ALICE, headers={"idempotency_key": "k-1"})
    read = (await front.ask("GET", path, by=ALICE)).json
    [refund] = read["order"]["refunds"]
    assert (refund["amount"], refund["status"], refund["reason"]) == ("25.00", "pending", "holder")
    assert (refund["note"], refund["completed_at"]) == ("Trop de monde", None)
    assert read["order"]["refunded"] == "0.00"
    states = {
        each["id"]: (each["refund_status"], each["payment"]["status"]) for each in read["tickets"]
    }
    assert states == {first: ("pending", "completed"), second: (None, "completed")}
    await front.shop.rows("UPDATE refunds SET run_at = now(), leased_until = NULL")
    await front.shop.refunds.carry_out_due()
    read = (await front.ask("GET", path, by=ALICE)).json
    [refund] = read["order"]["refunds"]
    assert (refund["status"], read["order"]["refunded"]) == ("completed", "25.00")
    assert refund["completed_at"] >= refund["requested_at"]
    ticket = (await front.ask("GET", f"/{first}", by=ALICE)).json
    assert (ticket["refund_status"], ticket["payment"]["status"]) == ("completed", "refunded")
