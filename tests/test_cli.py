"""The command line: quick, and one sentence for what a person can mend."""

import os
import subprocess
import sys
from pathlib import Path

from guichet.local.ports import free_port


def guichet(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if "GUICHET_" not in name}
    return subprocess.run(
        [sys.executable, "-m", "guichet", *arguments],
        env={**clean, "LC_ALL": "C", "GUICHET_STORAGE_DIR": str(folder / "storage"), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_lists_every_command(tmp_path: Path) -> None:
    answer = guichet(tmp_path, "--help")
    assert answer.returncode == 0
    for command in ("up", "down", "status", "migrate", "seed", "serve", "verify", "outbox"):
        assert command in answer.stdout


def test_help_imports_no_framework() -> None:
    code = "import sys, guichet.cli; print({'fastapi', 'sqlalchemy'} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert answer.stdout == "set()\n"


def test_what_can_be_mended_is_one_sentence_in_the_terminals_language(tmp_path: Path) -> None:
    english = guichet(tmp_path, "serve", "cinema")
    assert english.returncode == 1
    assert english.stderr.startswith("guichet: There is no service “cinema”")
    assert english.stderr.count("\n") == 1
    french = guichet(tmp_path, "migrate", "auth", LC_ALL="fr_FR.UTF-8")
    assert french.returncode == 1
    assert french.stderr.startswith("guichet: L'adresse de la base de auth est inconnue")


def test_a_malformed_setting_is_named(tmp_path: Path) -> None:
    answer = guichet(tmp_path, "status", GUICHET_PORT_SHIFT="many")
    assert answer.returncode == 1
    assert "GUICHET_PORT_SHIFT" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = guichet(tmp_path, "up", GUICHET_STORAGE_DIR=str(tmp_path / "file" / "storage"))
    assert answer.returncode == 1
    assert "GUICHET_STORAGE_DIR" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_servers_that_do_not_answer_are_said_without_a_traceback(tmp_path: Path) -> None:
    dsn = f"postgresql://guichet_users:x@127.0.0.1:{free_port()}/guichet_users"
    answer = guichet(tmp_path, "migrate", "users", GUICHET_USERS_DSN=dsn)
    assert answer.returncode == 1
    assert "make up" in answer.stderr
    assert answer.stderr.count("\n") == 1
