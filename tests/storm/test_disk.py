"""A small disk can be filled to the last page while others write, and freed again."""

import errno
from pathlib import Path

import pytest

from storm.disk import SmallDisk, may_mount

PAGE = b"x" * 4096


@pytest.mark.skipif(not may_mount(), reason="this user may not mount a disk of memory")
def test_a_full_disk_takes_nothing_until_it_is_freed(tmp_path: Path) -> None:
    disk = SmallDisk(tmp_path / "small", minutes=0.0)
    disk.mount()
    try:
        disk.fill()
        with pytest.raises(OSError) as refused:
            (disk.folder / "more").write_bytes(PAGE * 4)
        assert refused.value.errno == errno.ENOSPC
        disk.free()
        assert (disk.folder / "more").write_bytes(PAGE) == len(PAGE)
    finally:
        disk.unmount()
