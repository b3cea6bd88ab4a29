"""The cluster's own rules: half-made ones are remade, wrong passwords said, others' pids spared."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from guichet.local import postgres as cluster_rules
from guichet.local.errors import LocalError
from guichet.local.ports import free_port
from guichet.local.postgres import ADMIN, Cluster, cluster_at, roles
from guichet.local.servers import PostgresServer


@pytest.fixture
def cluster(server_folder: Path) -> Iterator[Cluster]:
    folder = server_folder / f"cluster-{free_port()}"
    yield cluster_at(folder, free_port(), {role: f"of-{role}" for role in roles()}, durable=False)


def test_a_half_made_cluster_of_a_crashed_start_is_made_anew(cluster: Cluster) -> None:
    remains = cluster.folder / "data.new"
    remains.mkdir()
    (remains / "PG_VERSION").write_text("half")
    assert not cluster.is_made
    cluster_rules.initialise(cluster)
    assert cluster.is_made
    assert not remains.exists()
    assert not (cluster.folder / "initdb.password").exists()
    assert cluster.data.stat().st_mode & 0o077 == 0
    assert cluster.data.stat().st_uid != 0


def test_a_failed_initdb_gives_its_reason(cluster: Cluster) -> None:
    alone = cluster.folder / "alone" / "bin"
    alone.mkdir(parents=True)
    shutil.copy2(cluster.software / "bin" / "initdb", alone)
    with pytest.raises(LocalError) as refusal:
        cluster_rules.initialise(replace(cluster, software=alone.parent))
    assert "initdb" in str(refusal.value)
    assert not cluster.is_made
    assert "\n" not in str(refusal.value)


def test_a_stale_pid_file_naming_a_stranger_is_dropped_and_the_stranger_spared(
    cluster: Cluster,
) -> None:
    cluster.data.mkdir()
    pid_file = cluster.data / "postmaster.pid"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        pid_file.write_text(f"{stranger.pid}\n{cluster.data}\n")
        cluster_rules.clear_leftovers(cluster)
        assert stranger.poll() is None
        stranger.kill()
    assert not pid_file.exists()


def test_a_server_left_by_a_crashed_start_is_ended(postgres: PostgresServer) -> None:
    from guichet.local.servers import start_postgres  # noqa: PLC0415 - only this test starts one

    folder = postgres.folder.parent / "left"
    left = start_postgres(folder, free_port(), durable=False)
    cluster_rules.clear_leftovers(left.cluster)
    assert left.process.wait(10) == 0
    left.stop(remove=True)


async def test_passwords_that_no_longer_fit_are_said(postgres: PostgresServer) -> None:
    assert await cluster_rules.accepts_connections(postgres.cluster)
    wrong = replace(postgres.cluster, passwords={ADMIN: "another"})
    with pytest.raises(LocalError) as refusal:
        await cluster_rules.accepts_connections(wrong)
    assert refusal.value.key == "secrets_lost"


async def test_nobody_listening_is_no_connection(cluster: Cluster) -> None:
    assert not await cluster_rules.accepts_connections(cluster)


async def test_creating_the_databases_again_keeps_what_is_there(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.dsn("users"))
    await connection.execute("CREATE TABLE kept (id int)")
    await cluster_rules.create_databases(postgres.cluster)
    assert await connection.fetchval("SELECT count(*) FROM kept") == 0
    await connection.execute("DROP TABLE kept")
    owners = await connection.fetch(
        "SELECT datname, pg_get_userbyid(datdba) AS owner FROM pg_database"
        " WHERE datname LIKE 'guichet\\_%'"
    )
    await connection.close()
    names = [cluster_rules.owner_of(service) for service in cluster_rules.SERVICES]
    assert {row["datname"]: row["owner"] for row in owners} == dict(zip(names, names, strict=True))


def test_the_server_process_is_told_no_secret(cluster: Cluster) -> None:
    program = cluster_rules.program(cluster)
    said = " ".join([*program.command, *program.environment.values()])
    assert not any(password in said for password in cluster.passwords.values())
    assert (program.identity is None) == (os.geteuid() != 0)
