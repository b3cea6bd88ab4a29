"""The user that runs PostgreSQL when `guichet up` is started by root, and where it may go.

PostgreSQL refuses to run as root. No user is created and no permission of an existing folder
is changed: when the storage lies where that user cannot go (below /root, for example), the
cluster gets a folder of its own elsewhere and the storage holds a link to it.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from guichet.local.errors import LocalError

_NOBODY = 65534
_OUTSIDE_FOLDERS = (Path("/var/lib/guichet"), Path("/var/tmp/guichet"))  # noqa: S108 - root-owned


@dataclass(frozen=True)
class Identity:
    """A user and group by number."""

    uid: int
    gid: int


def server_identity(owned: Path | None = None) -> Identity | None:
    """Return whom a server must become, None when this process is not root.

    A folder that already belongs to someone else (a cluster made earlier by an ordinary user)
    keeps its owner, hence `owned`.
    """
    if os.geteuid() != 0:
        return None
    if owned is not None and owned.exists():
        status = owned.stat()
        if status.st_uid != 0:
            return Identity(status.st_uid, status.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Identity(_NOBODY, _NOBODY)
    return Identity(entry.pw_uid, entry.pw_gid)


def may_enter(folder: Path, identity: Identity) -> bool:
    """Whether `identity` may pass through every folder down to `folder`, that one included."""
    resolved = folder.resolve()
    return all(
        _may_pass(place.stat(), identity)
        for place in (resolved, *resolved.parents)
        if place.exists()
    )


def _may_pass(status: os.stat_result, identity: Identity) -> bool:
    if status.st_uid == identity.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == identity.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def reachable_folder(wanted: Path, identity: Identity | None) -> Path:
    """Return the folder to use for `wanted`, made if missing, that `identity` may enter.

    `wanted` becomes a link when it has to lie elsewhere. Raises LocalError when no place of the
    machine serves.
    """
    if wanted.is_symlink():
        target = wanted.resolve()
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        return target
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if identity is None or may_enter(wanted.parent, identity):
        wanted.mkdir(exist_ok=True)
        if identity is not None and not may_enter(wanted, identity):
            wanted.chmod(0o711)
        return wanted.resolve()
    if wanted.exists():
        wanted.rmdir()
    outside = _outside_folder(identity) / _name_for(wanted)
    outside.mkdir(mode=0o755)
    outside.chmod(0o755)
    wanted.symlink_to(outside)
    return outside


def _name_for(wanted: Path) -> str:
    digest = hashlib.sha256(str(wanted.absolute()).encode()).hexdigest()[:8]
    return f"{digest}-{secrets.token_hex(4)}"


def _outside_folder(identity: Identity) -> Path:
    for folder in _OUTSIDE_FOLDERS:
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        # A folder that somebody else made in a shared place is not to be trusted.
        if folder.stat().st_uid == 0 and not folder.is_symlink() and may_enter(folder, identity):
            return folder
    raise LocalError("no_reachable_folder")


def reachable_copy(package: Path, names: tuple[str, ...], identity: Identity | None) -> Path:
    """Return a folder holding `names` of `package` where `identity` may read them.

    That is `package` itself when it may be entered, else a copy that is made once a version:
    the copy's name is taken from the files' names, sizes and times.
    """
    if identity is None or all(may_enter(package / name, identity) for name in names):
        return package
    home = _outside_folder(identity)
    copy = home / f"software-{_fingerprint(package, names)}"
    if copy.exists():
        return copy
    with tempfile.TemporaryDirectory(dir=home, prefix="copying-") as scratch:
        fresh = Path(scratch) / "software"
        for name in names:
            shutil.copytree(package / name, fresh / name, ignore=_needless)
        fresh.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:
            # Another start on this machine was quicker; its copy is the same.
            if not copy.exists():
                raise
    return copy


def _needless(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"include", "doc", "pgxs"} or name.endswith(".a")]


def _fingerprint(package: Path, names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in names:
        for file in sorted((package / name).rglob("*")):
            size = file.stat().st_size
            digest.update(f"{file.relative_to(package)}:{size}\n".encode())
    return digest.hexdigest()[:16]
