"""`guichet keys rotate`: a key drawn ahead of time, or at once where one has leaked."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from guichet.local import signing_keys
from guichet.local.errors import LocalError
from guichet.local.servers import run_apart


@pytest.fixture
def dsn(database_dsn: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = database_dsn("auth")
    for name, value in {
        "AUTH_DSN": address,
        "AUTH_KEY_PASSPHRASE": "a passphrase for tests alone",
        "STORAGE_DIR": str(tmp_path / "storage"),
    }.items():
        monkeypatch.setenv(f"GUICHET_{name}", value)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return address


def stored(dsn: str) -> list[tuple[str, bool]]:
    """Return the keys, oldest first, and whether each signs already."""

    async def ask() -> list[tuple[str, bool]]:
        connection = await asyncpg.connect(dsn)
        try:
            rows = await connection.fetch(
                "SELECT id, signs_from <= now() AS signs FROM signing_keys ORDER BY created_at"
            )
        finally:
            await connection.close()
        return [(row["id"], row["signs"]) for row in rows]

    return run_apart(ask())


def test_the_next_key_is_known_before_it_signs(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored(dsn)
    signing_keys.rotate(leaked=False)
    *others, (new, signs) = stored(dsn)
    assert others == before
    assert not signs
    assert new in capsys.readouterr().out


def test_a_leaked_key_is_withdrawn_at_once(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    signing_keys.rotate(leaked=False)
    signing_keys.rotate(leaked=True)
    ((new, signs),) = stored(dsn)
    assert signs
    assert f"Key {new} is drawn, all others are withdrawn." in capsys.readouterr().out


def test_a_database_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
    del dsn
    monkeypatch.setenv("GUICHET_AUTH_DSN", "postgresql://nobody:x@127.0.0.1:1/none")
    with pytest.raises(LocalError):
        signing_keys.rotate(leaked=False)
