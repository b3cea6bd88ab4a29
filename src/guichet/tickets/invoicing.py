"""Numbering receipts, invoices and credit notes: one series an organiser and year, without a gap.

An order that was paid for and got its tickets has one document, each refund carried out for it a
credit note. A worker numbers what waits, and whoever reads an order's documents does not wait for
it. A number is drawn, and its document stored, under the lock of the organiser's series and in one
commit: what fails gives the number back, and of two that number the same order one finds it done.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from guichet.contracts.times import TIME_ZONE_DEFAULT
from guichet.kernel.audit import record_hot
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets import auditing
from guichet.tickets.domain import Offer, Order
from guichet.tickets.invoice_content import (
    Content,
    Issue,
    Kind,
    Seller,
    credit_content,
    number_of,
    sale_content,
)
from guichet.tickets.problems import DocumentNotFound
from guichet.tickets.repository import documents as document_rows
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository.documents import Document, Due, NewDocument, Series
from guichet.tickets.repository.stock import Connection

DOCUMENTS_AT_ONCE = 100

log = logger(__name__)


class Invoicing:
    """Numbers documents and reads them; any number of replicas may."""

    def __init__(self, database: Database, platform: str) -> None:
        self._database = database
        self._platform = platform

    async def number_due(self) -> int:
        """Number every document that waits; returns how many there were."""
        numbered = 0
        async with self._database.hot.acquire() as connection:
            await document_rows.skip_undone(connection)
        while True:
            async with self._database.hot.acquire() as connection:
                due = await document_rows.due_documents(connection, DOCUMENTS_AT_ONCE)
            done = sum([await self._number(item) for item in due])
            numbered += done
            if not done:
                return numbered

    async def documents_of(self, order_id: int) -> list[Document]:
        """Return an order's documents, oldest first, numbering first what waits."""
        async with self._database.hot.acquire() as connection:
            due = await document_rows.due_of_order(connection, order_id)
        for item in due:
            await self._number(item)
        async with self._database.hot.acquire() as connection:
            return await document_rows.documents_of(connection, order_id)

    async def content(self, order_id: int, number: str) -> Content:
        """Return what a document of the order says; raises `DocumentNotFound`."""
        async with self._database.hot.acquire() as connection:
            found = await document_rows.read_content(connection, order_id, number)
        if found is None:
            raise DocumentNotFound
        return found

    async def receipt(self, order_id: int) -> Content:
        """Return the receipt or invoice of an order; raises `DocumentNotFound` where none is due.

        What is free, not paid yet, or paid back before there were tickets has none.
        """
        for document in await self.documents_of(order_id):
            if document.kind is not Kind.CREDIT_NOTE:
                return await self.content(order_id, document.number)
        raise DocumentNotFound

    async def seller(self, organiser_id: int) -> Seller | None:
        """Return an organiser's seller details, None where there are none yet."""
        async with self._database.hot.acquire() as connection:
            return await document_rows.read_seller(connection, organiser_id)

    async def set_seller(self, organiser_id: int, seller: Seller) -> Seller:
        """Store an organiser's seller details, for the documents to come."""
        async with self._database.hot.acquire() as connection, connection.transaction():
            before = await document_rows.read_seller(connection, organiser_id)
            await document_rows.save_seller(connection, organiser_id, seller)
            changed = auditing.seller_changed(organiser_id, before, seller)
            if changed is not None:
                await record_hot(connection, [changed])
        log.info("seller details stored", organiser=organiser_id)
        return seller

    async def _number(self, due: Due) -> int:
        async with self._database.hot.acquire() as connection, connection.transaction():
            series = await document_rows.lock_series(connection, due.organiser_id)
            numbering = _Numbering(
                connection,
                due.organiser_id,
                series,
                await document_rows.read_seller(connection, due.organiser_id),
                self._platform,
            )
            await numbering.number_sales(due.order_ids)
            await numbering.number_refunds(due.order_ids)
            await document_rows.save_series(connection, due.organiser_id, numbering.series)
        return numbering.numbered


class _Numbering:
    """One transaction's numbers of one organiser, whose series it has locked."""

    def __init__(
        self,
        connection: Connection,
        organiser_id: int,
        series: Series,
        seller: Seller | None,
        platform: str,
    ) -> None:
        self.series = series
        self.numbered = 0
        self._connection = connection
        self._organiser_id = organiser_id
        self._seller = seller
        self._platform = platform
        self._offers: dict[int, Offer] = {}
        # Read behind the lock, so that a later number never has an earlier date.
        self._at = now()
        year = max(series.year, self._at.astimezone(ZoneInfo(TIME_ZONE_DEFAULT)).year)
        if year != series.year:
            self.series = Series(year, 0)

    async def number_sales(self, order_ids: tuple[int, ...]) -> None:
        """Number the receipts or invoices of those orders that have none."""
        waiting = await document_rows.undocumented_sales(self._connection, order_ids)
        sold = await self._sold(waiting)
        new: list[NewDocument] = []
        for order_id in waiting:
            order, offer = sold[order_id]
            new.append(self._new(order_id, None, sale_content(order, offer, self._issue())))
        await self._store(new)

    async def number_refunds(self, order_ids: tuple[int, ...]) -> None:
        """Number the credit notes of those orders' refunds that have none."""
        waiting = await document_rows.undocumented_refunds(self._connection, order_ids)
        sold = await self._sold([order_id for order_id, _ in waiting])
        new: list[NewDocument] = []
        for order_id, refund in waiting:
            order, offer = sold[order_id]
            content = credit_content(order, offer, refund, self._issue())
            new.append(self._new(order_id, refund.refund_id, content))
        await self._store(new)

    def _issue(self) -> Issue:
        self.series = Series(self.series.year, self.series.last + 1)
        prefix = self._seller.invoice_prefix if self._seller else None
        number = number_of(self._organiser_id, prefix, self.series.year, self.series.last)
        return Issue(number, self._at, self._seller, self._platform)

    def _new(self, order_id: int, refund_id: int | None, content: Content) -> NewDocument:
        return NewDocument(
            organiser_id=self._organiser_id,
            year=self.series.year,
            sequence=self.series.last,
            order_id=order_id,
            refund_id=refund_id,
            content=content,
        )

    async def _store(self, new: list[NewDocument]) -> None:
        if new:
            await document_rows.add_documents(self._connection, new)
            self.numbered += len(new)

    async def _sold(self, order_ids: Sequence[int]) -> dict[int, tuple[Order, Offer]]:
        orders = await order_rows.read_orders(self._connection, order_ids)
        for event_id in {order.event_id for order in orders.values()} - set(self._offers):
            offer = await offer_rows.read_offer(self._connection, event_id)
            if offer is None:
                raise LookupError(f"event {event_id} has gone")
            self._offers[event_id] = offer
        return {
            order_id: (order, self._offers[order.event_id]) for order_id, order in orders.items()
        }
