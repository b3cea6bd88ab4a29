"""Refunds over HTTP: who sees and gives back what, under which key."""

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    GUEST,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    code_of,
)

KEY = {"idempotency_key": "k-1"}


async def test_who_gives_an_order_back_and_by_which_rules(front: Front) -> None:
    rules = {"kept_minor": 400, "keeps_fee": True}
    event = await front.shop.event(price_minor=2500, fee={"fixed_minor": 100}, refund_rules=rules)
    bought = (await front.buy(event, 2)).json
    path = f"/orders/{bought['order']['code']}/refund"
    first, second = (ticket["id"] for ticket in bought["tickets"])
    for person, total in ((ALICE, "42.00"), (ORGANISER, "52.00"), (ADMIN, "52.00")):
        seen = (await front.ask("GET", path, by=person)).json
        assert (seen["refundable"], seen["total"]) == (True, total)
    assert (await front.ask("GET", f"/{first}/refund", by=ALICE)).json["total"] == "21.00"
    for person in (BRUNO, OPERATOR, OTHER_ORGANISER):
        assert code_of(await front.ask("GET", path, by=person)) == (404, "order_not_found")
        assert (await front.ask("POST", path, {}, by=person, headers=KEY)).status == 404
    assert (await front.ask("POST", path, {}, headers=KEY)).status == 401
    assert (await front.ask("POST", path, {}, by=ALICE)).status == 422, "no key"
    given = await front.ask("POST", path, {"ticket_ids": [first]}, by=ALICE, headers=KEY)
    assert (given.status, given.json["status"], given.json["total"]) == (200, "completed", "21.00")
    assert given.json["tickets"] == [
        {"id": first, "refund": "21.00", "kept": "4.00", "fee_kept": "1.00"}
    ]
    payment = (await front.ask("GET", f"/{first}", by=ALICE)).json["payment"]
    assert (payment["status"], payment["refunded_amount"]) == ("refunded", "21.00")
    again = await front.ask("POST", path, {"ticket_ids": [first]}, by=ALICE, headers=KEY)
    assert again.json == given.json
    other = await front.ask("POST", path, {"ticket_ids": [second]}, by=ALICE, headers=KEY)
    assert code_of(other) == (409, "idempotency_key_reused")
    seen = (await front.ask("GET", path, by=ALICE, query=f"ticket_ids={first}")).json
    assert (seen["refundable"], seen["reason"]) == (False, "ticket_cancelled")


async def test_a_guest_gives_back_by_the_link(front: Front) -> None:
    bought = (await front.buy(await front.shop.event(), by=None, guest=GUEST)).json["order"]
    path, link = f"/orders/{bought['code']}/refund", f"access={bought['access_token']}"
    assert (await front.ask("GET", path, query=link)).json["refundable"]
    assert (await front.ask("POST", path, {}, query=link, headers=KEY)).status == 200


async def test_goodwill_is_the_administrators_alone(front: Front) -> None:
    code = (await front.buy(await front.shop.event(price_minor=2500))).json["order"]["code"]
    path, body = f"/orders/{code}/goodwill", {"amount": "5.00", "reason": "Retard"}
    for person in (ALICE, ORGANISER, OPERATOR):
        assert (await front.ask("POST", path, body, by=person, headers=KEY)).status == 403
    granted = await front.ask("POST", path, body, by=ADMIN, headers=KEY)
    assert (granted.json["status"], granted.json["total"]) == ("completed", "5.00")
    much = {"amount": "20.01", "reason": "Retard"}
    refused = await front.ask("POST", path, much, by=ADMIN, headers={"idempotency_key": "k-2"})
    assert code_of(refused) == (409, "goodwill_too_much")
    none = {"amount": "0", "reason": "Retard"}
    assert (await front.ask("POST", path, none, by=ADMIN, headers=KEY)).status == 422


async def test_an_organiser_gives_the_own_event_back(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    await front.buy(event, 2)
    path = f"/events/{event}/refunds"
    for person in (ALICE, OTHER_ORGANISER, OPERATOR):
        for method, rest in (("GET", ""), ("GET", "/preview")):
            assert (await front.ask(method, path + rest, by=person)).status == 403
    seen = (await front.ask("GET", f"{path}/preview", by=ORGANISER)).json
    assert seen == {"orders": 1, "tickets": 2, "total": "50.00", "currency": "EUR", "buyers": 1}
    wrong = {"reason": "Salle", "confirm_total": "49.00"}
    refused = await front.ask("POST", path, wrong, by=ORGANISER)
    assert code_of(refused) == (409, "total_differs")
    begun = await front.ask("POST", path, {**wrong, "confirm_total": "50.00"}, by=ORGANISER)
    assert begun.status == 202
    await front.shop.event_refunds.get_on()
    (run,) = (await front.ask("GET", path, by=ORGANISER)).json["runs"]
    assert (run["orders"], run["orders_done"], run["total"]) == (1, 1, "50.00")
