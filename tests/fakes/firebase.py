"""A stand-in of Firebase Realtime Database's REST API and of Google's token endpoint."""

import asyncio
import functools
import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "backups@guichet-tests.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What Google's library signs for, wherever the credentials say that the endpoint is."""
TOKEN_SECONDS = 3600


@dataclass
class FakeFirebase:
    """The tree, the tokens that open it, and the errors that it is to answer with first."""

    private_key: rsa.RSAPrivateKey
    tree: dict[str, Any] = field(default_factory=dict[str, Any])
    tokens: set[str] = field(default_factory=set[str])
    scopes: set[str] = field(default_factory=set[str])
    errors: list[int] = field(default_factory=list[int])
    requests: list[str] = field(default_factory=list[str])
    url: str = ""
    silent: frozenset[str] = frozenset()
    """`token`, `data`: what is taken in and never answered."""

    def credentials(self, folder: Path) -> Path:
        """Write the JSON file of a service account whose token endpoint is this server."""
        pem = self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        content = {
            "type": "service_account",
            "project_id": "guichet-tests",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "token_uri": f"{self.url}/token",
        }
        file = folder / "service-account.json"
        file.write_text(json.dumps(content))
        return file

    def application(self) -> web.Application:
        """Return the server."""
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_route("*", "/{path:.*}", self._data)
        return app

    async def _token(self, request: web.Request) -> web.Response:
        await self._hang("token")
        form = await request.post()
        claims = jwt.decode(
            str(form["assertion"]),
            self.private_key.public_key(),
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=EMAIL,
        )
        self.scopes = set(claims["scope"].split())
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return web.json_response(
            {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}
        )

    async def _data(self, request: web.Request) -> web.Response:
        self.requests.append(f"{request.method} {request.path_qs}")
        await self._hang("data")
        if self.errors:
            return web.json_response({"error": "on demand"}, status=self.errors.pop(0))
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        if token not in self.tokens:
            return web.json_response({"error": "Unauthorized request."}, status=401)
        if not request.path.endswith(".json"):
            return web.json_response({"error": "append .json"}, status=404)
        keys = [key for key in request.path.removesuffix(".json").split("/") if key]
        if request.method == "GET":
            return web.json_response(self._read(keys, request.query.get("shallow") == "true"))
        content = await request.json()
        if request.method in {"PUT", "PATCH"} and isinstance(content, dict):
            self._write(keys, cast("dict[str, Any]", content), replace=request.method == "PUT")
            silent = request.query.get("print") == "silent"
            return web.Response(status=204) if silent else web.json_response(content)
        return web.json_response({"error": "not understood"}, status=405)

    async def _hang(self, what: str) -> None:
        if what in self.silent:
            await asyncio.Event().wait()

    def _read(self, keys: list[str], shallow: bool) -> Any:
        place: object = self.tree
        for key in keys:
            place = cast("dict[str, object]", place).get(key) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            return place
        found = cast("dict[str, object]", place)
        if shallow:
            return dict.fromkeys(found, True)
        if found and all(key.isdecimal() for key in found):
            # As the real one does with keys that look like a list's.
            return list(found.values())
        return found

    def _write(self, keys: list[str], content: dict[str, Any], *, replace: bool) -> None:
        place = self.tree
        for key in keys:
            place = place.setdefault(key, {})
        if replace:
            place.clear()
        place.update(content)


@functools.cache
def _private_key() -> rsa.RSAPrivateKey:
    """Return one key for all tests: drawing it takes a third of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@asynccontextmanager
async def running_firebase() -> AsyncGenerator[FakeFirebase]:
    """Run the stand-in on a port of its own."""
    fake = FakeFirebase(_private_key())
    server = TestServer(fake.application())
    await server.start_server()
    fake.url = str(server.make_url("")).rstrip("/")
    try:
        yield fake
    finally:
        await server.close()
