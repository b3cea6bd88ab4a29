"""`ETag` on JSON answers to GET, and 304 where the caller has that version already."""

import hashlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ETags:
    """Holds back a JSON answer until it is whole, then names its version by its content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        wanted = dict(scope["headers"]).get(b"if-none-match", b"")
        start: Message | None = None
        chunks: list[bytes] = []

        async def send_with_etag(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"")
                if message["status"] == 200 and kind.startswith(b"application/json"):  # noqa: PLR2004 - HTTP
                    start = message
                else:
                    await send(message)
                return
            if start is None:
                await send(message)
                return
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                await _finish(send, start, b"".join(chunks), wanted)

        await self._app(scope, receive, send_with_etag)


def is_known(tag: bytes, wanted: bytes) -> bool:
    """Return whether an `If-None-Match` header says that its sender has this version already."""
    if not tag or not wanted:
        return False
    known = {part.strip().removeprefix(b"W/") for part in wanted.split(b",")}
    return tag in known or known == {b"*"}


async def _finish(send: Send, start: Message, body: bytes, wanted: bytes) -> None:
    tag = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    headers = [item for item in start["headers"] if item[0] != b"etag"] + [(b"etag", tag)]
    if is_known(tag, wanted):
        kept = [item for item in headers if item[0] not in {b"content-length", b"content-type"}]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})
