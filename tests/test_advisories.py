"""Published weaknesses of pinned packages are found, and what cannot be asked is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools import advisories

ADVISORY: dict[str, Any] = {
    "id": "PYSEC-1",
    "summary": "It leaks.",
    "affected": [
        {"package": {"ecosystem": "PyPI", "name": "Some_Package"}, "versions": ["1.0", "1.1"]},
        {"package": {"ecosystem": "npm", "name": "other"}, "versions": ["2.0"]},
    ],
}


def test_a_lock_file_is_read() -> None:
    lock = (
        "Some.Package[extra]==1.1 ; python_version < '4' \\\n    --hash=sha256:00\nother==2.0 \\\n"
    )
    assert advisories.pinned(lock) == {"some-package": "1.1", "other": "2.0"}


def test_a_pinned_version_is_struck_and_others_are_not() -> None:
    assert advisories.struck({"some-package": "1.1"}, ADVISORY) == [
        "some-package 1.1: PYSEC-1 It leaks."
    ]
    assert advisories.struck({"some-package": "1.2", "other": "2.0"}, ADVISORY) == []
    assert advisories.struck({"some-package": "1.1"}, {**ADVISORY, "withdrawn": "2027"}) == []


def test_a_folder_of_advisories_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, version = next(
        iter(advisories.pinned((advisories.ROOT / "requirements.lock").read_text()).items())
    )
    affected = [{"package": {"ecosystem": "PyPI", "name": name}, "versions": [version]}]
    (tmp_path / "one.json").write_text(json.dumps({**ADVISORY, "affected": affected}))
    monkeypatch.setenv("GUICHET_ADVISORIES", str(tmp_path))
    assert advisories.python_findings() == [f"{name} {version}: PYSEC-1 It leaks."]
    monkeypatch.setenv("GUICHET_ADVISORIES", str(tmp_path / "none"))
    assert advisories.python_findings() is None


def test_what_npm_says_is_read_and_a_refusal_is_no_finding() -> None:
    report = {"vulnerabilities": {"left": {"severity": "high", "range": "<2"}}}
    assert advisories.npm_findings(json.dumps(report)) == ["left: high (<2)"]
    assert advisories.npm_findings('{"vulnerabilities": {}}') == []
    assert advisories.npm_findings('{"message": "405 Method Not Allowed"}') is None
    assert advisories.npm_findings("") is None
