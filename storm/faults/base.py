"""A fault: it strikes, lasts for a bounded time, and is healed."""

from typing import Protocol

from storm.system import Stormed


class Fault(Protocol):
    """One thing that goes wrong.

    Two faults of the same `ground` never strike together: healing one would end the other.
    """

    @property
    def name(self) -> str:
        """What it is called in plans and reports."""
        ...

    @property
    def ground(self) -> str:
        """Where it strikes."""
        ...

    @property
    def seconds(self) -> float:
        """How long it lasts; less in a short storm."""
        ...

    async def strike(self, stormed: Stormed) -> None:
        """Make it go wrong."""
        ...

    async def heal(self, stormed: Stormed) -> None:
        """Put it right; also where the strike was in vain."""
        ...
