"""Asking a server of this machine whether it is ready."""

import http.client
import json

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


def all_services_ready(port: int, host: str = "127.0.0.1") -> bool:
    """Whether the gateway on `port` finds every service in order."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/api/v1/health")
        answer = connection.getresponse()
        return answer.status == _OK and json.loads(answer.read())["status"] == "ok"
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return False
    finally:
        connection.close()
