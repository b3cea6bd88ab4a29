"""The mailbox's JSON API, for tests and checkers, and the SMS sink."""

from dataclasses import asdict
from typing import Any, cast
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guichet.local.mailbox import reading
from guichet.local.mailbox.smtp_server import Faults, SmtpServer
from guichet.local.mailbox.store import Entry, Store

LIMIT_DEFAULT = 10_000
SMS_BYTES_MAX = 10_000


class Api:
    """Routes over a store and an SMTP server."""

    def __init__(self, store: Store, smtp: SmtpServer) -> None:
        self._store = store
        self._smtp = smtp

    def routes(self) -> list[Route]:
        """Return the routes, all below /mailbox/api/, and /sms."""
        base = "/mailbox/api"
        return [
            Route(f"{base}/messages", self.list_messages, methods=["GET"]),
            Route(f"{base}/messages", self.delete_all, methods=["DELETE"]),
            Route(f"{base}/messages/{{id:int}}", self.show, methods=["GET"]),
            Route(f"{base}/messages/{{id:int}}", self.delete, methods=["DELETE"]),
            Route(f"{base}/messages/{{id:int}}/raw", self.raw),
            Route(f"{base}/messages/{{id:int}}/attachments/{{number:int}}", self.attachment),
            Route(f"{base}/faults", self.show_faults, methods=["GET"]),
            Route(f"{base}/faults", self.set_faults, methods=["PUT"]),
            Route("/sms", self.receive_sms, methods=["POST"]),
        ]

    async def list_messages(self, request: Request) -> JSONResponse:
        """`?to=&q=&kind=mail|sms&limit=`, newest first; `total` counts all that match."""
        parameters = request.query_params
        found = list(
            self._store.entries(
                to=parameters.get("to", ""),
                query=parameters.get("q", ""),
                kind=parameters.get("kind", ""),
            )
        )
        limit = int(parameters.get("limit") or LIMIT_DEFAULT)
        data = [self._summary(entry) for entry in found[:limit]]
        return JSONResponse({"data": data, "total": len(found)})

    async def show(self, request: Request) -> JSONResponse:
        """One message with headers, text, HTML and the list of its attachments."""
        entry = self._entry(request)
        shown = self._summary(entry)
        if entry.kind == "sms":
            return JSONResponse(shown | {"text": self._store.content(entry.id).decode()})
        mail = reading.read(self._store.content(entry.id))
        attachments = [
            {
                "number": each.number,
                "filename": each.filename,
                "content_type": each.content_type,
                "size": each.size,
                "url": f"/mailbox/api/messages/{entry.id}/attachments/{each.number}",
            }
            for each in mail.attachments
        ]
        return JSONResponse(
            shown
            | {
                "headers": [{"name": name, "value": value} for name, value in mail.headers],
                "text": mail.text,
                "html": mail.html,
                "attachments": attachments,
            }
        )

    async def raw(self, request: Request) -> Response:
        """The source as it came over SMTP; always a download, never a page."""
        entry = self._entry(request)
        return _download(self._store.content(entry.id), f"{entry.id}.eml", "message/rfc822")

    async def attachment(self, request: Request) -> Response:
        """One attachment; always a download, so that a hostile one cannot run on this page."""
        entry = self._entry(request)
        number = int(request.path_params["number"])
        mail = reading.read(self._store.content(entry.id))
        for each in mail.attachments:
            if entry.kind == "mail" and each.number == number:
                return _download(each.content, each.filename, each.content_type)
        raise HTTPException(404)

    async def delete(self, request: Request) -> Response:
        """Forget one message."""
        self._store.delete(self._entry(request).id)
        return Response(status_code=204)

    async def delete_all(self, _request: Request) -> JSONResponse:
        """Forget everything."""
        return JSONResponse({"deleted": self._store.clear()})

    async def show_faults(self, _request: Request) -> JSONResponse:
        """The fault switches as they stand."""
        return JSONResponse(asdict(self._smtp.faults))

    async def set_faults(self, request: Request) -> JSONResponse:
        """Set all switches; those that the body does not name go back to their default."""
        wanted = await _json_object(request)
        try:
            faults = Faults(**wanted)
        except TypeError as error:
            raise HTTPException(422, str(error)) from error
        await self._smtp.set_faults(faults)
        return JSONResponse(asdict(faults))

    async def receive_sms(self, request: Request) -> JSONResponse:
        """`{"to", "text", "from", "reference"}` → 201 `{"id"}`, once it is on the disk."""
        message = await _json_object(request)
        fields = [message.get(name) for name in ("from", "to", "text", "reference")]
        if not all(isinstance(field, str) for field in fields) or not message["to"]:
            raise HTTPException(422, "from, to, text and reference are wanted, each a string")
        if len(message["text"].encode()) > SMS_BYTES_MAX:
            raise HTTPException(422, "text is too long")
        sender, to, text, reference = map(str, fields)
        entry = self._store.add_sms(sender, to, text, reference)
        return JSONResponse({"id": entry.id}, status_code=201)

    def _entry(self, request: Request) -> Entry:
        entry = self._store.entry(int(request.path_params["id"]))
        if entry is None:
            raise HTTPException(404)
        return entry

    def _summary(self, entry: Entry) -> dict[str, Any]:
        copies = self._store.copies(entry)
        return asdict(entry) | {
            "copy": copies.index(entry.id) + 1,
            "copies": len(copies),
            "url": f"/mailbox/messages/{entry.id}",
        }


async def _json_object(request: Request) -> dict[str, Any]:
    # A page of another site can send a form or plain text, but not this type, without asking.
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise HTTPException(415, "application/json is wanted")
    try:
        body = await request.json()
    except ValueError as error:
        raise HTTPException(400, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise HTTPException(422, "an object is wanted")
    return cast("dict[str, Any]", body)


def _download(content: bytes, filename: str, content_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(filename)}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox"}
    return Response(content, media_type=content_type, headers=headers)
