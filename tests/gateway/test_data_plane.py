"""Finding, checking and reloading nginx."""

import http.client
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from guichet.gateway import data_plane
from guichet.gateway.data_plane import DataPlane, NginxMissing, find_binary, is_open_to_others
from guichet.local import nginx
from guichet.local.ports import free_port
from guichet.local.process import last_lines, spawn, stop, wait_until


@pytest.fixture
def plane() -> Iterator[DataPlane]:
    """A data plane in a folder that everybody may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    folder.chmod(0o711)
    made = DataPlane(find_binary(), folder / "nginx")
    made.prepare()
    yield made
    shutil.rmtree(folder)


def configuration(port: int, answer: str) -> str:
    return (
        f"worker_processes 1; pid nginx.pid; events {{ worker_connections 64; }} error_log log;"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; return 200 {answer}; }} }}"
    )


def test_a_named_binary_comes_first_and_a_missing_one_is_told() -> None:
    assert find_binary("somewhere/nginx") == Path("somewhere/nginx")
    assert find_binary().is_file()


async def test_what_is_no_nginx_is_told() -> None:
    with pytest.raises(NginxMissing):
        await DataPlane(Path("no/such/nginx"), Path()).features()
    with pytest.raises(NginxMissing, match="is not an nginx"):
        await DataPlane(Path("/bin/echo"), Path()).features()


async def test_the_wheel_has_more_than_the_core(plane: DataPlane) -> None:
    features = await plane.features()
    assert features.has_headers_more
    assert features.has_keepalive_min_timeout


async def test_a_refused_configuration_leaves_the_last_good_one(plane: DataPlane) -> None:
    good = configuration(free_port(), "good")
    assert await plane.use(good)
    assert not await plane.use("nonsense;")
    assert "nonsense" in plane.error
    assert not await plane.use("nonsense;")
    assert plane.file.read_text() == good
    assert await plane.use(good)
    assert plane.error == ""


async def test_a_running_nginx_gets_the_new_configuration(plane: DataPlane) -> None:
    port = free_port()
    assert plane.master() is None
    assert await plane.use(configuration(port, "first"))
    process = spawn(nginx.program(plane.folder, plane.folder / "out"))
    try:
        assert wait_until(lambda: plane.master() is not None, lambda: True, 30)
        assert await plane.use(configuration(port, "second"))
        assert wait_until(lambda: fetch(port) == "second", lambda: True, 30), last_lines(
            plane.folder / "out"
        )
    finally:
        stop(process, nginx.program(plane.folder, plane.folder / "out").stop_signal, 30)
    assert plane.master() is None


async def test_an_nginx_that_was_starting_while_the_file_changed_is_told_later(
    plane: DataPlane,
) -> None:
    port = free_port()
    assert await plane.use(configuration(port, "first"))
    process = spawn(nginx.program(plane.folder, plane.folder / "out"))
    try:
        assert wait_until(lambda: plane.master() is not None, lambda: True, 30)
        plane.file.write_text(configuration(port, "second"))
        plane.deliver()
        assert wait_until(lambda: fetch(port) == "second", lambda: True, 30)
    finally:
        stop(process, nginx.program(plane.folder, plane.folder / "out").stop_signal, 30)


def fetch(port: int) -> str:
    """Return what nginx answers, nothing while it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def test_the_process_of_a_stale_pid_file_is_not_taken_for_nginx(plane: DataPlane) -> None:
    (plane.folder / "nginx.pid").write_text(str(os.getpid()))
    assert plane.master() is None
    (plane.folder / "nginx.pid").write_text("")
    assert plane.master() is None


def test_a_large_log_is_moved_aside(plane: DataPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = plane.folder / "trouble.log"
    journal.write_text("a line\n")
    plane.keep_small(journal)
    assert journal.exists()
    monkeypatch.setattr(data_plane, "LOG_BYTES_MAX", 3)
    plane.keep_small(journal)
    assert not journal.exists()
    assert journal.with_name("trouble.log.1").read_text() == "a line\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's workers are another user")
def test_what_root_keeps_private_is_copied_for_the_workers(plane: DataPlane) -> None:
    private = plane.folder.parent / "private"
    (private / "assets").mkdir(parents=True, mode=0o700)
    private.chmod(0o700)
    (private / "index.html").write_text("<!doctype html>")
    (private / "assets" / "app.js").write_text("1")
    assert not is_open_to_others(private)
    copy = plane.readable(private)
    assert copy != private
    assert is_open_to_others(copy / "assets")
    assert (copy / "assets" / "app.js").read_text() == "1"
    assert plane.readable(private) == copy
    time.sleep(0.01)
    (private / "index.html").write_text("<!doctype html><title>newer</title>")
    assert plane.readable(private) != copy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's workers are another user")
def test_the_working_folders_of_a_private_storage_lie_outside(plane: DataPlane) -> None:
    private = plane.folder.parent / "closed"
    private.mkdir(mode=0o700)
    outside = plane.folder.parent / "outside"
    outside.mkdir(mode=0o755)
    hidden = DataPlane(plane.binary, private / "nginx", outside=outside)
    hidden.prepare()
    assert hidden.temp_folder().parent == outside
    assert is_open_to_others(hidden.temp_folder())


def test_a_folder_that_somebody_else_prepared_is_not_used(
    plane: DataPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_plane.os, "geteuid", lambda: 12345)
    with pytest.raises(PermissionError):
        plane.prepare()
