"""A mendable error is one sentence that names the mend."""

import pytest

from guichet.local.errors import LocalError


def test_it_reads_as_one_line_with_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    sentence = str(LocalError("disk_full", folder="/data", free=12, wanted=500))
    assert "\n" not in sentence
    assert "12 MB" in sentence
    assert "GUICHET_STORAGE_DIR" in sentence
