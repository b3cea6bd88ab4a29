"""What can strike, by name."""

from collections.abc import Mapping

from storm.faults import clock, mail, outside, parts, provider, servers
from storm.faults.base import Fault

_ALL: tuple[Fault, ...] = (
    *parts.FAULTS,
    *servers.FAULTS,
    *provider.FAULTS,
    *mail.FAULTS,
    *outside.FAULTS,
    *clock.FAULTS,
)
FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ALL}
