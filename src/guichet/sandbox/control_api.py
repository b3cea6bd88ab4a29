"""Routes that the real provider does not have: its books at a glance, and the fault switches.

They need the secret key like the others, so that no web page can use them through a browser.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from guichet.sandbox.books import Books
from guichet.sandbox.faults import Fault, Faults
from guichet.sandbox.forms import Form
from guichet.sandbox.http_api import Guard
from guichet.sandbox.records import Intent
from guichet.sandbox.rules import invalid
from guichet.sandbox.shapes import fee_of

ROWS_AT_ONCE = 1_000

_encode = msgspec.json.Encoder().encode


class ControlApi:
    """The routes under `/_sandbox`, the bank's page aside."""

    def __init__(self, books: Books, faults: Faults, guard: Guard) -> None:
        self._books = books
        self._faults = faults
        self._guard = guard

    def routes(self) -> list[Route]:
        """Return the routes."""
        faults = "/_sandbox/faults"
        return [
            Route("/_sandbox/books", self._guard(self._read_books), methods=["GET"]),
            Route(faults, self._guard(self._read_faults), methods=["GET"]),
            Route(faults, self._guard(self._add_fault), methods=["POST"]),
            Route(faults, self._guard(self._clear_faults), methods=["DELETE"]),
        ]

    async def _read_books(self, request: Request) -> Response:
        """Stream one JSON object a line for every payment, oldest first.

        `?after=<intent id>` begins behind that one, `?limit=` ends after so many.
        """
        form = Form(request.scope["query_string"])
        form.only({"after", "limit"})
        start = 0
        if (after := form.text("after")) is not None:
            intent = self._books.intent(after)
            if intent is None:
                raise invalid("No such payment_intent", param="after", status=404)
            start = intent.number + 1
        limit = form.integer("limit")
        end = len(self._books.intents) if limit is None else start + limit
        return StreamingResponse(self._rows(start, end), media_type="application/x-ndjson")

    async def _rows(self, start: int, end: int) -> AsyncIterator[bytes]:
        end = min(end, len(self._books.intents))
        for first in range(start, end, ROWS_AT_ONCE):
            chunk = self._books.intents[first : min(first + ROWS_AT_ONCE, end)]
            yield b"".join([_encode(self._row(intent)) + b"\n" for intent in chunk])
            # A long list must not keep a buyer's charge waiting.
            await asyncio.sleep(0)

    def _row(self, intent: Intent) -> dict[str, Any]:
        return {
            "id": intent.id,
            "status": intent.status,
            "currency": intent.currency,
            "amount": intent.amount,
            "captured": intent.captured,
            "refunded": intent.refunded,
            "fee": fee_of(intent.amount) if intent.captured else 0,
            "created": intent.created,
            "metadata": intent.metadata,
            "refunds": [
                {
                    "id": refund.id,
                    "amount": refund.amount,
                    "status": refund.status,
                    "metadata": refund.metadata,
                }
                for refund in self._books.refunds_of(intent)
            ],
        }

    async def _read_faults(self, _request: Request) -> Response:
        return Response(_encode({"faults": self._faults.active}), media_type="application/json")

    async def _add_fault(self, request: Request) -> Response:
        """Take one switch as JSON; see `faults.Fault`."""
        try:
            fault = msgspec.json.decode(await request.body(), type=Fault)
        except msgspec.MsgspecError as error:
            raise invalid(str(error)) from error
        if fault.every < 1 or fault.copies < 1 or (fault.times is not None and fault.times < 1):
            raise invalid("every, copies and times are at least 1")
        self._faults.add(fault)
        return await self._read_faults(request)

    async def _clear_faults(self, request: Request) -> Response:
        self._faults.clear()
        return await self._read_faults(request)
