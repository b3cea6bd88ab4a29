"""A service that says what reached it: `python echo_service.py PORT NAME JOURNAL`.

Each POST is written to the journal before it is answered, so that a test can count what arrived,
answered or not. It runs in a process of its own, to be killed.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

PORT, NAME, JOURNAL = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])


def note(key: str) -> None:
    """Write down that a POST arrived."""
    with JOURNAL.open("a", encoding="utf-8") as journal:
        journal.write(f"{key}\n")


async def ready(_request: web.Request) -> web.Response:
    """Say that all is well."""
    return web.json_response({"status": "ready"})


async def stream(request: web.Request) -> web.StreamResponse:
    """Send one server-sent event at once and another after a long while."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b"data: first\n\n")
    await asyncio.sleep(20)
    await response.write(b"data: second\n\n")
    return response


async def echo(request: web.Request) -> web.StreamResponse:
    """Answer with what came.

    `wait` and `shared` (seconds), `status`, and `break` are wishes of the test.
    """
    body = await request.read()
    if request.method == "POST":
        note(request.query.get("key", ""))
    await asyncio.sleep(float(request.query.get("wait", "0")))
    if "break" in request.query and request.transport:
        request.transport.close()
    headers = {"X-Request-Id": "the-service-says-this-too", "ETag": '"v1"'}
    if "shared" in request.query:
        headers["Cache-Control"] = f"public, max-age={request.query['shared']}"
    return web.json_response(
        {
            "name": NAME,
            "method": request.method,
            "path": request.raw_path,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "bytes": len(body),
        },
        status=int(request.query.get("status", "200")),
        headers=headers,
    )


def main() -> None:
    """Serve until killed."""
    app = web.Application(client_max_size=20 * 1024 * 1024)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/api/v1/notifications/stream", stream)
    app.router.add_route("*", "/{path:.*}", echo)
    web.run_app(app, host="127.0.0.1", port=PORT, print=None, keepalive_timeout=75)


if __name__ == "__main__":
    main()
