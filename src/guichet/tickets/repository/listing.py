"""Pages of orders, tickets and payments, newest first, whatever is asked for of a million.

Rows come by index alone, in order: those of an organiser event by event, since no index holds
several events in the order of ids.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select, true

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
    account's events count. A source that is to be searched has `orders` among its `rows`.
    """

    rows: FromClause
    key: ColumnElement[int]
    event: ColumnElement[int]
    conditions: tuple[ColumnElement[bool], ...] = ()
    creator_id: int | None = None

    def newest_searched(self, limit: int) -> Select[Any]:
        """Return a statement for the newest ids, as `id`, each with what it is `searched` by.

        An offset, be it none, keeps the server from looking for the text before that.
        """
        searched = SEARCHED_BUYER.label("searched")
        if self.creator_id is None:
            return self.newest(limit, searched)
        ids = self.newest(limit).subquery()
        rows = self.rows.join(ids, ids.c.id == self.key)
        gathered: Select[Any] = select(*list[ColumnElement[Any]]((ids.c.id, searched))).select_from(
            rows
        )
        return gathered.offset(0)

    def newest(self, limit: int, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return a statement for the newest ids, as `id`; an organiser's come without columns."""
        wanted = self._first(self.key.desc(), limit, *columns)
        if self.creator_id is None:
            return wanted
        gathered = self._of_each_event(wanted, limit)
        return gathered.order_by(gathered.selected_columns.id.desc())

    def some(self, limit: int) -> Select[Any]:
        """Return a statement for as many ids, to be counted: the oldest, which hardly change."""
        wanted = self._first(self.key.asc(), limit)
        return wanted if self.creator_id is None else self._of_each_event(wanted, limit)

    def _first(
        self, order: ColumnElement[Any], limit: int, *columns: ColumnElement[Any]
    ) -> Select[Any]:
        return (
            select(self.key.label("id"), *columns)
            .select_from(self.rows)
            .where(*self.conditions)
            .order_by(order)
            .limit(limit)
        )

    def _of_each_event(self, wanted: Select[Any], limit: int) -> Select[Any]:
        each = wanted.where(self.event == offers.c.event_id).lateral("of_event")
        return (
            select(each.c.id)
            .select_from(offers.join(each, true()))
            .where(offers.c.creator_id == self.creator_id)
            .limit(limit)
        )

    def all(self) -> Select[Any]:
        """Return a statement for all ids, in no order."""
        wanted = select(self.key.label("id")).select_from(self.rows).where(*self.conditions)
        if self.creator_id is None:
            return wanted
        own = select(offers.c.event_id).where(offers.c.creator_id == self.creator_id)
        return wanted.where(self.event.in_(own))


async def ids_of_page(
    connection: Transaction, source: Source, asked: PageAsked
) -> tuple[list[int], Total]:
    """Return the ids on a page, newest first, and how many there are in all."""
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
