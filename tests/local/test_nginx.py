"""nginx runs in the foreground on the rendered configuration."""

from pathlib import Path

from guichet.local import nginx
from guichet.local.ports import answers, free_port
from guichet.local.process import session_members, spawn, stop, wait_until


def test_the_wheels_nginx_serves_the_folders_configuration(server_folder: Path) -> None:
    folder, port = server_folder / "nginx", free_port()
    folder.mkdir()
    (folder / "nginx.conf").write_text(
        "pid nginx.pid; events {} http { access_log off;"
        f" server {{ listen 127.0.0.1:{port}; return 204; }} }}"
    )
    program = nginx.program(folder, folder / "nginx.log")
    process = spawn(program)
    try:
        assert wait_until(lambda: answers(port), lambda: process.poll() is None, 60)
        # It listens before it notes its number.
        assert wait_until(
            lambda: number_in(folder / "nginx.pid") == str(process.pid),
            lambda: process.poll() is None,
            60,
        )
    finally:
        stop(process, program.stop_signal, 10)
    assert session_members(process.pid) == []
    assert not answers(port)


def number_in(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def test_a_named_binary_wins() -> None:
    assert nginx.executable("/opt/nginx") == Path("/opt/nginx")
    assert nginx.executable().is_file()
