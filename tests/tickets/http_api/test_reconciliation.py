"""Reconciliation is for administrators; what it found is said in their language."""

import pytest

from tests.tickets.http_api.conftest import ADMIN, ALICE, ORGANISER, Front, code_of
from tests.tickets.test_reconciliation import older

pytestmark = pytest.mark.usefixtures("at_noon")
"""What is compared is whole days."""


async def test_an_administrator_sees_and_resolves(front: Front) -> None:
    await front.buy(await front.shop.event())
    books = front.shop.provider.books
    books.charge("pi_strange", None, 900)
    books.dispute_with("du_1", "pi_other", 900, "needs_response")
    await front.shop.changes.look_at_dispute("du_1")
    await front.shop.reconciliation.compare()
    await older(front.shop)
    await front.shop.reconciliation.compare()
    seen = await front.ask("GET", "/reconciliation", by=ADMIN)
    assert seen.status == 200, seen.body
    assert len(seen.json["runs"]) == 2
    [finding] = seen.json["findings"]
    assert finding["kind"] == "unknown_charge"
    assert "9.00 EUR" in finding["message"]
    assert seen.json["days"][0]["difference"] == "9.00"
    assert seen.json["disputes"][0]["amount"] == "9.00"
    assert (seen.json["webhooks_waiting"], seen.json["webhooks_stuck"]) == (0, [])
    path = f"/reconciliation/findings/{finding['id']}/resolve"
    assert (await front.ask("POST", path, {"note": ""}, by=ADMIN)).status == 422
    done = await front.ask("POST", path, {"note": "Given back."}, by=ADMIN)
    assert (done.json["state"], done.json["note"]) == ("resolved", "Given back.")
    assert done.json["resolved_by"] == ADMIN.account_id
    again = await front.ask("POST", path, {"note": "Again."}, by=ADMIN)
    assert code_of(again) == (404, "finding_not_found")


async def test_nobody_else_does(front: Front) -> None:
    for who, status in ((ALICE, 403), (ORGANISER, 403), (None, 401)):
        assert (await front.ask("GET", "/reconciliation", by=who)).status == status
        path = "/reconciliation/findings/1/resolve"
        assert (await front.ask("POST", path, {"note": "x"}, by=who)).status == status
