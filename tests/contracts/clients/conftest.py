"""A service that notes what it is asked and answers what a test gave it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import pytest
from aiohttp import web

from guichet.kernel.http_client import ServiceClient
from guichet.kernel.tokens import ServiceTokens
from guichet.local.ports import free_port

SECRET = "a secret of thirty-two characters or more"

Client = TypeVar("Client", bound=ServiceClient)


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    body: Any


@dataclass
class Service:
    """The service that is called; `tokens` verifies that the call was meant for it."""

    url: str
    session: aiohttp.ClientSession
    asked: list[Asked] = field(default_factory=list[Asked])
    answer: Any = None
    status: int = 200
    service: str = ""

    def client(self, kind: type[Client], service: str) -> Client:
        """Return a client of that kind, which calls this service as `caller`."""
        self.service = service
        tokens = ServiceTokens(SECRET, service="caller")
        return kind(self.session, self.url, service=service, tokens=tokens)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        tokens = ServiceTokens(SECRET, service=self.service)
        assert tokens.verify(request.headers["Authorization"]) == "caller"
        body = await request.json() if request.can_read_body else None
        self.asked.append(Asked(request.method, request.path, body))
        if isinstance(self.answer, bytes):
            return web.Response(body=self.answer, status=self.status)
        if self.answer is None:
            return web.Response(status=204)
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    port = free_port()
    async with aiohttp.ClientSession() as session:
        made = Service(f"http://127.0.0.1:{port}", session)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", made.serve)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield made
        await runner.cleanup()
