"""Pages of orders, tickets and payments, newest first, whatever is asked for of a million.

Rows come by index alone, in order: those of an organiser event by event, since no index holds
several events in the order of ids.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, FromClause, Select, func, select, true

from guichet.kernel import paging, searching
from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.searching import has_text
from guichet.tickets.repository.stock import Connection
from guichet.tickets.tables import offers, orders
from guichet.tickets.tables_lists import searched_buyer

SEARCHED_BUYER = searched_buyer(orders)


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a list before it is cut into pages.

    `key` orders them, `event` is their event's column; with `creator_id` only those of that
    account's events count. A source that is to be searched has `orders` among its `rows`. One that
    `is_rare` is so narrow that an index of its own holds it, of all events in the order of ids.
    """

    rows: FromClause
    key: ColumnElement[int]
    event: ColumnElement[int]
    conditions: tuple[ColumnElement[bool], ...] = ()
    creator_id: int | None = None
    is_rare: bool = False

    def newest_searched(self, limit: int) -> Select[Any]:
        """Return a statement for the newest ids, as `id`, each with what it is `searched` by.

        An offset, be it none, keeps the server from looking for the text before that.
        """
        searched = SEARCHED_BUYER.label("searched")
        if not self._is_by_event:
            return self.newest(limit, searched)
        # As an array they are looked up leaf by leaf of the index, not one by one from its root.
        ids = func.array(self.newest(limit).scalar_subquery(), type_=ARRAY(BigInteger))
        wanted = self._columns(searched).where(self.key == func.any(ids))
        return wanted.order_by(self.key.desc()).offset(0)

    @property
    def _is_by_event(self) -> bool:
        return self.creator_id is not None and not self.is_rare

    def newest(self, limit: int, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return a statement for the newest ids, as `id`; an organiser's come without columns."""
        if self._is_by_event:
            gathered = self._of_each_event(self.key.desc(), limit)
            return gathered.order_by(gathered.selected_columns.id.desc())
        return self.all(*columns).order_by(self.key.desc()).limit(limit)

    def some(self, limit: int) -> Select[Any]:
        """Return a statement for as many ids, to be counted: the oldest, which hardly change."""
        if self._is_by_event:
            return self._of_each_event(self.key.asc(), limit)
        return self.all().order_by(self.key).limit(limit)

    def all(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return a statement for all ids, as `id`, in no order."""
        wanted = self._columns(*columns)
        if self.creator_id is None:
            return wanted
        own = select(offers.c.event_id).where(offers.c.creator_id == self.creator_id)
        return wanted.where(self.event.in_(own))

    def _of_each_event(self, order: ColumnElement[Any], limit: int) -> Select[Any]:
        wanted = self._columns().where(self.event == offers.c.event_id)
        each = wanted.order_by(order).limit(limit).lateral("of_event")
        return (
            select(each.c.id)
            .select_from(offers.join(each, true()))
            .where(offers.c.creator_id == self.creator_id)
            .limit(limit)
        )

    def _columns(self, *columns: ColumnElement[Any]) -> Select[Any]:
        wanted: list[ColumnElement[Any]] = [self.key.label("id"), *columns]
        return select(*wanted).select_from(self.rows).where(*self.conditions)


async def ids_of_page(
    connection: Transaction, source: Source, asked: PageAsked
) -> tuple[list[int], Total]:
    """Return the ids on a page, newest first, and how many there are in all."""
    if source.is_rare:
        # To be read once, since many of other events may stand between those that are wanted.
        found = source.newest(asked.rows_max + 1).cte("found").prefix_with("MATERIALIZED")
        ids = select(found.c.id)
        return await paging.ids_of_page(connection, ids.order_by(found.c.id.desc()), ids, asked)
    newest, some = source.newest(asked.offset + asked.limit), source.some(asked.rows_max + 1)
    return await paging.ids_of_page(connection, newest, some, asked)


async def ids_with_text(
    connection: Transaction,
    source: Source,
    asked: PageAsked,
    text: str,
    named: ColumnElement[bool] | None = None,
) -> tuple[list[int], Total]:
    """Return the ids on a page of those whose buyer's name or address has the text.

    Those that the text names in another way, as a code does, fulfil `named` and count too. Where
    buyers have the text as their whole address, theirs are all.
    """
    newest = source.newest_searched(searching.SEARCHED_FIRST).subquery()
    found, is_whole = await searching.ids_with_text(
        connection,
        text,
        select(newest.c.id).where(has_text(newest.c.searched, text)),
        _newest_of(source.all().where(has_text(SEARCHED_BUYER, text))),
        _addressed(source, searching.whole_address(text)),
    )
    if named is not None:
        found += (await connection.scalars(source.all().where(named))).all()
    ids = sorted(set(found), reverse=True)
    return ids[asked.offset : asked.offset + asked.per_page], Total(len(ids), is_whole)


def _addressed(source: Source, address: str | None) -> Select[Any] | None:
    if address is None:
        return None
    return _newest_of(source.all().where(func.lower(orders.c.buyer_email) == address))


def _newest_of(matching: Select[Any]) -> Select[Any]:
    """Return a statement for these ids, newest first.

    What matches is one of its own: ordered and cut in the same one, the server might follow the
    order and read every row.
    """
    found = matching.cte("found").prefix_with("MATERIALIZED")
    return select(found.c.id).order_by(found.c.id.desc())


async def take_in_searched(connection: Connection) -> None:
    """Move the latest orders from the list of the search's index into the index itself."""
    await connection.execute("SELECT take_in_searched_orders()")
