"""Writing to all holders over HTTP, and sending an order's tickets again."""

from typing import Any

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    GUEST,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    Person,
    code_of,
)

TEXT = {"subject": "Portes à 19 h", "body": "Bonjour,\n\nles portes ouvrent plus tôt."}


async def test_writing_is_for_who_runs_the_event(front: Front) -> None:
    event = await front.shop.event()
    path = f"/events/{event}/messages"
    for by, status in [
        (None, 401),
        (ALICE, 403),
        (OPERATOR, 403),
        (OTHER_ORGANISER, 403),
        (ORGANISER, 201),
        (ADMIN, 201),
    ]:
        assert (await front.ask("POST", path, TEXT, by=by)).status == status, by
        read = await front.ask("GET", path, by=by)
        assert read.status == (200 if status == 201 else status), by
    assert len((await front.ask("GET", path, by=ADMIN)).json["data"]) == 2


async def test_a_message_shows_how_far_it_is(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    await front.ticket(event)
    headers = {"idempotency_key": "one"}
    path = f"/events/{event}/messages"
    written = await front.ask("POST", path, TEXT, by=ORGANISER, headers=headers)
    shown = written.json
    assert (shown["subject"], shown["body"]) == (TEXT["subject"], TEXT["body"])
    assert (shown["recipients"], shown["told"], shown["finished_at"]) == (1, 0, None)
    again = await front.ask("POST", path, TEXT, by=ORGANISER, headers=headers)
    assert again.json["id"] == shown["id"]
    other = {**TEXT, "body": "x"}
    reused = await front.ask("POST", path, other, by=ORGANISER, headers=headers)
    assert code_of(reused) == (409, "idempotency_key_reused")


async def test_how_many_a_message_would_reach_is_known_before(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    await front.ticket(event)
    path = f"/events/{event}/messages/recipients"
    counted = await front.ask("GET", path, by=ORGANISER)
    assert counted.json == {"recipients": 1, "messages_left": 3, "next_at": None}
    of_type = await front.ask("GET", path, by=ORGANISER, query=f"ticket_type_id={event}")
    assert of_type.json["recipients"] == 1
    other = await front.ask("GET", path, by=ORGANISER, query="ticket_type_id=999999")
    assert code_of(other) == (404, "ticket_type_not_found")
    assert (await front.ask("GET", path, by=OTHER_ORGANISER)).status == 403
    for _ in range(3):
        await front.ask("POST", f"/events/{event}/messages", TEXT, by=ORGANISER)
    used_up = (await front.ask("GET", path, by=ORGANISER)).json
    assert used_up["messages_left"] == 0
    assert used_up["next_at"] is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**TEXT, "subject": "two\nlines"},
        {**TEXT, "subject": ""},
        {**TEXT, "subject": "x" * 121},
        {**TEXT, "body": " "},
        {**TEXT, "body": "x" * 5001},
        {**TEXT, "body": "4242 4242 4242 4242"},
        {**TEXT, "ticket_type_ids": []},
        {**TEXT, "ticket_type_ids": [0]},
        {**TEXT, "to": "everybody"},
    ],
)
async def test_what_is_no_message_is_refused(front: Front, body: dict[str, Any]) -> None:
    event = await front.shop.event()
    assert (await front.ask("POST", f"/events/{event}/messages", body, by=ADMIN)).status == 422


@pytest.mark.parametrize(
    ("by", "status"),
    [(None, 401), (BRUNO, 404), (OPERATOR, 404), (OTHER_ORGANISER, 404)]
    + [(who, 202) for who in (ALICE, ORGANISER, ADMIN)],
)
async def test_tickets_are_sent_again_for_who_may_ask(
    front: Front, by: Person | None, status: int
) -> None:
    event = await front.shop.event(price_minor=0)
    code = (await front.buy(event)).json["order"]["code"]
    answer = await front.ask("POST", f"/orders/{code}/resend", by=by)
    assert answer.status == status
    sent = "SELECT count(*) FROM outbox WHERE subject = 'tickets.order.resend_requested'"
    assert await front.shop.one(sent) == (status == 202)


async def test_a_guest_asks_with_the_link(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    order = (await front.buy(event, by=None, guest=GUEST)).json["order"]
    path = f"/orders/{order['code']}/resend"
    access = f"access={order['access_token']}"
    answers = [await front.ask("POST", path, query=access) for _ in range(4)]
    assert [answer.status for answer in answers] == [202, 202, 202, 429]
    assert answers[0].json["order_code"] == order["code"]
    assert int(answers[3].headers["retry-after"]) > 3000
    assert (await front.ask("POST", path, query="access=wrong")).status == 404
    assert (await front.ask("POST", "/orders/XXXX/resend", by=ADMIN)).status == 404
