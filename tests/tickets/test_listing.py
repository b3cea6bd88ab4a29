# ruff: noqa: S608 - every statement here is put together from constants of this file
"""Lists are right below their bounds, say so beyond them, and are read by index alone."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from guichet.kernel import searching
from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import OrderState
from guichet.tickets.repository import attendees, overview, reading
from guichet.tickets.repository.attendees import AttendeesWanted
from guichet.tickets.repository.listing import SEARCHED_BUYER, Source, ids_of_page
from guichet.tickets.repository.order_list import OrdersWanted, orders_page
from guichet.tickets.tables import orders
from tests.tickets.conftest import Shop

EVENTS = 4
ORDERS = 120
FIRST_EVENT = 700_001
FIRST = PageAsked(1, 1_000)
_FILLED = (
    "INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, time_zone,"
    f" location, currency, per_order_max) SELECT {FIRST_EVENT} + n, 1, 'Concert', 'published',"
    f" 50 + n % 2, now(), 'UTC', 'Paris', 'EUR', 9 FROM generate_series(0, {EVENTS - 1}) AS n",
    "INSERT INTO stock (ticket_type_id, event_id, name, price_minor, capacity)"
    f" SELECT event_id, event_id, 'Place', 500, 1000 FROM offers WHERE event_id >= {FIRST_EVENT}",
    "INSERT INTO orders (event_id, buyer, buyer_name, buyer_email, language, lines, total_minor,"
    f" currency, state) SELECT {FIRST_EVENT} + n % {EVENTS}, 'guest:' || n,"
    " (ARRAY['Camille', 'Zoé', 'Ange'])[1 + n % 3] || ' ' || n, 'buyer' || n || '@example.com',"
    " 'fr', '[]', 500, 'EUR', (ARRAY['issued', 'issued', 'failed', 'cancelled'])[1 + n / 4 % 4]"
    f" FROM generate_series(1, {ORDERS}) AS n",
    "INSERT INTO payments (order_id, amount_minor, currency, status, method, return_url, intent_id)"
    " SELECT order_id, 500, 'EUR', CASE state WHEN 'failed' THEN 'failed' ELSE 'completed' END,"
    f" 'card', '/', 'pi_' || buyer FROM orders WHERE event_id >= {FIRST_EVENT}",
    "INSERT INTO tickets (secret, order_id, event_id, ticket_type_id, price_minor, status,"
    " cancelled_at, used_at) SELECT '', order_id, event_id, event_id, 500,"
    " CASE WHEN state = 'cancelled' THEN 'cancelled' WHEN order_id % 2 = 0 THEN 'used'"
    " ELSE 'confirmed' END, CASE WHEN state = 'cancelled' THEN now() END, now()"
    f" FROM orders WHERE event_id >= {FIRST_EVENT} AND state <> 'failed'",
    "INSERT INTO admissions (ticket_id, event_id, admitted_by) SELECT ticket_id, event_id, 1"
    " FROM tickets WHERE status = 'used'",
)


@pytest.fixture
async def filled(shop: Shop) -> Shop:
    """A shop with some hundred orders, for four events of two organisers."""
    async with shop.database.transaction() as transaction:
        # It would take what waits into the index when it likes.
        await transaction.execute(text("ALTER TABLE orders SET (autovacuum_enabled = off)"))
        for statement in _FILLED:
            await transaction.execute(text(statement))
    return shop


async def _all(shop: Shop, sql: str) -> list[Any]:
    async with shop.database.reading() as connection:
        return list((await connection.execute(text(sql))).scalars())


_OF_50 = "event_id IN (SELECT event_id FROM offers WHERE creator_id = 50)"


_FOURTH = "buyer_email = 'buyer4@example.com'"
_ORDERS = (
    (OrdersWanted(), "true"),
    (OrdersWanted(event_id=FIRST_EVENT), f"event_id = {FIRST_EVENT}"),
    (OrdersWanted(creator_id=50), _OF_50),
    (OrdersWanted(creator_id=99), "false"),
    (OrdersWanted(creator_id=50, state=OrderState.FAILED), f"{_OF_50} AND state = 'failed'"),
    (OrdersWanted(state=OrderState.ISSUED), "state = 'issued'"),
    (OrdersWanted(creator_id=50, state=OrderState.ISSUED), f"{_OF_50} AND state = 'issued'"),
    (
        OrdersWanted(creator_id=50, state=OrderState.FAILED, text="camille"),
        f"{_OF_50} AND state = 'failed' AND buyer_name LIKE 'Camille%'",
    ),
    (
        OrdersWanted(event_id=FIRST_EVENT, state=OrderState.FAILED),
        f"event_id = {FIRST_EVENT} AND state = 'failed'",
    ),
    (OrdersWanted(creator_id=50, needs_attention=True), "false"),
    (OrdersWanted(text="camille"), "buyer_name LIKE 'Camille%'"),
    (OrdersWanted(text="ZO", creator_id=50), f"buyer_name LIKE 'Zoé%' AND {_OF_50}"),
    (OrdersWanted(text="buyer11"), "buyer_email LIKE 'buyer11%'"),
    (OrdersWanted(text="nobody"), "false"),
    (OrdersWanted(text="Buyer11@example.com"), "buyer_email = 'buyer11@example.com'"),
    (OrdersWanted(text="r11@example.com"), "buyer_email = 'buyer11@example.com'"),
    (OrdersWanted(text="1@example.com"), "buyer_email LIKE '%1@example.com'"),
    (OrdersWanted(text="buyer4@example.com", creator_id=50), f"{_FOURTH} AND {_OF_50}"),
    (OrdersWanted(text="buyer4@example.com", creator_id=51), "false"),
)


async def test_orders_are_those_that_are_wanted(
    filled: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FOUND_ENOUGH", 1_000)
    for (wanted, where), searched_first in itertools.product(_ORDERS, (3, 5_000)):
        monkeypatch.setattr(searching, "SEARCHED_FIRST", searched_first)
        await _are_orders(filled, wanted, where)


async def _are_orders(filled: Shop, wanted: OrdersWanted, where: str) -> None:
    expected = await _all(filled, f"SELECT order_id FROM orders WHERE {where} ORDER BY 1 DESC")
    async with filled.database.listing() as connection:
        found, total = await orders_page(connection, wanted, FIRST)
        assert [order.order_id for order in found] == expected, wanted
        assert total == Total(len(expected)), wanted
        second, _ = await orders_page(connection, wanted, PageAsked(2, 3))
        assert [order.order_id for order in second] == expected[3:6]


async def test_beyond_its_bound_a_list_says_so_and_ends(filled: Shop) -> None:
    newest = await _all(filled, "SELECT order_id FROM orders ORDER BY 1 DESC LIMIT 10")
    async with filled.database.listing() as connection:
        for wanted in (
            OrdersWanted(),
            OrdersWanted(creator_id=50),
            OrdersWanted(creator_id=50, state=OrderState.CANCELLED),
        ):
            found, total = await orders_page(connection, wanted, PageAsked(3, 4, rows_max=10))
            assert total == Total(10, is_exact=False)
            assert len(found) == 2, "the last page ends where the counting does"
            beyond, _ = await orders_page(connection, wanted, PageAsked(4, 4, rows_max=10))
            assert beyond == []
        found, total = await orders_page(connection, OrdersWanted(), PageAsked(1, 4, rows_max=10))
        assert [order.order_id for order in found] == newest[:4]


async def test_a_text_that_many_have_is_found_in_the_newest(
    filled: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCHED_FIRST", 9)
    monkeypatch.setattr(searching, "FOUND_ENOUGH", 3)
    newest = await _all(filled, "SELECT order_id FROM orders ORDER BY 1 DESC LIMIT 9")
    async with filled.database.listing() as connection:
        found, total = await orders_page(connection, OrdersWanted(text="example.com"), FIRST)
    assert [order.order_id for order in found] == newest
    assert total == Total(9, is_exact=False)


Listed = Callable[[Transaction], Awaitable[tuple[Sequence[Any], Total]]]


def _tickets(**wanted: Any) -> Listed:
    everything: dict[str, Any] = dict.fromkeys(("creator_id", "event_id", "status", "text"))
    return lambda connection: reading.all_tickets(connection, FIRST, **{**everything, **wanted})


def _attendees(**wanted: Any) -> Listed:
    return lambda connection: attendees.page(
        connection, AttendeesWanted(FIRST_EVENT, **wanted), FIRST
    )


def _payments(status: str | None, words: str | None) -> Listed:
    return lambda connection: overview.payments_page(connection, FIRST, status=status, words=words)


_OF_EVENT = f"tickets JOIN orders USING (order_id) WHERE tickets.event_id = {FIRST_EVENT}"


_OTHERS = (
    (_tickets(), "tickets"),
    (_tickets(status="used"), "tickets WHERE status = 'used'"),
    (_tickets(status="cancelled"), "tickets WHERE status = 'cancelled'"),
    (_tickets(status="confirmed"), "tickets WHERE status = 'confirmed'"),
    (
        _tickets(creator_id=50, status="cancelled"),
        f"tickets WHERE status = 'cancelled' AND {_OF_50}",
    ),
    (_tickets(creator_id=50, status="used"), f"tickets WHERE status = 'used' AND {_OF_50}"),
    (
        _tickets(text="camille", status="used"),
        "tickets JOIN orders USING (order_id) WHERE status = 'used' AND buyer_name LIKE 'Camille%'",
    ),
    (
        _tickets(text="buyer16@example.com"),
        "tickets JOIN orders USING (order_id) WHERE buyer_email = 'buyer16@example.com'",
    ),
    (_attendees(), _OF_EVENT),
    (
        _attendees(text="buyer16@example.com"),
        f"{_OF_EVENT} AND buyer_email = 'buyer16@example.com'",
    ),
    (
        _payments(None, "buyer16@example.com"),
        "payments JOIN orders USING (order_id) WHERE buyer_email = 'buyer16@example.com'",
    ),
    (_attendees(status="used"), f"{_OF_EVENT} AND status = 'used'"),
    (_attendees(status="used", ticket_type_id=1), f"{_OF_EVENT} AND false"),
    (_attendees(text="camille"), f"{_OF_EVENT} AND buyer_name LIKE 'Camille%'"),
    (
        _attendees(text="camille", ticket_type_id=FIRST_EVENT),
        f"{_OF_EVENT} AND buyer_name LIKE 'Camille%'",
    ),
    (_payments(None, None), "payments"),
    (_payments("failed", None), "payments WHERE status = 'failed'"),
    (_payments(None, "pi_guest:7"), "payments WHERE intent_id = 'pi_guest:7'"),
    (
        _payments("failed", "camille"),
        "payments JOIN orders USING (order_id) WHERE status = 'failed'"
        " AND buyer_name LIKE 'Camille%'",
    ),
)


async def test_tickets_and_payments_are_those_that_are_wanted(filled: Shop) -> None:
    for listed, rows in _OTHERS:
        (number,) = await _all(filled, f"SELECT count(*) FROM {rows}")
        async with filled.database.listing() as connection:
            found, total = await listed(connection)
        assert (len(found), total) == (number, Total(number)), rows


async def test_codes_and_numbers_find_what_they_name(filled: Shop) -> None:
    order_id, ticket_id = await _all(
        filled,
        "SELECT unnest(ARRAY[order_id, ticket_id]) FROM (SELECT * FROM tickets"
        f" WHERE event_id = {FIRST_EVENT} ORDER BY ticket_id LIMIT 1) AS t",
    )
    async with filled.database.listing() as connection:
        found, _ = await orders_page(connection, OrdersWanted(text=order_code(order_id)), FIRST)
        assert [order.order_id for order in found] == [order_id]
        for text_ in (order_code(order_id), ticket_number(ticket_id)):
            records, _ = await _tickets(text=text_)(connection)
            assert [record.ticket.ticket_id for record in records] == [ticket_id]
            held, _ = await _attendees(text=text_)(connection)
            assert [each.ticket_id for each in held] == [ticket_id]
        payments, _ = await _payments(None, order_code(order_id))(connection)
        assert [row["order_id"] for row in payments] == [order_id]


_SEARCHES = (
    "SELECT 1 FROM orders o WHERE {searched} LIKE '%camille%'",
    "SELECT 1 FROM orders o WHERE {searched} LIKE '% zo%'",
)
_IN_ORDER = {
    "orders_event": "(event_id, order_id DESC)",
    "orders_state": "(state, order_id DESC)",
    "payments_status": "(status, order_id DESC)",
    "tickets_cancelled": "(ticket_id DESC)",
    "admissions_event": "(event_id, ticket_id DESC)",
}
"""What a list is narrowed down by, then its order: of a few rows the server would read all."""


async def test_the_index_of_texts_serves_searches(filled: Shop) -> None:
    searched = "lower(' ' || buyer_name || ' ' || buyer_email)"
    async with filled.database.transaction() as transaction:
        await transaction.execute(text("SET LOCAL enable_seqscan = off"))
        for sql in _SEARCHES:
            plan = await transaction.execute(text(f"EXPLAIN {sql.format(searched=searched)}"))
            assert "orders_search" in "\n".join(plan.scalars())


@pytest.mark.parametrize("index", _IN_ORDER)
async def test_each_list_has_an_index_in_its_order(filled: Shop, index: str) -> None:
    definition = await filled.one("SELECT indexdef FROM pg_indexes WHERE indexname = $1", index)
    assert _IN_ORDER[index] in definition


@pytest.mark.parametrize("is_rare", [False, True])
async def test_an_organisers_list_comes_newest_first(filled: Shop, is_rare: bool) -> None:
    source = Source(orders, orders.c.order_id, orders.c.event_id, (), 50, is_rare=is_rare)
    async with filled.database.transaction() as transaction:
        ids, _ = await ids_of_page(transaction, source, PageAsked(1, 20))
    assert len(ids) > 1
    assert ids == sorted(ids, reverse=True)


async def test_what_waits_is_taken_into_the_index(filled: Shop) -> None:
    async with filled.database.transaction() as transaction:
        taken = await transaction.scalar(text("SELECT take_in_searched_orders()"))
        assert taken is not None
        assert taken > 0
        assert await transaction.scalar(text("SELECT take_in_searched_orders()")) == 0
    assert str(SEARCHED_BUYER.compile()).startswith("lower(")
