"""nginx as a server of its own, where no supervisor starts it: in a container beside the gateway.

Both share the storage folder, the network and the process ids, and run as one user: the control
plane writes the configuration, and signals nginx to read it.
"""

import os
import time

from guichet.gateway.data_plane import DataPlane, NginxMissing, find_binary
from guichet.gateway.main import GatewaySettings

LOOK_SECONDS = 0.2
WAIT_SECONDS_MAX = 120.0


class NoConfiguration(Exception):
    """The gateway's control plane has written no nginx configuration in this storage folder."""


def command(settings: GatewaySettings) -> list[str]:
    """Return how to start nginx in the foreground; waits for the first configuration.

    Raises NginxMissing, or NoConfiguration after two minutes.
    """
    plane = DataPlane(find_binary(settings.nginx_binary), settings.storage_dir / "nginx")
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not plane.file.exists():
        if time.monotonic() > deadline:
            raise NoConfiguration(NoConfiguration.__doc__)
        time.sleep(LOOK_SECONDS)
    folder = f"{plane.folder.resolve()}/"
    return [str(plane.binary), "-p", folder, "-c", plane.file.name, "-g", "daemon off;"]


def run(port: int | None = None) -> None:  # noqa: ARG001 - the configuration says where it listens
    """Become nginx; returns only by an error."""
    try:
        arguments = command(GatewaySettings())
        os.execve(arguments[0], arguments, {"PATH": "/usr/bin:/bin", "TZ": "UTC"})  # noqa: S606 - its own arguments
    except (NginxMissing, NoConfiguration) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    run()
