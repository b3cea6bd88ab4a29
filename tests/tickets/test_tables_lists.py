"""The lists' indexes are there, and leave alone what is changed in a hurry."""

import pytest
from sqlalchemy import MetaData, Table, text

from guichet.tickets.tables import metadata
from guichet.tickets.tables_lists import add_list_indexes
from tests.tickets.conftest import Shop, wanted

TABLES = ("orders", "payments", "tickets", "admissions")


async def test_the_migrations_make_the_indexes(shop: Shop) -> None:
    bare = MetaData()
    copies: list[Table] = [metadata.tables[name].to_metadata(bare) for name in TABLES]
    for table in copies:
        table.indexes.clear()
    add_list_indexes(*copies)
    declared = {index.name for table in copies for index in table.indexes}
    assert len(declared) == 6
    async with shop.database.reading() as connection:
        there = set((await connection.execute(text("SELECT indexname FROM pg_indexes"))).scalars())
    assert declared <= there


@pytest.mark.parametrize(
    ("change", "hot"),
    [("status = 'used', used_at = now(), used_by = 1", 1), ("cancelled_at = now()", 0)],
)
async def test_an_admission_changes_no_index_of_its_ticket(
    shop: Shop, change: str, hot: int
) -> None:
    await shop.selling.buy(wanted(await shop.event()))
    async with shop.database.transaction() as transaction:
        await transaction.execute(text(f"UPDATE tickets SET {change}"))  # noqa: S608 - our own
        changed = await transaction.scalar(
            text("SELECT pg_stat_get_xact_tuples_hot_updated('tickets'::regclass)")
        )
    assert changed == hot
