"""Secrets are drawn once, private, and never replaced under existing databases."""

import stat
from pathlib import Path

import pytest

from guichet.local.development_secrets import database_passwords, ensure_secrets, read_secrets
from guichet.local.errors import LocalError
from guichet.local.postgres import roles


def test_they_are_drawn_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    drawn = ensure_secrets(file, cluster_exists=False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_secrets(file) == drawn
    assert ensure_secrets(file, cluster_exists=True) == drawn
    assert len(set(drawn.values())) == len(drawn)
    assert all(len(value) >= 32 for value in drawn.values())
    assert drawn["GUICHET_STRIPE_API_KEY"].startswith("sk_test_")
    assert drawn["GUICHET_STRIPE_WEBHOOK_SECRET"].startswith("whsec_")


def test_two_systems_share_no_secret(tmp_path: Path) -> None:
    one = ensure_secrets(tmp_path / "one.env", cluster_exists=False)
    other = ensure_secrets(tmp_path / "other.env", cluster_exists=False)
    assert not set(one.values()) & set(other.values())


def test_a_file_opened_to_others_is_closed_again(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    ensure_secrets(file, cluster_exists=False)
    file.chmod(0o644)
    ensure_secrets(file, cluster_exists=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_added_by_a_newer_version_joins_those_kept(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    drawn = ensure_secrets(file, cluster_exists=False)
    lines = [line for line in file.read_text().splitlines() if "LINK_SECRET" not in line]
    file.write_text("\n".join([*lines, "GUICHET_OWN=kept"]) + "\n")
    completed = ensure_secrets(file, cluster_exists=True)
    assert completed["GUICHET_OWN"] == "kept"
    assert completed["GUICHET_SERVICE_SECRET"] == drawn["GUICHET_SERVICE_SECRET"]
    assert completed["GUICHET_TICKETS_LINK_SECRET"] != drawn["GUICHET_TICKETS_LINK_SECRET"]


def test_lost_secrets_of_existing_databases_are_said_and_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    with pytest.raises(LocalError) as refusal:
        ensure_secrets(file, cluster_exists=True)
    assert str(file) in str(refusal.value)
    assert not file.exists()


def test_every_role_of_the_cluster_has_its_own_password(tmp_path: Path) -> None:
    passwords = database_passwords(ensure_secrets(tmp_path / "s.env", cluster_exists=False))
    assert sorted(passwords) == sorted(roles())
    assert len(set(passwords.values())) == len(roles())
