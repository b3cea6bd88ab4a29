"""What every target must do, and which one the settings mean."""

import subprocess
import sys
from pathlib import Path

import pytest

from guichet.tickets.payment_backups.errors import DamagedRecord, TargetRefused
from guichet.tickets.payment_backups.firebase import SCOPES, FirebaseTarget
from guichet.tickets.payment_backups.folder import FolderTarget
from guichet.tickets.payment_backups.sealing import Keyring
from guichet.tickets.payment_backups.target import Target, target_of
from guichet.tickets.settings import Settings
from tests.fakes.firebase import FakeFirebase
from tests.tickets.payment_backups.conftest import KEY

RUN = "payment_backups/2026/03/08/23_02_03"
LATER = "payment_backups/2026/11/01/00_00_00"
RECORD = Keyring.parse(KEY).seal(f"{RUN}/payment-1", b"content")


async def test_a_new_target_holds_nothing(target: Target) -> None:
    assert await target.runs() == []
    assert await target.read(RUN) == {}


async def test_what_was_written_is_read_and_runs_come_in_their_order(target: Target) -> None:
    await target.write(LATER, {"payment-1": RECORD})
    await target.write(RUN, {"payment-1": RECORD, "payment-2": RECORD})
    assert await target.runs() == [RUN, LATER]
    assert await target.read(RUN) == {"payment-1": RECORD, "payment-2": RECORD}


async def test_a_second_part_of_a_run_keeps_the_first(target: Target) -> None:
    await target.write(RUN, {"payment-1": RECORD})
    await target.write(RUN, {"payment-2": RECORD})
    assert set(await target.read(RUN)) == {"payment-1", "payment-2"}


async def test_a_folders_files_are_their_owners_only(tmp_path: Path) -> None:
    await FolderTarget(tmp_path).write(RUN, {"payment-1": RECORD})
    assert (tmp_path / RUN / "payment-1.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / RUN).stat().st_mode & 0o077 == 0


async def test_a_file_that_is_no_record_is_said(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path)
    await target.write(RUN, {"payment-1": RECORD})
    (tmp_path / RUN / "payment-1.json").write_text("{")
    with pytest.raises(DamagedRecord, match="payment-1"):
        await target.read(RUN)


async def test_a_folder_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TargetRefused):
        await FolderTarget(tmp_path / "file").write(RUN, {"payment-1": RECORD})


async def test_firebase_is_asked_with_a_token_of_the_service_account(
    firebase: FakeFirebase, firebase_target: FirebaseTarget
) -> None:
    await firebase_target.write(RUN, {"payment-1": RECORD})
    await firebase_target.read(RUN)
    assert firebase.scopes == set(SCOPES)
    assert len(firebase.tokens) == 1, "one token serves until it is old"
    assert firebase.requests[0] == f"PATCH /{RUN}.json?print=silent"
    assert firebase.tree["payment_backups"]["2026"]["03"]["08"]["23_02_03"]["payment-1"]


async def test_a_token_that_firebase_no_longer_takes_is_renewed(
    firebase: FakeFirebase, firebase_target: FirebaseTarget
) -> None:
    await firebase_target.write(RUN, {"payment-1": RECORD})
    firebase.tokens.clear()
    assert set(await firebase_target.read(RUN)) == {"payment-1"}


@pytest.mark.parametrize("errors", [[503], [500, 429], [502, 504, 408]])
async def test_what_may_pass_is_tried_again(
    firebase: FakeFirebase, firebase_target: FirebaseTarget, errors: list[int]
) -> None:
    firebase.errors = list(errors)
    await firebase_target.write(RUN, {"payment-1": RECORD})
    assert set(await firebase_target.read(RUN)) == {"payment-1"}


@pytest.mark.parametrize("errors", [[400], [403], [503] * 4])
async def test_what_does_not_pass_is_a_refusal_with_its_reason(
    firebase: FakeFirebase, firebase_target: FirebaseTarget, errors: list[int]
) -> None:
    firebase.errors = list(errors)
    with pytest.raises(TargetRefused, match=f"status {errors[-1]}"):
        await firebase_target.write(RUN, {"payment-1": RECORD})
    assert len(firebase.requests) == len(errors)


@pytest.mark.parametrize("what", ["token", "data"])
async def test_what_never_answers_ends_and_is_said(
    firebase: FakeFirebase, tmp_path: Path, what: str
) -> None:
    firebase.silent = frozenset({what})
    target = FirebaseTarget(
        firebase.url, firebase.credentials(tmp_path), retry_seconds=0.01, call_seconds_max=0.1
    )
    try:
        with pytest.raises(TargetRefused, match=r"[Tt]ime"):
            await target.write(RUN, {"payment-1": RECORD})
        firebase.silent = frozenset()
    finally:
        await target.close()


async def test_something_else_in_firebase_is_said(
    firebase: FakeFirebase, firebase_target: FirebaseTarget
) -> None:
    firebase.tree = {"payment_backups": {"2026": {"03": {"08": {"23_02_03": {"payment-1": 5}}}}}}
    with pytest.raises(DamagedRecord):
        await firebase_target.read(RUN)


@pytest.mark.parametrize("url", ["http://example.com", "ftp://example.com", "example.com", ""])
def test_an_address_without_encryption_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(TargetRefused):
        FirebaseTarget(url, tmp_path / "none.json")


def test_credentials_that_are_none_are_refused_without_telling_them(tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text('{"private_key": "secret"}')
    with pytest.raises(TargetRefused, match=r"account\.json") as refusal:
        FirebaseTarget("https://example.firebaseio.com", file)
    assert "secret" not in str(refusal.value)


def test_the_settings_choose(firebase: FakeFirebase, tmp_path: Path) -> None:
    base = {
        "tickets_dsn": "postgresql://nobody@localhost/none",
        "tickets_link_secret": "a secret for tests alone",
        "backup_dir": tmp_path,
    }
    assert isinstance(target_of(Settings.model_validate(base)), FolderTarget)
    named = {
        "firebase_database_url": firebase.url,
        "firebase_credentials": firebase.credentials(tmp_path),
    }
    assert isinstance(target_of(Settings.model_validate(base | named)), FirebaseTarget)


def test_googles_library_is_imported_only_where_firebase_is_used() -> None:
    code = "import sys, guichet.tickets.main; print([m for m in sys.modules if 'google.' in m])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = answer.stdout
    assert "google.auth" not in loaded
    assert "google.oauth2" not in loaded
