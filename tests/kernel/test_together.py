"""Statements gathered into one do what they would do one by one."""

import asyncpg
import pytest

from guichet.kernel.database import Database, raw_connection
from guichet.kernel.together import Together


class Heard:
    """A connection that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[object, ...]]] = []

    async def execute(self, query: str, *args: object) -> None:
        self.told.append((query, args))


async def test_values_keep_to_their_statements() -> None:
    together, heard = Together(), Heard()
    await together.execute("INSERT INTO a SELECT $1, $2, $1", "x", 2)
    await together.execute("UPDATE b SET c = $1 WHERE d = $2", 3, "y")
    assert heard.told == []
    await together.write(heard)
    [(query, values)] = heard.told
    assert query == (
        "WITH part_0 AS (INSERT INTO a SELECT $1, $2, $1),"
        " part_1 AS (UPDATE b SET c = $3 WHERE d = $4) SELECT"
    )
    assert values == ("x", 2, 3, "y")


async def test_nothing_is_sent_for_nothing_and_one_statement_as_it_is() -> None:
    together, heard = Together(), Heard()
    await together.write(heard)
    await together.execute("DELETE FROM a WHERE b = $1", 1)
    await together.write(heard)
    await together.write(heard)
    assert heard.told == [("DELETE FROM a WHERE b = $1", (1,))]


async def test_references_between_what_is_new_are_checked_at_the_end(database: Database) -> None:
    async with database.transaction() as transaction:
        connection = await raw_connection(transaction)
        await connection.execute(
            "CREATE TEMP TABLE parents (id int PRIMARY KEY) ON COMMIT DROP;"
            "CREATE TEMP TABLE children (parent int REFERENCES parents) ON COMMIT DROP"
        )
        together = Together()
        await together.execute("INSERT INTO children VALUES ($1)", 7)
        await together.execute("INSERT INTO parents VALUES ($1)", 7)
        await together.write(connection)
        assert await connection.fetchval("SELECT parent FROM children") == 7
        await together.execute("INSERT INTO parents VALUES ($1)", 8)
        await together.execute("INSERT INTO children VALUES ($1)", 9)
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with connection.transaction():
                await together.write(connection)
        assert await connection.fetchval("SELECT count(*) FROM parents") == 1
