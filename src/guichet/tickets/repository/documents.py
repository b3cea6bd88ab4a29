"""Statements on receipts, invoices and credit notes, on asyncpg. Documents are only ever added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import msgspec

from guichet.tickets.invoice_content import CarriedOut, Content, Kind, Seller
from guichet.tickets.repository.rows import parts_of
from guichet.tickets.repository.stock import Connection

_content = msgspec.json.Decoder(Content)

# What waits for its document, as the partial indexes have it.
_SALE_DUE = "o.issued_at IS NOT NULL AND NOT o.is_documented AND o.total_minor > 0"
_REFUND_DUE = "r.completed_at IS NOT NULL AND NOT r.is_documented"


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is listed."""

    number: str
    kind: Kind
    issued_at: datetime
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to be stored; `refund_id` is None for that of a sale."""

    organiser_id: int
    year: int
    sequence: int
    order_id: int
    refund_id: int | None
    content: Content


@dataclass(frozen=True, slots=True)
class Series:
    """How far an organiser's numbers have come in the year of the last one."""

    year: int
    last: int


@dataclass(frozen=True, slots=True)
class Due:
    """Orders of one organiser that wait for a document, of the sale or of a refund."""

    organiser_id: int
    order_ids: tuple[int, ...]


async def due_documents(connection: Connection, limit: int) -> list[Due]:
    """Return orders that wait for documents, oldest first, by organiser."""
    rows = await connection.fetch(
        f"WITH due AS ((SELECT o.order_id, o.event_id FROM orders o WHERE {_SALE_DUE}"  # noqa: S608 - this module's own
        " ORDER BY o.order_id LIMIT $1) UNION (SELECT o.order_id, o.event_id"
        f" FROM refunds r JOIN orders o USING (order_id) WHERE {_REFUND_DUE} LIMIT $1))"
        " SELECT e.creator_id, array_agg(DISTINCT d.order_id ORDER BY d.order_id) AS order_ids"
        " FROM due d JOIN offers e USING (event_id) GROUP BY e.creator_id ORDER BY e.creator_id",
        limit,
    )
    return [Due(row["creator_id"], tuple(row["order_ids"])) for row in rows]


async def due_of_order(connection: Connection, order_id: int) -> list[Due]:
    """Return the order with its organiser where it waits for a document, nothing otherwise."""
    rows = await connection.fetch(
        "SELECT e.creator_id, o.order_id FROM orders o JOIN offers e USING (event_id)"  # noqa: S608 - this module's own
        f" WHERE o.order_id = $1 AND (({_SALE_DUE}) OR EXISTS (SELECT 1 FROM refunds r"
        f" WHERE r.order_id = o.order_id AND {_REFUND_DUE}))",
        order_id,
    )
    return [Due(row["creator_id"], (row["order_id"],)) for row in rows]


async def skip_undone(connection: Connection) -> None:
    """Note that refunds of orders that never got tickets need no credit note: nothing was sold."""
    await connection.execute(
        "UPDATE refunds r SET is_documented = true FROM orders o WHERE o.order_id = r.order_id"  # noqa: S608 - this module's own
        f" AND {_REFUND_DUE} AND o.step IS NULL AND o.issued_at IS NULL"
    )


async def lock_series(connection: Connection, organiser_id: int) -> Series:
    """Keep others from numbering documents of this organiser until the transaction ends."""
    await connection.execute(
        "INSERT INTO document_series (organiser_id, year, last) VALUES ($1, 0, 0)"
        " ON CONFLICT DO NOTHING",
        organiser_id,
    )
    row = await connection.fetchrow(
        "SELECT year, last FROM document_series WHERE organiser_id = $1 FOR UPDATE", organiser_id
    )
    return Series(row["year"], row["last"]) if row is not None else Series(0, 0)


async def save_series(connection: Connection, organiser_id: int, series: Series) -> None:
    """Store how far the numbers have come; the caller has the series locked."""
    await connection.execute(
        "UPDATE document_series SET year = $2, last = $3 WHERE organiser_id = $1",
        organiser_id,
        series.year,
        series.last,
    )


async def undocumented_sales(connection: Connection, order_ids: Sequence[int]) -> list[int]:
    """Lock those of the orders whose sale still waits for its document, and return them."""
    rows = await connection.fetch(
        f"SELECT o.order_id FROM orders o WHERE o.order_id = ANY($1::bigint[]) AND {_SALE_DUE}"  # noqa: S608 - this module's own
        " AND EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.order_id"
        " AND p.captured_minor > 0) ORDER BY o.order_id FOR NO KEY UPDATE",
        order_ids,
    )
    return [row["order_id"] for row in rows]


async def undocumented_refunds(
    connection: Connection, order_ids: Sequence[int]
) -> list[tuple[int, CarriedOut]]:
    """Return the carried out refunds of documented orders that wait for a credit note."""
    rows = await connection.fetch(
        "SELECT r.*, d.number, coalesce((SELECT jsonb_object_agg(t.ticket_type_id, t.quantity)"  # noqa: S608 - this module's own
        " FROM (SELECT ticket_type_id, count(*) AS quantity FROM tickets"
        " WHERE refund_id = r.refund_id GROUP BY 1) AS t), '{}') AS quantities"
        " FROM refunds r JOIN documents d ON d.order_id = r.order_id AND d.refund_id IS NULL"
        f" WHERE r.order_id = ANY($1::bigint[]) AND {_REFUND_DUE} ORDER BY r.refund_id",
        order_ids,
    )
    return [(row["order_id"], _carried_out(row)) for row in rows]


async def add_documents(connection: Connection, documents: Sequence[NewDocument]) -> None:
    """Store documents, and note that their causes have them."""
    await connection.executemany(
        "INSERT INTO documents (organiser_id, year, sequence, number, kind, order_id, refund_id,"
        " total_minor, currency, issued_at, content)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            (
                new.organiser_id,
                new.year,
                new.sequence,
                new.content.number,
                new.content.kind.value,
                new.order_id,
                new.refund_id,
                new.content.amounts.total_minor,
                new.content.currency,
                new.content.issued_at,
                msgspec.json.encode(new.content).decode(),
            )
            for new in documents
        ],
    )
    await _note_documented(connection, documents)


async def _note_documented(connection: Connection, documents: Iterable[NewDocument]) -> None:
    orders = [new.order_id for new in documents if new.refund_id is None]
    refunds = [new.refund_id for new in documents if new.refund_id is not None]
    await connection.execute(
        "UPDATE orders SET is_documented = true WHERE order_id = ANY($1::bigint[])", orders
    )
    await connection.execute(
        "UPDATE refunds SET is_documented = true WHERE refund_id = ANY($1::bigint[])", refunds
    )


async def documents_of(connection: Connection, order_id: int) -> list[Document]:
    """Return the documents of an order, oldest first: the sale's, then its credit notes."""
    rows = await connection.fetch(
        "SELECT number, kind, issued_at, total_minor, currency FROM documents"
        " WHERE order_id = $1 ORDER BY document_id",
        order_id,
    )
    return [
        Document(
            row["number"], Kind(row["kind"]), row["issued_at"], row["total_minor"], row["currency"]
        )
        for row in rows
    ]


async def read_content(connection: Connection, order_id: int, number: str) -> Content | None:
    """Return what one document of the order says, None where it has none of that number."""
    found: str | None = await connection.fetchval(
        "SELECT content FROM documents WHERE order_id = $1 AND number = $2", order_id, number
    )
    return None if found is None else _content.decode(found)


async def read_seller(connection: Connection, organiser_id: int) -> Seller | None:
    """Return an organiser's seller details, None where there are none."""
    row = await connection.fetchrow("SELECT * FROM sellers WHERE organiser_id = $1", organiser_id)
    if row is None:
        return None
    return Seller(**{name: row[name] for name in Seller.__struct_fields__})


async def save_seller(connection: Connection, organiser_id: int, seller: Seller) -> None:
    """Store an organiser's seller details; documents that are numbered keep what they say."""
    await connection.execute(
        "INSERT INTO sellers (organiser_id, legal_name, address, postal_code, city, country,"
        " registration_number, vat_number, invoice_prefix)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (organiser_id) DO UPDATE SET"
        " legal_name = excluded.legal_name, address = excluded.address,"
        " postal_code = excluded.postal_code, city = excluded.city, country = excluded.country,"
        " registration_number = excluded.registration_number, vat_number = excluded.vat_number,"
        " invoice_prefix = excluded.invoice_prefix, updated_at = now()",
        organiser_id,
        seller.legal_name,
        seller.address,
        seller.postal_code,
        seller.city,
        seller.country,
        seller.registration_number,
        seller.vat_number,
        seller.invoice_prefix,
    )


def _carried_out(row: asyncpg.Record) -> CarriedOut:
    quantities: dict[str, int] = msgspec.json.decode(row["quantities"])
    return CarriedOut(
        refund_id=row["refund_id"],
        amount_minor=row["amount_minor"],
        reason=row["reason"],
        completed_at=row["completed_at"],
        parts=parts_of(row["parts"]),
        quantities={int(number): quantity for number, quantity in quantities.items()},
        sale_number=row["number"],
    )
