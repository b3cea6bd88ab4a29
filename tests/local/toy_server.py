"""A server to supervise: says who it is over HTTP, stops when asked."""

import http.server
import json
import os
import signal
import sys
import threading


def answer() -> bytes:
    """Return what this server says of itself."""
    said = {"status": "ok", "pid": os.getpid(), "environment": sorted(os.environ)}
    return json.dumps(said).encode()


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = answer()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


def serve_in_thread() -> http.server.ThreadingHTTPServer:
    """Serve on a free port until `shutdown` is called."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def run(port: int) -> None:
    """Serve until SIGTERM."""

    def leave(_number: int, _frame: object) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    print("this goes nowhere")  # noqa: T201 - to see that standard output is not kept
    print("starting", file=sys.stderr)  # noqa: T201 - to see that standard error is
    http.server.ThreadingHTTPServer(("127.0.0.1", port), _Answer).serve_forever()


def fail(message: str) -> None:
    """End at once, in the way that a service with a wrong setting does."""
    raise RuntimeError(message)
