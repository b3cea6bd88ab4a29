"""Backups of the shop's payments to each kind of target: one suite for both."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guichet.tickets.payment_backups.firebase import FirebaseTarget
from guichet.tickets.payment_backups.folder import FolderTarget
from guichet.tickets.payment_backups.sealing import Keyring
from guichet.tickets.payment_backups.taking import PaymentBackups
from guichet.tickets.payment_backups.target import Target
from tests.fakes.firebase import FakeFirebase, running_firebase
from tests.tickets.conftest import Shop

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()


@pytest.fixture
async def firebase() -> AsyncIterator[FakeFirebase]:
    """A Firebase of this test's own."""
    async with running_firebase() as fake:
        yield fake


@pytest.fixture
async def firebase_target(firebase: FakeFirebase, tmp_path: Path) -> AsyncIterator[FirebaseTarget]:
    """That Firebase as a target that does not wait long."""
    target = FirebaseTarget(firebase.url, firebase.credentials(tmp_path), retry_seconds=0.01)
    yield target
    await target.close()


@pytest.fixture(params=["folder", "firebase"])
async def target(
    request: pytest.FixtureRequest, tmp_path: Path, firebase_target: FirebaseTarget
) -> Target:
    """Each kind of target in turn."""
    return FolderTarget(tmp_path / "backups") if request.param == "folder" else firebase_target


@pytest.fixture
def backups(shop: Shop, target: Target) -> PaymentBackups:
    """The backups of the shop."""
    return PaymentBackups(shop.database, target, Keyring.parse(KEY))
