"""The warm parent forks on request and ends when its socket closes."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path


def test_it_says_that_it_is_warm_forks_reports_and_ends_with_its_socket(tmp_path: Path) -> None:
    mine, its = socket.socketpair()
    lifeline, _ = os.pipe()
    with its:
        parent = subprocess.Popen(
            [
                *(sys.executable, "-m", "guichet.local.warm_parent"),
                *(str(its.fileno()), str(lifeline), "json"),
            ],
            pass_fds=(its.fileno(), lifeline),
            stderr=subprocess.DEVNULL,
        )
    with mine, mine.makefile("rw") as stream:
        assert json.loads(stream.readline()) == {"warm": True}
        request: dict[str, object] = {
            "name": "leaver",
            "module": "sys",
            "function": "exit",
            "arguments": [3],
            "environment": {},
            "log": str(tmp_path / "leaver.log"),
            "niceness": 0,
        }
        stream.write(json.dumps(request) + "\n")
        stream.flush()
        started = json.loads(stream.readline())
        assert started["started"] == "leaver"
        assert json.loads(stream.readline()) == {"ended": started["pid"], "status": 3}
    assert parent.wait(10) == 0
