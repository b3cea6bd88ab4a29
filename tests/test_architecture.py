"""ARCHITECTURE.md is compared with the code that it describes."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from guichet.kernel.settings import PORTS, CommonSettings
from guichet.local.backup.settings import BackupSettings
from tests.repository_files import ROOT, tracked_files
from tools.documents import all_messages

PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
SERVICES = {"auth", "users", "events", "tickets", "notifications"}


def rows_of_messages() -> dict[str, str]:
    """Return what the table of messages says: subject to its consumers."""
    rows = re.findall(r"(?m)^\| `([a-z_]+\.[a-z_]+\.[a-z_]+)` \|.*\| ([^|]*) \|$", PAGE)
    assert len(rows) == len(dict(rows)), "a subject stands in the table twice"
    return dict(rows)


def consumers_in_code() -> dict[str, set[str]]:
    """Return which service's `consumers.py` imports which message, by subject."""
    subject_of = {message.__name__: message.subject for message in all_messages()}
    found: dict[str, set[str]] = {subject: set() for subject in subject_of.values()}
    for service in SERVICES:
        path = ROOT / "src/guichet" / service / "consumers.py"
        if not path.exists():
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and "contracts.messages" in (node.module or ""):
                for alias in node.names:
                    if alias.name in subject_of:
                        found[subject_of[alias.name]].add(service)
    return found


def test_the_table_names_every_message_and_no_other() -> None:
    assert set(rows_of_messages()) == {message.subject for message in all_messages()}


def test_the_table_names_the_services_that_consume() -> None:
    said = {
        subject: {word for word in re.findall(r"\w+", text) if word in SERVICES}
        for subject, text in rows_of_messages().items()
    }
    assert said == consumers_in_code()


def test_the_table_says_which_messages_every_service_follows() -> None:
    source = (ROOT / "src/guichet/kernel/service.py").read_text("utf-8")
    followed = {subject for subject in rows_of_messages() if f'"{subject}"' in source}
    said = {s for s, text in rows_of_messages().items() if "every service" in text}
    assert said == followed


def test_the_drawing_shows_the_ports_of_the_settings() -> None:
    names = {"control_plane", "gateway", "load_balancer", "web", *SERVICES}
    missing = [name for name in names if f":{PORTS[name]}" not in PAGE]
    assert not missing


def settings_in_code() -> set[str]:
    """Return every variable that a process of the system reads, by the classes of settings."""
    for path in tracked_files():
        parts = path.relative_to(ROOT / "src").with_suffix("").parts if is_wiring(path) else ()
        if parts:
            importlib.import_module(".".join(parts))
    kinds = [CommonSettings, *CommonSettings.__subclasses__(), BackupSettings]
    return {f"GUICHET_{name.upper()}" for kind in kinds for name in kind.model_fields}


OWNERS = {f"GUICHET_{service.upper()}_OWNER_DSN" for service in SERVICES}
"""Read by migrations and restores alone, which are no services with settings of their own."""


def is_wiring(path: Path) -> bool:
    return path.is_relative_to(ROOT / "src") and path.name in {"main.py", "settings.py"}


@pytest.mark.parametrize("page", ["README.md", "README.fr.md", "ARCHITECTURE.md", "SECURITY.md"])
def test_the_documents_name_settings_that_exist(page: str) -> None:
    read_elsewhere = {"GUICHET_LOCAL_REPLICAS", "GUICHET_ADVISORIES", *OWNERS}
    named = set(re.findall(r"GUICHET_[A-Z_]+[A-Z]", (ROOT / page).read_text("utf-8")))
    assert named
    assert named <= settings_in_code() | read_elsewhere
