"""Routes that the real provider does not have: its books at a glance, and the fault switches.

They need the secret key like the others, so that no web page can use them through a browser.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from guichet.sandbox.disputes import move_dispute, open_dispute
from guichet.sandbox.faults import Fault, Faults
from guichet.sandbox.forms import Form
from guichet.sandbox.http_api import Guard
from guichet.sandbox.records import Dispute, DisputeStatus, Intent
from guichet.sandbox.rules import invalid
from guichet.sandbox.shapes import dispute_shape, fee_of
from guichet.sandbox.use_cases import Till
from guichet.sandbox.webhooks import Webhooks

ROWS_AT_ONCE = 1_000

_encode = msgspec.json.Encoder().encode
_Asked = TypeVar("_Asked")


class DisputeAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A payment that its payer's bank contests: all that is left of it, or `amount`."""

    payment_intent: str
    amount: int | None = None
    reason: str = "fraudulent"


class DisputeMoved(msgspec.Struct, forbid_unknown_fields=True):
    """How a dispute goes on; `won` and `lost` end it."""

    status: DisputeStatus


class ControlApi:
    """The routes under `/_sandbox`, the bank's page aside."""

    def __init__(self, till: Till, faults: Faults, guard: Guard, webhooks: Webhooks) -> None:
        self._till = till
        self._books = till.books
        self._webhooks = webhooks
        self._faults = faults
        self._guard = guard

    def routes(self) -> list[Route]:
        """Return the routes."""
        faults, disputes = "/_sandbox/faults", "/_sandbox/disputes"
        return [
            Route(disputes, self._guard(self._open_dispute), methods=["POST"]),
            Route(disputes + "/{dispute_id}", self._guard(self._move_dispute), methods=["POST"]),
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
        disputes = self._books.disputes_of(intent)
        return {
            "id": intent.id,
            "status": intent.status,
            "currency": intent.currency,
            "amount": intent.amount,
            "captured": intent.captured,
            "refunded": intent.refunded,
            "fee": fee_of(intent),
            "disputed": sum(made.amount for made in disputes if made.status != "won"),
            "dispute_fees": sum(made.fee for made in disputes),
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

    async def _open_dispute(self, request: Request) -> Response:
        """Take a `DisputeAsked` as JSON, and answer with the dispute."""
        asked = _decoded(await request.body(), DisputeAsked)
        dispute = open_dispute(self._till, asked.payment_intent, asked.amount, asked.reason)
        return self._dispute(dispute)

    async def _move_dispute(self, request: Request) -> Response:
        """Take the next status as JSON, and answer with the dispute."""
        asked = _decoded(await request.body(), DisputeMoved)
        return self._dispute(
            move_dispute(self._till, request.path_params["dispute_id"], asked.status)
        )

    def _dispute(self, dispute: Dispute) -> Response:
        self._webhooks.queue(self._books.notices)
        shape = dispute_shape(dispute, self._books.intents[dispute.intent])
        return Response(_encode(shape), media_type="application/json")

    async def _read_faults(self, _request: Request) -> Response:
        return Response(_encode({"faults": self._faults.active}), media_type="application/json")

    async def _add_fault(self, request: Request) -> Response:
        """Take one switch as JSON; see `faults.Fault`."""
        fault = _decoded(await request.body(), Fault)
        if fault.every < 1 or fault.copies < 1 or (fault.times is not None and fault.times < 1):
            raise invalid("every, copies and times are at least 1")
        self._faults.add(fault)
        return await self._read_faults(request)

    async def _clear_faults(self, request: Request) -> Response:
        self._faults.clear()
        return await self._read_faults(request)


def _decoded(body: bytes, shape: type[_Asked]) -> _Asked:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise invalid(str(error)) from error
