"""How processes of one system treat each other: their names, who ends with whom, who goes first."""

import ctypes
import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
_AUTOGROUP = Path("/proc/self/autogroup")
_OBJECTS_BETWEEN_COLLECTIONS = (20_000, 20, 20)


def die_with_parent(stop_signal: signal.Signals, parent: int) -> None:
    """Ask the kernel to send `stop_signal` to this process when its parent ends.

    Linux forgets the wish at a change of user, so this runs after that change. The parent may
    already be gone: then this process ends at once.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def take_name(name: str) -> None:
    """Show this process under a name in `ps -o comm` and `top`; the kernel keeps 15 bytes of it."""
    if _libc is not None:
        _libc.prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def step_back(niceness: int) -> None:
    """Let other processes go first where the processor is short: 0 is nobody, 19 everybody.

    Linux shares the processor between sessions before it looks inside them, so a process that
    leads a session of its own has to say it for the session too.
    """
    os.setpriority(os.PRIO_PROCESS, 0, niceness)
    with suppress(OSError):
        if os.getsid(0) == os.getpid():
            _AUTOGROUP.write_text(str(niceness))


def collect_seldom() -> None:
    """Look for garbage in cycles less often, and never again among what is loaded by now.

    A request leaves few cycles, but with hundreds under way each young collection finds them all
    alive: at Python's own thresholds an eighth of a sale's processor time went into that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_OBJECTS_BETWEEN_COLLECTIONS)
