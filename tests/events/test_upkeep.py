"""Stock that is told together ends as if it had been told piece by piece."""

import pytest
from sqlalchemy import select

from guichet.contracts.messages.tickets import EventStock, StockChanged, StockLevel
from guichet.events.tables import stock_levels
from guichet.events.use_cases import upkeep
from guichet.kernel.inbox import Told
from tests.events.conftest import RunningEvents

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_of_stock_told_together_the_newest_of_each_ticket_type_counts(
    running: RunningEvents,
) -> None:
    kinds = [(await running.create())["ticket_types"][0]["id"] for _ in range(2)]
    alone: list[Told[StockChanged]] = []
    together: list[Told[StockChanged]] = []
    for number, (kind, version, sold) in enumerate(
        [(0, 3, 30), (1, 7, 70), (0, 5, 50), (1, 6, 60), (0, 5, 99), (1, 7, 99), (0, 4, 40)]
    ):
        for first, told in ((900_100_000, alone), (900_200_000, together)):
            level = StockLevel(ticket_type_id=first + kinds[kind], capacity=9, sold=sold, held=1)
            stock = EventStock(event_id=kinds[kind], version=version, levels=[level])
            told.append(Told(StockChanged(events=[stock]), f"request-{number}"))
    async with running.database.transaction() as transaction:
        for each in alone:
            await upkeep.note_stock(transaction, each.message)
        await upkeep.note_stocks(transaction, together)
        await upkeep.note_stocks(transaction, together[:2])
        rows = await transaction.execute(
            select(stock_levels)
            .where(stock_levels.c.ticket_type_id > 900_100_000)
            .order_by(stock_levels.c.ticket_type_id)
        )
        kept = [(row.event_id, row.version, row.sold, row.held) for row in rows]
    newest = [(kinds[0], 5, 50, 1), (kinds[1], 7, 70, 1)]
    assert kept == newest * 2
