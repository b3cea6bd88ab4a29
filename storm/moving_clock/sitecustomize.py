"""Python reads this as it starts, in a storm's own system: the clock of a process can be moved.

The process from which the services are forked finds it by PYTHONPATH, and each fork watches a
file of its process id's name: the seconds that stand there are added to whatever reads the time of
day in this process, its libraries included. Clocks that only count on (`time.monotonic`), and the
clocks of PostgreSQL, NATS and nginx, stay as they are.
"""

import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

LOOK_SECONDS = 0.1
PARENT = "guichet.local.warm_parent"
# Read at once: whom a fork starts may have another environment.
FOLDER = os.environ.get("STORM_CLOCK_DIR", "")


def watch(folder: Path) -> None:
    """Move this process's clock whenever its file says so, and say in another that it is done."""
    wanted = folder / str(os.getpid())
    moved_by, travels = 0.0, []
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            seconds = float(wanted.read_text())
        except (OSError, ValueError):
            continue
        if seconds == moved_by:
            continue
        # Imported late: it costs what only a process whose clock is moved has to pay.
        import time_machine  # noqa: PLC0415

        while travels:
            travels.pop().stop()
        if seconds:
            travels.append(time_machine.travel(timedelta(seconds=seconds), tick=True))
            travels[-1].start()
        moved_by = seconds
        wanted.with_suffix(".moved").write_text(str(seconds))


def _in_child() -> None:
    threading.Thread(target=watch, args=(Path(FOLDER),), daemon=True, name="clock").start()


if FOLDER and PARENT in sys.orig_argv:
    os.register_at_fork(after_in_child=_in_child)
