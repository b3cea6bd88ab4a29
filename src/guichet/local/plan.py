"""What makes up the local system: its settings, its processes, where each answers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from guichet.kernel.settings import CommonSettings
from guichet.local import environment as settings_of
from guichet.local import nats, nginx, postgres
from guichet.local.children import ForkedChild, ProgramChild, WarmParent
from guichet.local.development_secrets import database_passwords, ensure_secrets
from guichet.local.errors import LocalError
from guichet.local.postgres import SERVICES
from guichet.local.servable_modules import SERVERS
from guichet.local.storage import Storage

REPLICA_PORT_STEP = 100
"""The second instance of a service listens that much above the first, and so on."""

_NICENESS = {"notifications": 10, "mailbox": 10, "users": 10, "auth": 5}
"""What waits while others buy: what follows a purchase (mails, histories), and logins."""

_LISTENERS: dict[str, tuple[str, ...]] = {
    "postgres": ("postgres",),
    "nats": ("nats", "nats_monitor"),
    "sandbox": ("sandbox",),
    "mailbox": ("mailbox", "smtp"),
    "gateway": ("control_plane",),
    "nginx": ("gateway", "load_balancer", "web"),
    **{service: (service,) for service in SERVICES},
}


def read_settings() -> CommonSettings:
    """Return the settings of this process's environment; LocalError where one is malformed."""
    try:
        return CommonSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GUICHET_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise LocalError("bad_setting", name=name, reason=first["msg"]) from None


@dataclass
class Plan:
    """The system as it is going to run, before anything has started."""

    settings: CommonSettings
    storage: Storage
    named: Mapping[str, str]
    environment: dict[str, str] = field(default_factory=dict[str, str])
    cluster: postgres.Cluster | None = None
    broker: nats.Broker | None = None

    @classmethod
    def from_environment(cls) -> "Plan":
        """Read what the person has named in the environment."""
        settings = read_settings()
        return cls(settings, Storage(settings.storage_dir.absolute()), dict(os.environ))

    def resolve(self) -> None:
        """Draw missing secrets and decide where the servers lie.

        Raises LocalError when the secrets of existing databases are gone, or a wheel is missing.
        """
        exists = (self.storage.postgres / "data" / "PG_VERSION").exists()
        known = ensure_secrets(self.storage.secrets, cluster_exists=exists)
        shift = self.settings.port_shift
        self.environment = settings_of.complete(self.named, known, self.storage.root, shift)
        if settings_of.own_postgres(self.named):
            self.cluster = postgres.cluster_at(
                self.storage.postgres, self.settings.port("postgres"), database_passwords(known)
            )
        if settings_of.own_nats(self.named):
            self.broker = nats.Broker(
                folder=self.storage.nats,
                port=self.settings.port("nats"),
                monitor_port=self.settings.port("nats_monitor"),
                user="guichet",
                password=known["GUICHET_NATS_PASSWORD"],
                log=self.storage.logs / "nats.log",
            )

    def replicas(self) -> dict[str, int]:
        """Return how many instances of each service run; GUICHET_LOCAL_REPLICAS asks for more."""
        counts: dict[str, int] = dict.fromkeys(SERVICES, 1)
        for part in self.named.get("GUICHET_LOCAL_REPLICAS", "").replace(" ", "").split(","):
            service, _, count = part.partition("=")
            if not part:
                continue
            if service not in counts or not count.isdigit() or not 1 <= int(count) <= 9:  # noqa: PLR2004 - ports 100 apart end there
                raise LocalError("bad_setting", name="GUICHET_LOCAL_REPLICAS", reason=part)
            counts[service] = int(count)
        return counts

    def instances(self) -> dict[str, tuple[str, int]]:
        """Return name → (server, port) of every Python server; `tickets`, then `tickets-2` …"""
        found: dict[str, tuple[str, int]] = {}
        for service, count in self.replicas().items():
            for index in range(count):
                name = service if index == 0 else f"{service}-{index + 1}"
                found[name] = (service, self.settings.port(service) + REPLICA_PORT_STEP * index)
        found["gateway"] = ("gateway", self.settings.port("control_plane"))
        if settings_of.own_sandbox(self.named):
            found["sandbox"] = ("sandbox", self.settings.port("sandbox"))
        if settings_of.own_mailbox(self.named):
            found["mailbox"] = ("mailbox", self.settings.port("mailbox"))
        return found

    def ports(self) -> dict[int, str]:
        """Return every port that this system is going to listen on → the listener's name."""
        wanted: dict[int, str] = {}
        for name, (server, port) in self.instances().items():
            wanted[port] = name
            for listener in _LISTENERS[server][1:]:
                wanted[self.settings.port(listener)] = listener
        for server, runs in (
            ("postgres", settings_of.own_postgres(self.named)),
            ("nats", settings_of.own_nats(self.named)),
            ("nginx", True),
        ):
            if runs:
                wanted |= {self.settings.port(name): name for name in _LISTENERS[server]}
        return wanted

    def postgres_child(self, cluster: postgres.Cluster) -> ProgramChild:
        """Return the database server."""
        log = self.storage.logs / "postgres.log"

        def describe() -> postgres.Program:
            postgres.clear_leftovers(cluster)
            return postgres.program(cluster, log)

        return ProgramChild("postgres", log, describe)

    def nats_child(self, broker: nats.Broker) -> ProgramChild:
        """Return the message server."""
        return ProgramChild("nats", broker.log, lambda: nats.program(broker))

    def nginx_child(self) -> ProgramChild:
        """Return the data plane."""
        log = self.storage.logs / "nginx.log"
        named = self.named.get("GUICHET_NGINX_BINARY", "")
        return ProgramChild("nginx", log, lambda: nginx.program(self.storage.nginx, log, named))

    def warm_parent(self) -> WarmParent:
        """Return the process that the Python servers are forked from."""
        return WarmParent(folder=Path.cwd(), log=self.storage.logs / "warm-parent.log")

    def server_child(self, name: str, parent: WarmParent) -> ForkedChild:
        """Return the Python server called `name` in `instances`."""
        server, port = self.instances()[name]
        return self.fork(name, server, parent, SERVERS[server], "run", (port,))

    def migration_child(self, service: str, parent: WarmParent) -> ForkedChild:
        """Return the short-lived process that brings a service's database up to date."""
        name = settings_of.migration_of(service)
        share = settings_of.share_of(self.environment, service)
        share |= settings_of.share_of(self.environment, name)
        return replace(
            self.fork(name, service, parent, "guichet.local.migrate", "run", (service,)),
            environment=share,
        )

    def fork(
        self,
        name: str,
        owner: str,
        parent: WarmParent,
        module: str,
        function: str,
        arguments: tuple[object, ...],
    ) -> ForkedChild:
        """Return a fork that sees the secrets of `owner` alone.

        It writes its own structured log; only what it says before that, or in dying, goes to
        `<name>.stderr.log`.
        """
        return ForkedChild(
            name=name,
            log=self.storage.logs / f"{name}.stderr.log",
            module=module,
            arguments=arguments,
            environment=settings_of.share_of(self.environment, owner),
            warm_parent=parent,
            function=function,
            niceness=_NICENESS.get(owner, 0),
        )
