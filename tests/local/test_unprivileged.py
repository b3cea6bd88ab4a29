"""Started by root, PostgreSQL becomes somebody else without any folder being opened for it."""

import os
from pathlib import Path

import pytest

from guichet.local import unprivileged
from guichet.local.unprivileged import (
    Identity,
    may_enter,
    reachable_copy,
    reachable_folder,
    server_identity,
)

STRANGER = Identity(54_321, 54_321)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights up")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return folder


def test_an_ordinary_user_becomes_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server_identity() is None


@needs_root
def test_root_becomes_an_unprivileged_user() -> None:
    identity = server_identity()
    assert identity is not None
    assert identity.uid != 0
    assert identity.gid != 0


@needs_root
def test_root_keeps_the_owner_of_a_cluster_made_by_an_ordinary_user(tmp_path: Path) -> None:
    os.chown(tmp_path, STRANGER.uid, STRANGER.gid)
    assert server_identity(tmp_path) == STRANGER


def test_a_private_folder_may_not_be_entered_by_strangers(private: Path) -> None:
    (private / "below").mkdir()
    assert not may_enter(private / "below", STRANGER)
    owner = private.stat()
    assert may_enter(Path("/"), Identity(owner.st_uid, owner.st_gid))


@needs_root
def test_below_a_private_folder_the_cluster_lies_elsewhere_behind_a_link(
    private: Path, monkeypatch: pytest.MonkeyPatch, server_folder: Path
) -> None:
    outside = server_folder / "outside"
    monkeypatch.setattr(unprivileged, "_OUTSIDE_FOLDERS", (outside,))
    before = private.stat().st_mode
    wanted = private / "storage" / "postgres"
    place = reachable_folder(wanted, STRANGER)
    assert may_enter(place, STRANGER)
    assert place.parent == outside
    assert wanted.is_symlink()
    assert wanted.resolve() == place
    assert private.stat().st_mode == before
    assert reachable_folder(wanted, STRANGER) == place


@needs_root
def test_a_shared_folder_that_somebody_else_made_is_not_trusted(
    private: Path, monkeypatch: pytest.MonkeyPatch, server_folder: Path
) -> None:
    foreign, own = server_folder / "foreign", server_folder / "own"
    foreign.mkdir()
    os.chown(foreign, STRANGER.uid, STRANGER.gid)
    monkeypatch.setattr(unprivileged, "_OUTSIDE_FOLDERS", (foreign, own))
    assert reachable_folder(private / "postgres", STRANGER).parent == own


def test_an_ordinary_users_cluster_lies_in_the_storage(private: Path) -> None:
    assert reachable_folder(private / "postgres", None) == private / "postgres"
    assert not (private / "postgres").is_symlink()


@needs_root
def test_programs_in_a_private_folder_are_copied_once(
    private: Path, monkeypatch: pytest.MonkeyPatch, server_folder: Path
) -> None:
    monkeypatch.setattr(unprivileged, "_OUTSIDE_FOLDERS", (server_folder / "copies",))
    program = private / "package" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text("a program")
    (private / "package" / "include").mkdir()
    copy = reachable_copy(private, ("package",), STRANGER)
    assert copy != private
    assert (copy / "package" / "bin" / "postgres").read_text() == "a program"
    assert may_enter(copy / "package" / "bin", STRANGER)
    assert not (copy / "package" / "include").exists()
    assert reachable_copy(private, ("package",), STRANGER) == copy
    program.write_text("a newer program")
    assert reachable_copy(private, ("package",), STRANGER) != copy


def test_an_ordinary_user_runs_the_programs_where_they_are(private: Path) -> None:
    (private / "package").mkdir()
    assert reachable_copy(private, ("package",), None) == private
