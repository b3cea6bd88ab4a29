"""The demo data: those that auth creates are those that are shown, never in production, once."""

from pathlib import Path

import pytest

from guichet.auth.seed import DEMO_ACCOUNTS
from guichet.auth.seed import PASSWORD as AUTH_PASSWORD
from guichet.local import demo
from guichet.local.errors import LocalError
from guichet.local.plan import Plan


def plan_of(folder: Path, monkeypatch: pytest.MonkeyPatch, environment: str) -> Plan:
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(folder))
    monkeypatch.setenv("GUICHET_ENVIRONMENT", environment)
    plan = Plan.from_environment()
    plan.storage.prepare()
    return plan


def test_the_accounts_shown_are_those_that_auth_creates() -> None:
    created = {(account.email, account.role.value) for account in DEMO_ACCOUNTS}
    assert set(demo.ACCOUNTS) == created
    assert demo.PASSWORD == AUTH_PASSWORD


def test_they_are_created_once_a_storage_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(tmp_path, monkeypatch, "development")
    assert demo.is_wanted(plan)
    demo.note_done(plan)
    assert not demo.is_wanted(plan)


def test_production_refuses_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(tmp_path, monkeypatch, "production")
    assert not demo.is_wanted(plan)
    with pytest.raises(LocalError) as refusal:
        demo.seed()
    assert refusal.value.key == "not_in_production"
