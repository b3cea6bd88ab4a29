"""Everything that moves money, or decides over it, is in the audit log: the whole list, played."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from guichet.contracts.prices import Discount
from guichet.kernel.clock import now
from guichet.tickets import auditing
from guichet.tickets.giving_back import Right
from guichet.tickets.invoice_content import Seller
from guichet.tickets.order_attention import resolve_attention
from guichet.tickets.promo_codes import PromoCode
from guichet.tickets.repository.refund_keys import RefundKey
from tests.tickets.conftest import ADMINISTRATOR, Shop, snapshot_of, wanted
from tests.tickets.test_promoting import CREATOR
from tests.tickets.test_returned_refunds import BY_ADMIN, given_back, intent_of, key, returned

SELLER = Seller("Salle", "1 rue", "38000", "Grenoble", "FR", "RCS 1")


async def a_capture(shop: Shop) -> None:
    await shop.selling.buy(wanted(await shop.event(), 1))


async def a_refund(shop: Shop) -> None:
    await given_back(shop)


async def goodwill(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(), 1))).order
    await shop.goodwill.grant(order.order_id, 100, "x", ADMINISTRATOR, RefundKey("g", "a", "f"))


async def a_refund_outside(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(), 1))).order
    shop.provider.refund_outside("re_x", intent_of(order), 100)
    await shop.changes.look_at_refunds(intent_of(order))


async def a_whole_event(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    await shop.selling.buy(wanted(event, 1))
    right = Right("organiser", is_bound=False, account_id=3)
    await shop.event_refunds.start(event, 2500, right, "Salle fermée")


async def a_failure(shop: Shop) -> None:
    await returned(shop)


async def a_retry(shop: Shop) -> None:
    order = await returned(shop)
    await shop.returned_refunds.retry(order.order_id, 1, BY_ADMIN, key())


async def a_settlement(shop: Shop) -> None:
    order = await returned(shop)
    await shop.returned_refunds.settle(order.order_id, 1, BY_ADMIN, "virement")


async def a_dispute(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(), 1))).order
    shop.provider.books.dispute_with("du_1", intent_of(order), 500, "needs_response")
    for _ in range(2):
        await shop.changes.look_at_dispute("du_1")


async def attention(shop: Shop) -> None:
    await a_refund_outside(shop)
    await resolve_attention(shop.database, 1, "vu")


async def a_finding(shop: Shop) -> None:
    await shop.rows(
        "INSERT INTO reconciliation_findings (kind, reference, amount_minor, currency, state)"
        " VALUES ('unknown_charge', 'pi_x', 100, 'EUR', 'open') RETURNING 1"
    )
    finding_id = await shop.one("SELECT finding_id FROM reconciliation_findings")
    for _ in range(2):
        await shop.reconciliation.resolve(finding_id, 90, "rendu à la main")


async def a_seller(shop: Shop) -> None:
    for _ in range(2):
        await shop.invoicing.set_seller(3, SELLER)


def promo(event: int, **fields: Any) -> PromoCode:
    content: dict[str, Any] = {"max_uses": None, **fields}
    return PromoCode(
        0,
        event,
        "AMIS",
        Discount(amount_minor=100),
        None,
        None,
        content["max_uses"],
        None,
        False,
        now(),
    )


async def a_promo_code(shop: Shop) -> None:
    await shop.promoting.create(promo(await shop.event()), CREATOR)


async def a_limit(shop: Shop) -> None:
    event = await shop.event(capacity=10)
    await shop.catalogue.accept(snapshot_of(event, 20, 2500, version=2))


async def a_withdrawal(shop: Shop) -> None:
    event = await shop.event()
    await shop.catalogue.accept(snapshot_of(event, 10, 2500, version=2, ticket_types=[]))


PLAYED: dict[str, Callable[[Shop], Awaitable[None]]] = {
    "tickets.payment.captured": a_capture,
    "tickets.payment.disputed": a_dispute,
    "tickets.refund.requested": goodwill,
    "tickets.refund.completed": a_refund,
    "tickets.refund.failed": a_failure,
    "tickets.refund.retried": a_retry,
    "tickets.refund.settled": a_settlement,
    "tickets.event.refunds_started": a_whole_event,
    "tickets.order.attention_resolved": attention,
    "tickets.finding.resolved": a_finding,
    "tickets.seller.changed": a_seller,
    "tickets.promo_code.created": a_promo_code,
    "tickets.stock.limited": a_limit,
    "tickets.stock.withdrawn": a_withdrawal,
}
"""One story for each action; those of changing and deleting a code are in `test_promoting.py`."""
TWICE = {"tickets.stock.limited"}
"""The event's first limit is an entry too."""


@pytest.mark.parametrize("action", PLAYED)
async def test_it_is_logged_once(shop: Shop, action: str) -> None:
    await PLAYED[action](shop)
    rows = await shop.rows("SELECT * FROM audit_entries WHERE action = $1", action)
    assert len(rows) == (2 if action in TWICE else 1)


async def test_a_refund_outside_is_asked_for_and_made_by_nobody_of_ours(shop: Shop) -> None:
    await a_refund_outside(shop)
    rows = await shop.rows(
        "SELECT * FROM audit_entries WHERE action LIKE 'tickets.refund.%' ORDER BY entry_id"
    )
    assert [(row["action"], row["reason"]) for row in rows] == [
        ("tickets.refund.requested", "outside"),
        ("tickets.refund.completed", ""),
    ]


async def test_a_sellers_address_is_no_business_of_the_log(shop: Shop) -> None:
    await a_seller(shop)
    [row] = await shop.rows("SELECT * FROM audit_entries WHERE action = 'tickets.seller.changed'")
    assert "Grenoble" not in row["after"]
    assert "RCS 1" in row["after"]


def test_the_list_has_every_action_of_the_service() -> None:
    """A new action in the source needs its story here, or a word on where it has one."""
    source = Path(auditing.__file__).parent
    named = {
        found
        for path in source.glob("*.py")
        for found in re.findall(r'"(tickets\.(?:[a-z_]+)\.(?:[a-z_]+))"', path.read_text())
    }
    elsewhere = {"tickets.stock.found"}
    assert named - elsewhere <= PLAYED.keys()
