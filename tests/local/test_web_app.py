"""The built web app is found where the settings say."""

from pathlib import Path

from guichet.local.web_app import is_built


def test_a_folder_without_pages_is_not_built(tmp_path: Path) -> None:
    named = {"GUICHET_GATEWAY_WEB_FOLDER": str(tmp_path)}
    assert not is_built(named)
    (tmp_path / "index.html").write_text("<!doctype html>")
    assert is_built(named)
