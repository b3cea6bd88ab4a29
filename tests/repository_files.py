"""The files of the repository, as the tests about the repository itself see them."""

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git tracks or would track; ignored and deleted ones are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git is found on the path, like everywhere else
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = {ROOT / name for name in listed.split("\0") if name}
    return tuple(sorted(path for path in paths if path.is_file()))


@functools.cache
def tracked_texts() -> tuple[tuple[Path, str], ...]:
    """Return every tracked file that is text, with its content."""
    texts: list[tuple[Path, str]] = []
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content:
            texts.append((path, content.decode("utf-8", errors="replace")))
    return tuple(texts)
