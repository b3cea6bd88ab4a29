"""Which ports are free, and who holds those that are not."""

import secrets
import socket
from contextlib import closing

import psutil

FIRST_FREE_PORT = 10_500
FREE_PORTS = 8_000


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections on the port."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def free_port() -> int:
    """Return a port that is free now; another process may take it before it is used.

    It lies below the range that Linux hands out to outgoing connections, so that none of those
    can take it. Raises OSError when no free one is found.
    """
    for _ in range(1000):
        port = FIRST_FREE_PORT + secrets.randbelow(FREE_PORTS)
        if is_free(port):
            return port
    raise OSError("no free port")


def holder(port: int) -> str:
    """Return "name (pid)" of the process that listens on the port, "" when it cannot be told."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN
        if listens and connection.laddr and connection.laddr.port == port and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} ({connection.pid})"
            except psutil.Error:
                return str(connection.pid)
    return ""
