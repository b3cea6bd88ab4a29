"""`guichet up`: start everything in order of readiness, keep it running, stop it cleanly."""

import asyncio
import contextlib
import signal
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType

from guichet.kernel.clock import now
from guichet.local import demo, nats, ports, postgres, web_app
from guichet.local.backup.schedule import schedule_for
from guichet.local.children import Child, ForkedChild, WarmParent
from guichet.local.errors import LocalError
from guichet.local.health import all_services_ready, is_ready
from guichet.local.nats_watch import NatsWatch
from guichet.local.plan import Plan
from guichet.local.postgres import SERVICES
from guichet.local.process import last_lines
from guichet.local.screen import Screen
from guichet.local.storage import SystemLock, sweep
from guichet.local.supervisor import Supervisor
from guichet.local.texts import say

_READY_SECONDS_MAX = 60.0
_DEATHS_MAX = 3
_PORT_SECONDS_MAX = 3.0
_TICK_SECONDS = 0.1
_STARTUP_TICK_SECONDS = 0.02
_STOP_SECONDS_MAX = 6.0
_SERVER_STOP_SECONDS_MAX = 20.0


class StopRequested(Exception):
    """Somebody pressed Ctrl-C or said `guichet down` while the system was starting."""


class LocalSystem:
    """One run of the whole system on this machine."""

    def __init__(self, plan: Plan, screen: Screen) -> None:
        self._plan = plan
        self._screen = screen
        self._supervisor = Supervisor(plan.storage, self._note_end)
        self._warm_parent: WarmParent = plan.warm_parent()
        self._deaths: Counter[str] = Counter()
        self._children: dict[str, Child] = {}
        self._is_starting = True
        self._is_stopping = False
        self._backups = schedule_for(plan, now)
        self._nats_watch: NatsWatch | None = None

    def run(self) -> None:
        """Start, stay until told to stop, stop. Raises LocalError with what is to be mended."""
        plan = self._plan
        plan.storage.prepare()
        if plan.storage.unfinished.exists():
            raise LocalError("restore_unfinished", folder=plan.storage.root)
        lock = SystemLock(plan.storage)
        lock.acquire()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            sweep(plan.storage)
            plan.resolve()
            self._check_ports()
            with contextlib.suppress(StopRequested):
                self._start()
                self._show_summary()
                self._is_starting = False
                self._stay()
            self._screen.line(f"\n{say('stopping')}")
        finally:
            self._stop()
            lock.release()
        self._screen.line(say("stopped", folder=plan.storage.root))

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _note_end(self, name: str, status: int, pause_seconds: float) -> None:
        self._deaths[name] += 1
        if self._is_starting and self._deaths[name] < _DEATHS_MAX:
            return
        reason = signal.Signals(-status).name if status < 0 else str(status)
        log = self._children[name].log
        if self._is_starting:
            raise LocalError("server_failed", name=name, reason=last_lines(log) or reason, log=log)
        self._screen.warn(
            say("restarting", name=name, reason=reason, seconds=f"{pause_seconds:.1f}", log=log)
        )

    def _check_ports(self) -> None:
        """Refuse to start while another program listens where a part of this system would."""
        deadline = time.monotonic() + _PORT_SECONDS_MAX
        for port, name in sorted(self._plan.ports().items()):
            while not ports.is_free(port):
                if time.monotonic() > deadline:
                    holder = ports.holder(port)
                    key = "port_taken_by" if holder else "port_taken"
                    raise LocalError(key, port=port, name=name, holder=holder)
                time.sleep(0.1)

    def _launch(self, child: Child) -> None:
        self._children[child.name] = child
        self._supervisor.start(child)

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait for `ready`, restarting what dies meanwhile."""
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while not ready():
            self._screen.turn()
            self._supervisor.tick()
            if self._is_stopping:
                raise StopRequested
            if time.monotonic() > deadline:
                log = self._children[name].log
                raise LocalError(
                    "server_not_ready",
                    name=name,
                    seconds=int(_READY_SECONDS_MAX),
                    log=log,
                )
            time.sleep(_STARTUP_TICK_SECONDS)

    def _start(self) -> None:
        self._screen.line(say("starting", folder=self._plan.storage.root))
        self._launch(self._warm_parent)
        if self._plan.broker is not None:
            child = self._plan.nats_child(self._plan.broker)
            self._launch(child)
            self._nats_watch = NatsWatch(self._plan.broker, child)
        self._start_postgres()
        with self._screen.step("NATS JetStream"):
            broker = self._plan.broker
            if broker is not None:
                self._wait("nats", lambda: nats.is_ready(broker))
        with self._screen.step(say("step_code")):
            self._wait(self._warm_parent.name, self._is_warm)
        self._migrate()
        self._start_servers()
        self._start_nginx()
        self._seed()

    def _is_warm(self) -> bool:
        self._warm_parent.listen(0)
        return self._warm_parent.is_warm

    def _start_postgres(self) -> None:
        cluster = self._plan.cluster
        if cluster is None:
            return
        key = "step_postgres" if cluster.is_made else "step_postgres_first"
        with self._screen.step(say(key)):
            postgres.clear_leftovers(cluster)
            postgres.initialise(cluster)
            self._launch(self._plan.postgres_child(cluster))
            self._wait("postgres", lambda: asyncio.run(postgres.accepts_connections(cluster)))
            asyncio.run(postgres.create_databases(cluster))

    def _migrate(self) -> None:
        with self._screen.step(say("step_migrate")):
            running = [
                self._plan.migration_child(service, self._warm_parent) for service in SERVICES
            ]
            for child in running:
                child.start()
            for child in running:
                self._wait_for_end(child, "migration_failed")

    def _seed(self) -> None:
        """Create the demo data, the first time."""
        if not demo.is_wanted(self._plan):
            return
        with self._screen.step(say("step_demo")):
            for child in demo.children(self._plan, self._warm_parent):
                child.start()
                self._wait_for_end(child, "seed_failed")
        demo.note_done(self._plan)

    def _wait_for_end(self, child: ForkedChild, failure: str) -> None:
        """Wait for a process that does one thing; LocalError `failure` where it could not."""
        self._children[child.name] = child
        self._wait(child.name, lambda: child.ended() is not None)
        if child.ended() != 0:
            reason = last_lines(child.log, 1)
            raise LocalError(failure, name=child.name, reason=reason, log=child.log)
        if child.log.stat().st_size == 0:
            child.log.unlink()

    def _start_servers(self) -> None:
        instances = self._plan.instances()
        # One left by an earlier run may name other ports; the control plane writes it anew.
        for stale in ("nginx.conf", "nginx.pid"):
            (self._plan.storage.nginx / stale).unlink(missing_ok=True)
        with self._screen.step(say("step_services", count=len(instances))):
            for name in instances:
                self._launch(self._plan.server_child(name, self._warm_parent))
            for name, (server, port) in instances.items():
                if server in {"sandbox", "mailbox"}:
                    self._wait(name, lambda port=port: ports.answers(port))
                else:
                    self._wait(name, lambda port=port: is_ready(port))

    def _start_nginx(self) -> None:
        with self._screen.step("nginx"):
            configuration = self._plan.storage.nginx / "nginx.conf"
            self._wait("gateway", configuration.exists)
            self._launch(self._plan.nginx_child())
            gateway = self._plan.settings.port("gateway")
            self._wait("nginx", lambda: all_services_ready(gateway))

    def _show_summary(self) -> None:
        port = self._plan.settings.port
        self._screen.line("\n" + say("ready", seconds=f"{self._screen.elapsed_seconds:.1f}"))
        rows = [
            (say("address_site"), f"http://localhost:{port('load_balancer')}"),
            (say("address_gateway"), f"http://localhost:{port('gateway')}/api/v1"),
            (say("address_documents"), f"http://localhost:{port('gateway')}/docs/api"),
        ]
        instances = self._plan.instances()
        if "mailbox" in instances:
            mailbox = f"http://localhost:{port('load_balancer')}/mailbox/"
            rows.append((say("address_mailbox"), mailbox))
        if "sandbox" in instances:
            rows.append((say("address_sandbox"), f"http://localhost:{port('sandbox')}"))
        rows.append((say("address_logs"), str(self._plan.storage.logs)))
        self._screen.addresses(rows)
        if not self._plan.settings.is_production:
            password = demo.PASSWORD
            self._screen.accounts([(email, password, role) for email, role in demo.ACCOUNTS])
        if not web_app.is_built(self._plan.named):
            self._screen.warn(say("no_web_app"))
        self._screen.line("\n" + say("how_to_stop"))

    def _stay(self) -> None:
        while not self._is_stopping:
            self._supervisor.tick()
            if self._nats_watch is not None and self._nats_watch.tick():
                self._screen.warn(say("nats_anew", log=self._plan.storage.logs / "nats.log"))
            if self._backups.tick():
                self._screen.warn(say("backup_red", log=self._plan.storage.logs / "backups.log"))
            time.sleep(_TICK_SECONDS)

    def _stop(self) -> None:
        """Stop the doors first, then the services, then what they stand on."""
        self._backups.stop()
        bases = ["nats", "postgres"]
        parent = self._warm_parent.name
        others = [n for n in self._supervisor.names() if n not in {"nginx", parent, *bases}]
        self._supervisor.stop(["nginx"], _STOP_SECONDS_MAX)
        self._supervisor.stop(others, _STOP_SECONDS_MAX)
        self._supervisor.stop([parent], _STOP_SECONDS_MAX)
        self._supervisor.stop(bases, _SERVER_STOP_SECONDS_MAX)


def up() -> None:
    """Run the whole system until Ctrl-C, SIGTERM or `guichet down`."""
    LocalSystem(Plan.from_environment(), Screen()).run()
