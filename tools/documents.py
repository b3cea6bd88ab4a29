"""Generated documents: written where they are wanted, or compared with what is committed."""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guichet.contracts import messages
from guichet.kernel.outbox import Message


def publish(documents: Mapping[Path, dict[str, Any]], *, check: bool, remake: str) -> int:
    """Write the documents, or with `check` only compare them; return a command's exit status."""
    stale: list[Path] = []
    for path, document in documents.items():
        content = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        if path.exists() and path.read_text("utf-8") == content:
            continue
        stale.append(path)
        if not check:
            path.write_text(content, "utf-8")
            print(f"written: {path}")
    if check and stale:
        print(f"no longer true: {', '.join(map(str, stale))}; renew with `{remake}`")
        return 1
    return 0


def all_messages() -> list[type[Message]]:
    """Return every message that the contracts hold, by publishing service and subject."""
    found: dict[str, type[Message]] = {}
    for name in messages.__all__:
        members: list[tuple[str, Any]] = inspect.getmembers(getattr(messages, name), _is_message)
        found.update((member.subject, member) for _, member in members)
    return [found[subject] for subject in sorted(found)]


def _is_message(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, Message) and value is not Message
