"""A process that imports everything once, then forks the services on request.

Importing FastAPI, SQLAlchemy and the rest takes each process a second or two and some 60 MB;
forked from here they start at once and share those pages. It speaks with `guichet up` over a
socket, one JSON object a line, and ends with it. The services outlive it: they end with
`guichet up`, whose end closes the pipe that each of them watches.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from guichet.kernel.processes import step_back, take_name

_POLL_SECONDS = 0.05


def main() -> None:
    """Serve fork requests on the socket whose descriptor is the first argument, until it closes.

    The second is that of the pipe which forks watch; the third names the module whose import
    imports everything.
    """
    # Compiled once and kept, whatever the environment prefers: it halves every later start.
    sys.dont_write_bytecode = False
    importlib.import_module(sys.argv[3])
    # The children only read what is here now: keep the collector from dirtying those pages.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        _say(channel, {"warm": True})
        _serve(channel, int(sys.argv[2]))


def _serve(channel: socket.socket, lifeline: int) -> None:
    waiting = b""
    while True:
        readable, _, _ = select.select([channel], [], [], _POLL_SECONDS)
        if readable:
            received = channel.recv(65536)
            if not received:
                return
            *lines, waiting = (waiting + received).split(b"\n")
            for line in lines:
                _fork(channel, lifeline, json.loads(line))
        _report_ends(channel)


def _fork(channel: socket.socket, lifeline: int, request: dict[str, Any]) -> None:
    pid = os.fork()
    if pid:
        _say(channel, {"started": request["name"], "pid": pid})
        return
    channel.close()
    status = 1
    try:
        _become(request, lifeline)
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _become(request: dict[str, Any], lifeline: int) -> None:
    """Turn this fork into the requested server and run it to its end."""
    os.setsid()
    take_name(request["name"])
    step_back(request["niceness"])
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True, name="lifeline").start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    with Path(os.devnull).open("r+b") as nothing, Path(request["log"]).open("ab") as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
        os.dup2(log.fileno(), 2)
    function = getattr(importlib.import_module(request["module"]), request["function"])
    function(*request["arguments"])


def _end_with(lifeline: int) -> None:
    """Ask this process to stop once nobody holds the other end of the pipe any more."""
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _report_ends(channel: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say(channel, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _say(channel: socket.socket, message: dict[str, Any]) -> None:
    channel.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
