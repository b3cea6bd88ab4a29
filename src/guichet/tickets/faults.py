"""Places where a test may kill this process, to see that a purchase survives it."""

import os
import signal
from pathlib import Path


class FaultPoints:
    """Kills the process at a named point, once, where a file of that name lies in the folder.

    Without a folder, which is always so in production, nothing ever happens.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def hit(self, name: str) -> None:
        """Pass the point; does not return where the file `name` was there."""
        if self._folder is None:
            return
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
