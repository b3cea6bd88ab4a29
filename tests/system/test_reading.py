"""What a crowd reads is shared, by the gateway too, and never old."""

import asyncio

from tests.system.running import System, eventually, in_days


async def test_a_shared_page_shows_a_sale_before_long(system: System) -> None:
    event = await system.event(max_tickets=20, price=0.0)
    path = f"/events/{event['id']}"
    before = await system.call("GET", path)
    assert before.body["available_tickets"] == 20
    assert (await system.bought(await system.register(), event, 3)).status == 201

    async def is_shown() -> bool:
        return (await system.call("GET", path)).body["available_tickets"] == 17

    # A copy lives for a second at most, as its service says: tests/kernel/test_shared_answers.py.
    await eventually(is_shown, 30)


async def test_a_crowd_gets_one_answer_and_its_maker_another(system: System) -> None:
    creator = await system.demo("event_creator")
    body = {"title": "Brouillon", "date": in_days(200), "location": "Lyon"}
    draft = await system.expect(201, "POST", "/events", body, who=creator)
    path = f"/events/{draft['id']}"
    crowd = await asyncio.gather(*(system.call("GET", path) for _ in range(20)))
    assert {answer.status for answer in crowd} == {404}
    assert (await system.call("GET", path, who=creator)).body["title"] == "Brouillon"
    assert (await system.call("GET", path)).status == 404
    event = await system.event()
    shared = f"/events/{event['id']}"
    answers = await asyncio.gather(*(system.call("GET", shared) for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert all("x-accel-expires" not in answer.headers for answer in answers)
    tag = answers[0].headers["etag"]
    again = await system.call("GET", shared, headers={"If-None-Match": tag})
    assert (again.status, again.content) in {(304, b""), (200, again.content)}
    mine = await system.call("GET", shared, who=creator)
    assert mine.headers["cache-control"] == "private, no-cache"
