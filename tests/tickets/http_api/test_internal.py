"""The routes for other services: closed to everybody else, true for them."""

from datetime import datetime
from typing import Any

import pytest

from guichet.kernel.tokens import ServiceTokens
from guichet.tickets.repository import reading, sales
from tests.tickets.conftest import snapshot_of
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    SERVICE_SECRET,
    Front,
    code_of,
)


def as_service(
    name: str, *, audience: str = "tickets", secret: str = SERVICE_SECRET
) -> dict[str, str]:
    return {"authorization": f"Bearer {ServiceTokens(secret, service=name).issue(audience)}"}


async def test_nobody_but_a_service_comes_in(front: Front) -> None:
    event = await front.shop.event()
    ticket = await front.ticket(event)
    snapshot = snapshot_of(event, 500, 1, version=2).model_dump(mode="json")
    routes: list[tuple[str, str, Any]] = [
        ("PUT", f"/internal/events/{event}/offer", snapshot),
        ("GET", f"/internal/events/{event}/sales", None),
        ("GET", f"/internal/orders/{ticket['order_code']}/tickets.pdf", None),
        ("GET", f"/internal/accounts/{ALICE.account_id}/export", None),
    ]
    for method, path, body in routes:
        for headers in (
            {},
            {"authorization": "Bearer nonsense"},
            {"x_user_id": "90", "x_user_role": "admin"},
            as_service("events", audience="users"),
            as_service("events", secret="another secret of the same length as ours"),
        ):
            answer = await front.ask(method, path, body, headers=headers)
            assert code_of(answer) == (401, "unauthenticated"), path
        for person in (ALICE, ADMIN):
            assert (await front.ask(method, path, body, by=person)).status == 401
    assert await front.shop.one("SELECT capacity FROM stock") == 10


async def test_an_offer_is_applied_or_refused(front: Front) -> None:
    event = await front.shop.event(capacity=10)
    await front.buy(event, 3)
    path = f"/internal/events/{event}/offer"

    async def offer(capacity: int, version: int) -> Any:
        snapshot = snapshot_of(event, capacity, 2500, version=version).model_dump(mode="json")
        return await front.ask("PUT", path, snapshot, headers=as_service("events"))

    refused = await offer(2, 2)
    assert code_of(refused) == (409, "capacity_below_sold")
    assert (refused.json["sold"], refused.json["held"]) == (3, 0)
    applied = await offer(3, 2)
    assert (applied.status, applied.json) == (
        200,
        [{"ticket_type_id": event, "capacity": 3, "sold": 3, "held": 0}],
    )
    assert code_of(await front.buy(event)) == (409, "sold_out")


async def test_figures_are_of_one_moment(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sold while an event is counted is in all of its figures, or in none."""
    event = await front.shop.event(capacity=10)
    await front.buy(event, 2)

    async def sold_first(*asked: Any) -> Any:
        await front.buy(event, 3, by=BRUNO)
        return await by_hour(*asked)

    by_hour = sales.sold_by_hour
    monkeypatch.setattr(sales, "sold_by_hour", sold_first)
    answer = await front.ask("GET", f"/internal/events/{event}/sales", headers=as_service("events"))
    hours = sum(hour["tickets"] for hour in answer.json["by_hour"])
    assert (answer.json["sold"], hours) == (2, 2)


async def test_figures_count_the_source(front: Front) -> None:
    event = await front.shop.event(capacity=10, price_minor=2500)
    first, second = (await front.buy(event, 2)).json["tickets"]
    await front.ask("POST", "/holds", {"event_id": event, "quantity": 1}, by=BRUNO)
    await front.ask("POST", f"/{first['id']}/cancel", by=ALICE)
    await front.ask("POST", f"/{second['id']}/validate", by=ADMIN)
    answer = await front.ask("GET", f"/internal/events/{event}/sales", headers=as_service("events"))
    assert answer.status == 200
    told = {
        name: answer.json[name] for name in ("capacity", "sold", "held", "admitted", "cancelled")
    }
    assert told == {"capacity": 10, "sold": 1, "held": 1, "admitted": 1, "cancelled": 1}
    assert answer.json["refunded_minor"] == 2500
    (hour,) = answer.json["by_hour"]
    assert (hour["tickets"], hour["revenue_minor"]) == (1, 2500)
    assert datetime.fromisoformat(hour["hour"]).minute == 0
    await front.shop.rows("UPDATE tickets SET created_at = created_at - interval '3 days'")
    later = await front.ask("GET", f"/internal/events/{event}/sales", headers=as_service("events"))
    assert (len(later.json["by_day"]), later.json["by_hour"]) == (1, [])
    nothing = await front.ask("GET", "/internal/events/999999/sales", headers=as_service("events"))
    assert (nothing.status, nothing.json["sold"]) == (200, 0)


async def test_the_pdf_of_an_order_holds_its_live_tickets(front: Front) -> None:
    event = await front.shop.event()
    bought = await front.buy(event, 2)
    path = f"/internal/orders/{bought.json['order']['code']}/tickets.pdf"
    document = await front.ask("GET", path, headers=as_service("notifications"))
    assert document.status == 200
    assert document.headers["content-type"] == "application/pdf"
    assert document.body.startswith(b"%PDF")
    for ticket in bought.json["tickets"]:
        await front.ask("POST", f"/{ticket['id']}/cancel", by=ALICE)
    gone = await front.ask("GET", path, headers=as_service("notifications"))
    assert code_of(gone) == (404, "order_not_found")
    unknown = await front.ask(
        "GET", "/internal/orders/nonsense/tickets.pdf", headers=as_service("notifications")
    )
    assert code_of(unknown) == (404, "order_not_found")


async def test_an_export_is_of_one_moment(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is bought while the export is put together is in it with its order, or not at all."""
    event = await front.shop.event()
    await front.buy(event)
    orders_of_account = reading.orders_of_account

    async def bought_after(*asked: Any) -> Any:
        found = await orders_of_account(*asked)
        await front.buy(event)
        return found

    monkeypatch.setattr(reading, "orders_of_account", bought_after)
    path = f"/internal/accounts/{ALICE.account_id}/export"
    held = (await front.ask("GET", path, headers=as_service("users"))).json
    assert (len(held["orders"]), len(held["tickets"])) == (1, 1)


async def test_an_export_is_of_one_person_and_holds_no_secret(front: Front) -> None:
    event = await front.shop.event()
    ticket = await front.ticket(event)
    await front.ticket(event, by=BRUNO)
    path = f"/internal/accounts/{ALICE.account_id}/export"
    answer = await front.ask("GET", path, headers=as_service("users"))
    assert answer.status == 200
    assert [order["code"] for order in answer.json["orders"]] == [ticket["order_code"]]
    assert [item["ticket_id"] for item in answer.json["tickets"]] == [ticket["id"]]
    assert (await front.secret_of(ticket["id"])).encode() not in answer.body
    assert b"account2" not in answer.body
