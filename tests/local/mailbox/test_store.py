"""What the mailbox keeps on the disk, and what it leaves there when the disk refuses."""

import os
from pathlib import Path

import pytest

from guichet.local.mailbox.store import Store
from tests.local.mailbox.mails import mail


def test_a_mail_put_into_the_folder_by_hand_is_listed(tmp_path: Path) -> None:
    content = bytes(mail())
    (tmp_path / "00000007.eml").write_bytes(content)
    (entry,) = Store(tmp_path).entries()
    assert (entry.id, entry.recipients) == (7, ("buyer@example.com",))
    assert Store(tmp_path).content(7) == content


def test_a_disk_that_refuses_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.add_mail("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\nx\r\n")
    monkeypatch.undo()
    assert list(store.entries()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_mail_is_shown_only_once_it_is_among_its_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails come in by threads of their own, while others are listed."""
    store, shown = Store(tmp_path), list[bool]()

    class Watched(dict[str, list[int]]):
        def setdefault(self, key: str, default: list[int] | None = None, /) -> list[int]:
            shown.append(store.entry(1) is not None)
            return super().setdefault(key, default or [])

    monkeypatch.setattr(store, "_ids_by_message_id", Watched())
    store.add_mail("a@example.com", ["b@example.com"], bytes(mail()))
    assert shown == [False]
    assert [store.copies(entry) for entry in store.entries()] == [[1]]
