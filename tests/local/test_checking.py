"""`guichet verify` looks at the system that runs here, and its status tells red from green."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from guichet.local import checking
from guichet.local.development_secrets import ensure_secrets
from guichet.local.errors import LocalError
from guichet.verify.invariants import INVARIANTS
from guichet.verify.report import Verdict


class Scene:
    """Stands in for the sources: keeps what was asked for, and gives the verdict it is told."""

    def __init__(self) -> None:
        self.opened: dict[str, object] = {}
        self.contradictions: tuple[str, ...] = ()

    @asynccontextmanager
    async def open_sources(
        self, environment: Mapping[str, str], **sources: object
    ) -> AsyncGenerator[None]:
        self.opened = {"dsn": environment["GUICHET_TICKETS_DSN"], **sources}
        yield

    async def judge(self, _sources: object, *, wait_seconds: float) -> list[Verdict]:
        self.opened["wait_seconds"] = wait_seconds
        return [Verdict(INVARIANTS[0], self.contradictions)]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    monkeypatch.setattr(checking, "open_sources", scene.open_sources)
    monkeypatch.setattr(checking, "judge", scene.judge)
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path))
    monkeypatch.setenv("GUICHET_PORT_SHIFT", "20000")
    for name in ("ENVIRONMENT", "STRIPE_API_KEY", "SMTP_URL", "TICKETS_DSN"):
        monkeypatch.delenv(f"GUICHET_{name}", raising=False)
    return scene


def test_the_local_system_is_looked_at_with_its_sandbox_and_mailbox(
    scene: Scene, tmp_path: Path
) -> None:
    ensure_secrets(tmp_path / "secrets.env", cluster_exists=False)
    codes = tmp_path / "codes.txt"
    codes.write_text("ABCD\nEFGH\n")
    assert checking.check(wait_seconds=3, answered=codes)
    assert "@127.0.0.1:27432/guichet_tickets" in str(scene.opened.pop("dsn"))
    assert scene.opened == {
        "sandbox_url": "http://127.0.0.1:28010",
        "mailbox_url": "http://127.0.0.1:28011",
        "answered_codes": ("ABCD", "EFGH"),
        "wait_seconds": 3,
        "mailbox_since": None,
    }


def test_one_red_invariant_makes_it_red(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ensure_secrets(tmp_path / "secrets.env", cluster_exists=False)
    scene.contradictions = ("ticket type 7: 101 sold of 100",)
    assert not checking.check(wait_seconds=0, answered=None)
    assert "101 sold of 100" in capsys.readouterr().out


def test_the_live_provider_and_a_real_mail_server_are_left_alone(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_secrets(tmp_path / "secrets.env", cluster_exists=False)
    monkeypatch.setenv("GUICHET_STRIPE_API_KEY", "sk_live_key")
    monkeypatch.setenv("GUICHET_SMTP_URL", "smtps://mail.example")
    assert checking.check(wait_seconds=0, answered=None)
    assert scene.opened["sandbox_url"] == scene.opened["mailbox_url"] == ""


def test_without_any_system_the_mend_is_named(scene: Scene) -> None:
    with pytest.raises(LocalError) as refusal:
        checking.check(wait_seconds=0, answered=None)
    assert "guichet up" in str(refusal.value)
    assert scene.opened == {}
