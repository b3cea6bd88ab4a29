"""Which instances of which service there are, and which of them may be sent requests."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

SERVICES = ("auth", "users", "events", "tickets", "notifications")

PROBE_SECONDS = 1.0
PROBE_SECONDS_IN_DOUBT = 0.4
FAILURES_MAX = 2
SLOW_SECONDS_MAX = 10.0
SILENCE_SECONDS_MAX = 5.0
FAREWELL_SECONDS = 5.0

_ADDRESS = re.compile(r"http://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(?P<port>\d{1,5})/?")


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """A host and a port; the host is a name until it has been resolved to IP addresses."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address already."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


def parse_address(url: str) -> Address:
    """Return the address that `http://host:port` names.

    Raises ValueError for anything more, since an address ends up in nginx's configuration.
    """
    found = _ADDRESS.fullmatch(url)
    if not found or not 0 < int(found["port"]) < 65536:  # noqa: PLR2004 - TCP's own limit
        raise ValueError(f"{url!r} is not of the form http://host:port")
    return Address(found["host"].strip("[]"), int(found["port"]))


def parse_instances(text: str) -> dict[str, list[Address]]:
    """Read `tickets=http://10.0.0.1:8004,http://10.0.0.2:8004;auth=http://auth.internal:8001`.

    Raises ValueError where a service is unknown or an address malformed.
    """
    named: dict[str, list[Address]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        service, separator, urls = part.partition("=")
        if not separator or service.strip() not in SERVICES:
            raise ValueError(f"{part!r} does not begin with a service and an equals sign")
        named[service.strip()] = [parse_address(url.strip()) for url in urls.split(",")]
    return named


class State(StrEnum):
    """What is known of an instance; requests go to those presumed or up.

    One that is slow was up and still takes connections, but answers its probes too late.
    """

    PRESUMED = "presumed"
    NEW = "new"
    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    LEAVING = "leaving"


IN_ROTATION = {State.PRESUMED, State.UP}


@dataclass(slots=True)
class Instance:
    """One instance of a service; instants are seconds of a monotonic clock."""

    service: str
    address: Address
    state: State
    name: str = ""
    targets: set[Address] = field(default_factory=set[Address])
    announced_at: float | None = None
    checked_at: float | None = None
    left_at: float | None = None
    slow_since: float | None = None
    latency_seconds: float | None = None
    failures: int = 0


class Roster:
    """All known instances, kept by what is configured, announced and probed.

    An instance stays known for as long as a target of the settings resolves to it or it announces
    itself. It gets requests after a successful probe, and none after two failed ones or its
    farewell. Of those that are merely slow, the last ones are kept for a while: a service that has
    more to do than it can would otherwise be left out altogether. What the settings name at the
    start is presumed to be up until probes say otherwise, so that a restarted gateway interrupts
    nothing.
    """

    def __init__(self) -> None:
        self._instances: dict[tuple[str, Address], Instance] = {}

    def place(
        self, service: str, target: Address, resolved: Iterable[Address], *, presumed: bool = False
    ) -> None:
        """Note to which addresses a target of the settings leads at present."""
        wanted = set(resolved)
        for address in wanted:
            self._known(service, address, presumed=presumed).targets.add(target)
        for instance in self.of(service):
            if target in instance.targets and instance.address not in wanted:
                instance.targets.discard(target)
                self._forget_if_unfounded(instance)

    def announced(
        self, service: str, name: str, address: Address, now: float, *, presumed: bool = False
    ) -> None:
        """Note that an instance says it is there."""
        instance = self._known(service, address, presumed=presumed)
        if instance.state is State.LEAVING and instance.name != name:
            instance.state = State.NEW
        instance.name = name
        instance.announced_at = now

    def left(self, service: str, name: str, address: Address, now: float) -> None:
        """Note an instance's farewell; one of a predecessor at the same address does not count."""
        instance = self._instances.get((service, address))
        if instance is None or instance.name not in {"", name}:
            return
        instance.name, instance.announced_at = name, None
        instance.state, instance.left_at = State.LEAVING, now
        self._forget_if_unfounded(instance)

    def probed(
        self,
        instance: Instance,
        now: float,
        latency_seconds: float | None,
        *,
        is_late: bool = False,
    ) -> None:
        """Note a probe's result; no latency means that it failed.

        `is_late` says that a connection was made and no answer came in time.
        """
        instance.checked_at, instance.latency_seconds = now, latency_seconds
        if latency_seconds is None:
            instance.failures += 1
            if instance.failures >= FAILURES_MAX:
                instance.state = self._state_after_failures(instance, now, is_late=is_late)
            return
        instance.failures, instance.slow_since = 0, None
        # A process that said farewell may still answer its last probes.
        if instance.state is State.LEAVING and now - (instance.left_at or now) < FAREWELL_SECONDS:
            return
        instance.state = State.UP

    def expire(self, now: float, listening_since: float | None) -> None:
        """Forget announced instances that have fallen silent.

        Only silence that could be heard counts: `listening_since` is when the present connection
        to NATS was made, None where there is none.
        """
        if listening_since is None:
            return
        for instance in self.all():
            heard = instance.announced_at
            if heard is not None and now - max(heard, listening_since) > SILENCE_SECONDS_MAX:
                instance.announced_at = None
                self._forget_if_unfounded(instance)

    def due(self, now: float) -> list[Instance]:
        """Return the instances to probe now: every second, sooner where there is doubt."""
        return [
            instance
            for instance in self.all()
            if instance.checked_at is None
            or now - instance.checked_at
            >= (
                PROBE_SECONDS
                if instance.state is State.UP and not instance.failures
                else PROBE_SECONDS_IN_DOUBT
            )
        ]

    def in_rotation(self, service: str) -> list[Address]:
        """Return the addresses that get this service's requests, in a stable order."""
        known = self.of(service)
        sound = [instance.address for instance in known if instance.state in IN_ROTATION]
        slow = [instance.address for instance in known if instance.state is State.SLOW]
        return sorted(sound or slow)

    def of(self, service: str) -> list[Instance]:
        """Return the known instances of a service."""
        return [instance for instance in self.all() if instance.service == service]

    def all(self) -> list[Instance]:
        """Return every known instance."""
        return [self._instances[key] for key in sorted(self._instances)]

    def _state_after_failures(self, instance: Instance, now: float, *, is_late: bool) -> State:
        was_serving = instance.state in IN_ROTATION or instance.state is State.SLOW
        if not (is_late and was_serving):
            return State.DOWN
        if instance.slow_since is None:
            instance.slow_since = now
        return State.SLOW if now - instance.slow_since < SLOW_SECONDS_MAX else State.DOWN

    def _known(self, service: str, address: Address, *, presumed: bool = False) -> Instance:
        key = (service, address)
        if key not in self._instances:
            state = State.PRESUMED if presumed else State.NEW
            self._instances[key] = Instance(service, address, state)
        return self._instances[key]

    def _forget_if_unfounded(self, instance: Instance) -> None:
        if not instance.targets and instance.announced_at is None:
            self._instances.pop((instance.service, instance.address), None)


def service_status(states: Iterable[State]) -> str:
    """Return "ok" where every instance is up, "degraded" where some are, "down" where none is."""
    known = set(states)
    if not known & {State.UP, State.SLOW}:
        return "down"
    return "ok" if known == {State.UP} else "degraded"
