"""Asking a server of this machine whether it is ready."""

import http.client

_OK = 200


def is_ready(port: int, path: str = "/health/ready", host: str = "127.0.0.1") -> bool:
    """Whether GET `path` answers 200 within two seconds."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
