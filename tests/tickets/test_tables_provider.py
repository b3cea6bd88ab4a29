"""The tables are those that the migrations make."""

from sqlalchemy import MetaData

from guichet.tickets.tables_provider import add_provider_tables
from tests.tickets.conftest import Shop


async def test_the_migrations_make_these_tables(shop: Shop) -> None:
    metadata = MetaData()
    add_provider_tables(metadata)
    assert len(metadata.tables) == 6
    for name, table in metadata.tables.items():
        rows = await shop.rows(
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = $1",
            name,
        )
        made = {(row["column_name"], row["is_nullable"] == "YES") for row in rows}
        assert made == {(column.name, bool(column.nullable)) for column in table.columns}, name
