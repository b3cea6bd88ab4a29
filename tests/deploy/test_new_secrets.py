"""Secrets are drawn once, anew for each system, and are their owner's alone to read."""

from pathlib import Path

import pytest

from guichet.tickets.payment_backups.sealing import Keyring
from tests.deploy.files import new_secrets

PUBLIC_URL = "https://tickets.example.com"


def test_files_are_private_and_hold_what_was_drawn(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    files: list[Path] = new_secrets().write(folder, PUBLIC_URL)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    common = (folder / "common.env").read_text("utf-8")
    assert f"GUICHET_PUBLIC_URL={PUBLIC_URL}\n" in common
    assert "GUICHET_STRIPE_API_KEY=\n" in (folder / "tickets.env").read_text("utf-8")


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    files: list[Path] = new_secrets().write(tmp_path, PUBLIC_URL)
    before = {file: file.read_text("utf-8") for file in files}
    assert new_secrets().write(tmp_path, "https://other.example.com") == []
    assert {file: file.read_text("utf-8") for file in files} == before
    files[0].unlink()
    with pytest.raises(SystemExit, match="only some"):
        new_secrets().write(tmp_path, PUBLIC_URL)


def test_no_two_systems_share_a_secret() -> None:
    first, second = new_secrets().drawn(PUBLIC_URL), new_secrets().drawn(PUBLIC_URL)
    public = {PUBLIC_URL, "", "guichet"}
    values = [{v for f in drawn.values() for v in f.values()} for drawn in (first, second)]
    assert values[0] & values[1] <= public
    assert all(len(value) >= 32 for value in values[0] - public)


def test_the_key_of_the_backups_is_one() -> None:
    key = new_secrets().drawn(PUBLIC_URL)["tickets"]["GUICHET_TICKETS_BACKUP_KEY"]
    assert Keyring.parse(key)
