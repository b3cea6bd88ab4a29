"""The wheel's servers start, keep strangers out, keep their data, and leave nothing behind."""

import json
import socket
from pathlib import Path

import asyncpg
import psutil
import pytest

from guichet.local.ports import answers, free_port
from guichet.local.process import session_members
from guichet.local.servers import NatsServer, PostgresServer, start_postgres


async def test_each_owner_enters_its_own_database_alone(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.dsn("auth"))
    assert await connection.fetchval("SELECT current_user") == "guichet_auth"
    await connection.execute("CREATE TABLE proof (id int)")
    await connection.execute("DROP TABLE proof")
    await connection.close()
    for stranger in ("guichet_users", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(postgres.dsn("auth", stranger))


async def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn("auth"), password="guess")


async def test_the_cluster_is_reached_over_the_loopback_address_alone(
    postgres: PostgresServer,
) -> None:
    connection = await asyncpg.connect(postgres.admin_dsn)
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    assert await connection.fetchval("SHOW unix_socket_directories") == ""
    assert await connection.fetchval("SHOW password_encryption") == "scram-sha-256"
    rules = await connection.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert [rule["auth_method"] for rule in rules] == ["scram-sha-256"]
    await connection.close()


async def test_data_survive_a_restart_and_no_process_is_left(server_folder: Path) -> None:
    folder, port = server_folder / "restarted", free_port()
    first = start_postgres(folder, port)
    first.create_databases()
    first.execute("CREATE TABLE kept (id int)")
    first.stop()
    assert not psutil.pid_exists(first.process.pid)
    assert session_members(first.process.pid) == []
    assert not answers(port)

    second = start_postgres(folder, port)
    try:
        connection = await asyncpg.connect(second.admin_dsn)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
        await connection.close()
    finally:
        second.stop(remove=True)
    assert not folder.exists()


async def test_a_start_mends_what_a_killed_server_left(server_folder: Path) -> None:
    folder, port = server_folder / "killed", free_port()
    first = start_postgres(folder, port)
    first.execute("CREATE TABLE kept (id int)")
    first.process.kill()
    first.process.wait()

    second = start_postgres(folder, port)
    try:
        connection = await asyncpg.connect(second.admin_dsn)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        await connection.close()
    finally:
        second.stop(remove=True)


def test_nats_asks_for_a_password_and_has_jetstream(nats: NatsServer) -> None:
    broker = nats.broker
    greeting, answer = _talk(broker.port, {"user": broker.user, "pass": broker.password})
    assert greeting["auth_required"] is True
    assert greeting["jetstream"] is True
    assert answer.startswith("PONG")

    _, refusal = _talk(broker.port, {"user": broker.user, "pass": "guess"})
    assert "Authorization Violation" in refusal


def _talk(port: int, credentials: dict[str, str]) -> tuple[dict[str, object], str]:
    """Greet the server in its own protocol; return what it says of itself, then its answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        stream = connection.makefile("rwb")
        greeting = json.loads(stream.readline().removeprefix(b"INFO "))
        hello = json.dumps({"verbose": False, **credentials})
        stream.write(f"CONNECT {hello}\r\nPING\r\n".encode())
        stream.flush()
        return greeting, stream.readline().decode()
