"""What a service may do in its database, tried with real connections."""

import asyncpg
import pytest

from guichet.local import privileges
from guichet.local.postgres import SERVICES
from guichet.local.privileges import grant, role_in
from guichet.local.servers import PostgresServer, run_apart
from tests.conftest import DatabaseDsn


@pytest.fixture(scope="module")
def runtime_dsns(postgres: PostgresServer, database_dsn: DatabaseDsn) -> dict[str, str]:
    """The address that each service runs with, its migrated database granted to it."""
    found: dict[str, str] = {}
    for service in SERVICES:
        owner = database_dsn(service)
        database = owner.rsplit("/", 1)[1]
        found[service] = postgres.runtime_dsn(service, database)
        postgres.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        role = role_in(found[service])
        postgres.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{role}"')
        run_apart(grant(service, owner, found[service]))
    return found


async def refused(dsn: str, statement: str) -> bool:
    """Whether the database refuses this statement to that role, for want of a right."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await connection.close()
    return False


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_and_writes_its_rows(
    runtime_dsns: dict[str, str], service: str
) -> None:
    connection = await asyncpg.connect(runtime_dsns[service])
    try:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        for row in tables:
            name = row["relname"]
            rights = await connection.fetchrow(
                "SELECT has_table_privilege($1, 'SELECT'), has_table_privilege($1, 'INSERT'),"
                " has_table_privilege($1, 'UPDATE'), has_table_privilege($1, 'DELETE'),"
                " has_table_privilege($1, 'TRUNCATE')",
                name,
            )
            assert rights is not None
            reads, inserts, updates, deletes, truncates = rights
            only_grows = name in privileges.ONLY_GROW
            assert reads, name
            assert inserts == (name != "alembic_version"), name
            assert updates == deletes == (inserts and not only_grows), name
            assert not truncates, name
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_reaches_anothers_database(
    runtime_dsns: dict[str, str], service: str
) -> None:
    for other, dsn in runtime_dsns.items():
        database = dsn.rsplit("/", 1)[1]
        address = f"{runtime_dsns[service].rsplit('/', 1)[0]}/{database}"
        if other == service:
            continue
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(address)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(f"{runtime_dsns[service].rsplit('/', 1)[0]}/postgres")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfers SET amount_minor = 1",
        "DELETE FROM ledger_transfers",
        "TRUNCATE ledger_transfers",
        "DROP TABLE ledger_transfers",
        "DELETE FROM ledger_days",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_transfers_only_grows ON ledger_transfers",
        "DROP FUNCTION refuse_ledger_change()",
        "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$",
        "SET session_replication_role = replica",
        "ALTER TABLE stock DROP CONSTRAINT stock_pkey CASCADE",
        "CREATE TABLE mine (id INT)",
        "CREATE TEMP TABLE mine (id INT)",
        "UPDATE documents SET number = number",
        "DELETE FROM documents",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_entries SET action = 'nothing'",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = '0001'",
        "COPY ledger_transfers TO PROGRAM 'cat'",
        "CREATE ROLE somebody SUPERUSER",
        "SET ROLE guichet_tickets",
        "CREATE SCHEMA mine",
    ],
)
async def test_the_past_and_the_guards_are_out_of_reach(
    runtime_dsns: dict[str, str], statement: str
) -> None:
    assert await refused(runtime_dsns["tickets"], statement)


async def test_the_audit_log_is_sealed_all_the_same(runtime_dsns: dict[str, str]) -> None:
    statement = "UPDATE audit_entries SET position = 1, previous_hash = '', hash = 'x' WHERE false"
    assert not await refused(runtime_dsns["tickets"], statement)


async def test_what_an_earlier_version_granted_is_taken_back(
    runtime_dsns: dict[str, str], postgres: PostgresServer, database_dsn: DatabaseDsn
) -> None:
    dsn, owner = runtime_dsns["tickets"], database_dsn("tickets")
    postgres.execute(
        f'GRANT UPDATE, DELETE ON ledger_transfers TO "{role_in(dsn)}"', owner.rsplit("/", 1)[1]
    )
    await grant("tickets", owner, dsn)
    assert await refused(dsn, "DELETE FROM ledger_transfers")


async def test_the_owner_is_granted_nothing_it_has(database_dsn: DatabaseDsn) -> None:
    await grant("users", database_dsn("users"), database_dsn("users"))
    assert role_in("postgresql://a%20b:c@127.0.0.1/d") == "a b"
