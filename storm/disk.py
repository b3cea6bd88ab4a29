"""A small disk under the system's whole storage folder, which can be filled up and freed again."""

import ctypes
import errno
import os
import tempfile
from pathlib import Path

MEBIBYTE = 1024 * 1024
BYTES, BYTES_A_MINUTE = 512 * MEBIBYTE, 64 * MEBIBYTE
"""What a system takes from the start, and what the clients add; with room to spare for both."""
_FILLER = "filler"
_PIECE_BYTES, _PAGE_BYTES = 64 * MEBIBYTE, 4096
_NO_FLAGS = 0


class SmallDisk:
    """A tmpfs mounted on a folder: PostgreSQL, NATS, the logs and all others write to it.

    It is big enough for a storm of so many minutes.
    """

    def __init__(self, folder: Path, minutes: float) -> None:
        self.folder = folder
        self.bytes_max = BYTES + round(minutes * BYTES_A_MINUTE)

    def mount(self) -> None:
        """Mount it; OSError where this user may not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _mount(self.folder, f"size={self.bytes_max},mode=0711")

    def unmount(self) -> None:
        """Unmount it; what is still open on it stays until it is closed."""
        library = ctypes.CDLL(None, use_errno=True)
        detach = 2
        library.umount2(str(self.folder).encode(), detach)

    def fill(self) -> None:
        """Take all the room that is left, in ever smaller pieces: others write meanwhile."""
        piece, taken = _PIECE_BYTES, 0
        with (self.folder / _FILLER).open("wb") as stream:
            while piece >= _PAGE_BYTES:
                try:
                    os.posix_fallocate(stream.fileno(), taken, piece)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    piece //= 2
                else:
                    taken += piece

    def free(self) -> None:
        """Give the room back."""
        (self.folder / _FILLER).unlink(missing_ok=True)


def may_mount() -> bool:
    """Whether this user may mount a disk of memory."""
    folder = Path(tempfile.mkdtemp(prefix="guichet-storm-"))
    disk = SmallDisk(folder, minutes=0.0)
    try:
        disk.mount()
    except OSError:
        return False
    else:
        disk.unmount()
        return True
    finally:
        folder.rmdir()


def _mount(folder: Path, options: str) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    arguments = (b"guichet", str(folder).encode(), b"tmpfs", _NO_FLAGS, options.encode())
    if library.mount(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(folder))
