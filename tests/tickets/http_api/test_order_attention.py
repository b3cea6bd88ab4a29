"""An administrator notes over HTTP that what an order waited for is dealt with."""

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    Front,
    code_of,
)

NOTE = {"note": "Remboursé par virement"}


async def test_an_administrator_resolves_what_an_order_waited_for(front: Front) -> None:
    code = (await front.buy(await front.shop.event())).json["order"]["code"]
    path = f"/orders/{code}/attention/resolve"
    for by, status in [(None, 401), (ALICE, 403), (ORGANISER, 403), (OPERATOR, 403)]:
        assert (await front.ask("POST", path, NOTE, by=by)).status == status, by
    none = await front.ask("POST", path, NOTE, by=ADMIN)
    assert code_of(none) == (409, "nothing_to_resolve")
    await front.shop.rows("UPDATE orders SET needs_attention = true, attention_reason = 'disputed'")
    for body in ({}, {"note": ""}, {"note": "x" * 1001}):
        assert (await front.ask("POST", path, body, by=ADMIN)).status == 422
    done = await front.ask("POST", path, NOTE, by=ADMIN)
    assert done.json == {
        "order_code": code,
        "needs_attention": False,
        "resolved_reason": "disputed",
    }
    shown = await front.ask("GET", "/orders", by=ADMIN, query="needs_attention=true")
    assert shown.json["total"] == 0
    unknown = await front.ask("POST", "/orders/AAAA-AAAA/attention/resolve", NOTE, by=ADMIN)
    assert code_of(unknown) == (404, "order_not_found")
