"""Numbers without a gap, whoever draws them, and documents that nothing changes afterwards."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
import time_machine

from guichet.contracts.messages.events import FeeOffer
from guichet.tickets.domain import Order
from guichet.tickets.invoice_content import Kind, Seller
from guichet.tickets.invoicing import Invoicing
from guichet.tickets.problems import DocumentNotFound, PaymentDeclined
from guichet.tickets.repository import documents as document_rows
from tests.tickets.conftest import HOLDER, Shop, buyer, wanted

PARIS = ZoneInfo("Europe/Paris")
SELLER = Seller(
    legal_name="Les Concerts de démonstration",
    address="4 quai des Arts",
    postal_code="69001",
    city="Lyon",
    country="FR",
    registration_number="123 456 782",
    vat_number="FR32123456782",
    invoice_prefix="LCD",
)


async def sold(shop: Shop, orders: int = 1, quantity: int = 2, **event: Any) -> list[Order]:
    number = await shop.event(capacity=1000, **event)
    return [
        (await shop.selling.buy(wanted(number, quantity, by=buyer(i + 1)))).order
        for i in range(orders)
    ]


async def sequences(shop: Shop, organiser_id: int = 3) -> list[tuple[int, int]]:
    rows = await shop.rows(
        "SELECT year, sequence FROM documents WHERE organiser_id = $1 ORDER BY document_id",
        organiser_id,
    )
    return [(row["year"], row["sequence"]) for row in rows]


async def test_a_paid_order_has_one_receipt_however_often_it_is_asked_for(shop: Shop) -> None:
    (order,) = await sold(shop, fee=FeeOffer(fixed_minor=120))
    assert await shop.invoicing.number_due() == 1
    assert await shop.invoicing.number_due() == 0
    first = await shop.invoicing.receipt(order.order_id)
    assert await shop.invoicing.receipt(order.order_id) == first
    year = first.issued_at.astimezone(PARIS).year
    assert (first.kind, first.number) == (Kind.RECEIPT, f"G3-{year}-000001")
    assert first.amounts.total_minor == order.total_minor == 5240
    assert (first.buyer_name, first.lines[0].unit) == ("Compte 1", order.lines[0].unit)


async def test_who_reads_first_does_not_wait_for_the_worker(shop: Shop) -> None:
    first, second = await sold(shop, 2)
    (document,) = await shop.invoicing.documents_of(second.order_id)
    assert document.number.endswith("000001")
    assert await shop.invoicing.number_due() == 1
    assert (await shop.invoicing.receipt(first.order_id)).number.endswith("000002")


async def test_what_is_free_or_was_never_served_has_none(shop: Shop) -> None:
    (free,) = await sold(shop, price_minor=0)
    event = await shop.event()
    with pytest.raises(PaymentDeclined):
        await shop.selling.buy(
            wanted(event, by=buyer(2), payment_method="pm_card_visa_chargeDeclined")
        )
    assert await shop.invoicing.number_due() == 0
    assert await shop.invoicing.documents_of(free.order_id) == []
    with pytest.raises(DocumentNotFound):
        await shop.invoicing.receipt(free.order_id)


async def test_money_taken_and_given_back_without_tickets_leaves_no_document(shop: Shop) -> None:
    (order,) = await sold(shop)
    await shop.rows("UPDATE orders SET state = 'refunded', issued_at = NULL")
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    assert await shop.invoicing.number_due() == 0
    assert await shop.one("SELECT count(*) FROM refunds WHERE NOT is_documented") == 0


async def test_each_refund_gets_a_credit_note_behind_the_receipt(shop: Shop) -> None:
    (order,) = await sold(shop, fee=FeeOffer(fixed_minor=120))
    tickets = (await shop.selling.read(order.order_id)).tickets
    await shop.cancelling.cancel_ticket(tickets[0], HOLDER)
    receipt, note = await shop.invoicing.documents_of(order.order_id)
    assert (receipt.kind, note.kind) == (Kind.RECEIPT, Kind.CREDIT_NOTE)
    assert (receipt.total_minor, note.total_minor) == (5240, 2620)
    content = await shop.invoicing.content(order.order_id, note.number)
    assert (content.refers_to, content.reason) == (receipt.number, "holder")
    assert [(line.name, line.quantity) for line in content.lines] == [("Standard", 1)]
    assert (content.amounts.subtotal_minor, content.amounts.fees_minor) == (2500, 120)
    await shop.cancelling.cancel_ticket(tickets[1], HOLDER)
    assert await shop.invoicing.number_due() == 1
    assert [n for _, n in await sequences(shop)] == [1, 2, 3]


async def test_many_writers_leave_no_gap_and_no_duplicate(shop: Shop) -> None:
    orders = await sold(shop, 30, 1)
    others = [Invoicing(shop.database, "Guichet") for _ in range(6)]
    await asyncio.gather(
        *(other.number_due() for other in others),
        *(shop.invoicing.documents_of(order.order_id) for order in orders),
    )
    numbers = await sequences(shop)
    assert [number for _, number in numbers] == list(range(1, 31))
    assert await shop.one("SELECT count(DISTINCT order_id) FROM documents") == 30


async def test_what_fails_gives_its_numbers_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sold(shop, 3, 1)
    stored = document_rows.add_documents

    async def stored_then_lost(connection: Any, documents: Any) -> None:
        await stored(connection, documents)
        raise ConnectionResetError("the process dies before the commit")

    monkeypatch.setattr(document_rows, "add_documents", stored_then_lost)
    with pytest.raises(ConnectionResetError):
        await shop.invoicing.number_due()
    assert await sequences(shop) == []
    monkeypatch.undo()
    assert await shop.invoicing.number_due() == 3
    assert [number for _, number in await sequences(shop)] == [1, 2, 3]


async def test_each_organiser_and_each_year_has_a_series_of_its_own(shop: Shop) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)):
        await sold(shop)
        await shop.invoicing.number_due()
    with time_machine.travel(datetime(2026, 12, 31, 23, 1, tzinfo=UTC)):
        # It is 2027 in Paris already.
        await sold(shop, 2)
        await sold(shop, creator_id=5)
        await shop.invoicing.number_due()
    assert await sequences(shop) == [(2026, 1), (2027, 1), (2027, 2)]
    assert await sequences(shop, 5) == [(2027, 1)]
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC)):
        # A clock that went back must not number into a year that is over.
        await sold(shop)
        await shop.invoicing.number_due()
    assert (await sequences(shop))[-1] == (2027, 3)


async def test_seller_details_make_invoices_of_what_is_numbered_later(shop: Shop) -> None:
    assert await shop.invoicing.seller(3) is None
    before, after = await sold(shop, 2)
    old = await shop.invoicing.receipt(before.order_id)
    assert await shop.invoicing.set_seller(3, SELLER) == SELLER
    assert await shop.invoicing.seller(3) == SELLER
    new = await shop.invoicing.receipt(after.order_id)
    assert (new.kind, new.seller) == (Kind.INVOICE, SELLER)
    assert new.number == f"LCD-{new.issued_at.astimezone(PARIS).year}-000002"
    moved = msgspec.structs.replace(SELLER, city="Nantes", invoice_prefix=None)
    await shop.invoicing.set_seller(3, moved)
    assert await shop.invoicing.receipt(after.order_id) == new, "numbered is final"
    assert await shop.invoicing.receipt(before.order_id) == old


@pytest.mark.parametrize(
    "statement",
    ["UPDATE documents SET total_minor = 1", "DELETE FROM documents", "TRUNCATE documents"],
)
async def test_the_database_refuses_every_change(shop: Shop, statement: str) -> None:
    await sold(shop)
    await shop.invoicing.number_due()
    with pytest.raises(asyncpg.RaiseError, match="documents are final"):
        await shop.rows(statement)


async def test_a_document_belongs_to_its_order_alone(shop: Shop) -> None:
    first, second = await sold(shop, 2)
    number = (await shop.invoicing.receipt(first.order_id)).number
    with pytest.raises(DocumentNotFound):
        await shop.invoicing.content(second.order_id, number)
