"""The provider out of recorded shapes: every answer is a file of `recorded/`, filled in.

The files are written after the provider's public API reference. What changes with a payment (ids,
amounts, metadata, state) is put into them, and nothing else; so the contract suite meets the
provider's own objects, with all the fields that the sandbox does not draw.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.tickets.payments.cards import DECLINES, NEEDS_HOLDER

RECORDED = Path(__file__).parent / "recorded"

Shape = dict[str, Any]
Answer = tuple[int, Shape]


def recorded(name: str) -> Shape:
    """Return a recorded object, to be filled in."""
    found: Shape = json.loads((RECORDED / f"{name}.json").read_text())
    return found


class RecordedProvider:
    """Payments and refunds by id, as files; one answer for each idempotency key."""

    def __init__(self) -> None:
        self.intents: dict[str, Shape] = {}
        self.refunds: dict[str, Shape] = {}
        self.contested: set[str] = set()
        self.captures: dict[str, int] = {}
        self.lost: list[tuple[str, bool]] = []
        self.settles_later = False
        self._answers: dict[str, Answer] = {}

    def app(self) -> web.Application:
        """Return the routes."""
        app = web.Application()
        app.router.add_post("/v1/payment_intents", self._create)
        app.router.add_get("/v1/payment_intents/{id}", self._retrieve)
        app.router.add_post("/v1/payment_intents/{id}/cancel", self._cancel)
        app.router.add_post("/v1/refunds", self._refund)
        app.router.add_get("/v1/refunds", self._list_refunds)
        app.router.add_get("/v1/refunds/{id}", self._retrieve_refund)
        return app

    def pay(self, intent_id: str) -> None:
        """Capture an open payment."""
        before = self.intents[intent_id]
        if before["status"] in {"succeeded", "canceled"}:
            return
        paid = self._fill(recorded("intent_succeeded"), intent_id, before)
        paid["amount_received"] = before["amount"]
        paid["latest_charge"] |= {
            "amount": before["amount"],
            "amount_captured": before["amount"],
            "amount_refunded": 0,
            "payment_intent": intent_id,
        }
        self.intents[intent_id] = paid
        key = paid["metadata"]["order_key"]
        self.captures[key] = self.captures.get(key, 0) + 1

    def return_refund(self, refund_id: str) -> None:
        """Let the bank return a refund."""
        before = self.refunds[refund_id]
        kept = {name: before[name] for name in ("id", "amount", "payment_intent", "metadata")}
        self.refunds[refund_id] = recorded("refund_failed") | kept
        charge = self.intents[before["payment_intent"]]["latest_charge"]
        charge["amount_refunded"] -= before["amount"]

    def decline(self, intent_id: str, code: str, decline_code: str | None = None) -> None:
        """Refuse an open payment's card, or its holder."""
        error = recorded("error_card_declined")["error"]
        problem = {name: error[name] for name in ("type", "message", "payment_method")}
        self.intents[intent_id] |= {
            "status": "requires_payment_method",
            "next_action": None,
            "last_payment_error": problem | {"code": code, "decline_code": decline_code},
        }

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = await _form(request)

        def create() -> Answer:
            intent_id = f"pi_recorded{len(self.intents) + 1}"
            method = form.get("payment_method", "")
            self.intents[intent_id] = self._fill(recorded(_file_for(method)), intent_id, form)
            if self.settles_later:
                self.settles_later = False
                self.intents[intent_id] |= recorded("intent_processing") | {
                    name: self.intents[intent_id][name] for name in ("id", "amount", "metadata")
                }
            elif method in DECLINES:
                self.decline(intent_id, *DECLINES[method])
                return 402, self._declined(intent_id)
            elif method and method not in NEEDS_HOLDER:
                self.pay(intent_id)
            return 200, self.intents[intent_id]

        return await self._once(request, "charge", create)

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.intents[request.match_info["id"]])

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        intent = self.intents[request.match_info["id"]]
        if intent["status"] in {"succeeded", "canceled"}:
            refused = recorded("error_unexpected_state")
            refused["error"]["payment_intent"] = intent
            return web.json_response(refused, status=400)
        cancelled = self._fill(recorded("intent_canceled"), intent["id"], intent)
        self.intents[intent["id"]] = cancelled
        return web.json_response(cancelled)

    async def _refund(self, request: web.Request) -> web.StreamResponse:
        form = await _form(request)

        def refund() -> Answer:
            intent = self.intents.get(form["payment_intent"])
            amount = int(form["amount"])
            if form["payment_intent"] in self.contested:
                return 400, recorded("error_charge_disputed")
            charge: Shape = (intent or {}).get("latest_charge") or {"amount": 0}
            if amount > charge["amount"] - charge.get("amount_refunded", 0):
                return 400, recorded("error_not_found")
            charge["amount_refunded"] += amount
            refund_id = f"re_recorded{len(self.refunds) + 1}"
            self.refunds[refund_id] = recorded("refund_succeeded") | {
                "id": refund_id,
                "amount": amount,
                "payment_intent": form["payment_intent"],
                "metadata": {"refund_key": form["metadata[refund_key]"]},
            }
            return 200, self.refunds[refund_id]

        return await self._once(request, "refund", refund)

    async def _list_refunds(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query.get("payment_intent")
        found = [each for each in self.refunds.values() if each["payment_intent"] == wanted]
        return web.json_response({"object": "list", "data": found, "has_more": False})

    async def _retrieve_refund(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.refunds[request.match_info["id"]])

    async def _once(
        self, request: web.Request, call: str, run: Callable[[], Answer]
    ) -> web.StreamResponse:
        """Answer as the first time under the same key, or lose the answer where a test says so."""
        loses = self.lost.pop(0)[1] if self.lost and self.lost[0][0] == call else None
        if loses is False:
            return _cut(request)
        key = request.headers["Idempotency-Key"]
        is_replay = key in self._answers
        if not is_replay:
            status, body = run()
            self._answers[key] = status, json.loads(json.dumps(body))
        if loses:
            return _cut(request)
        status, body = self._answers[key]
        headers = {"Idempotent-Replayed": "true"} if is_replay else {}
        return web.json_response(body, status=status, headers=headers)

    def _fill(self, shape: Shape, intent_id: str, given: Mapping[str, Any]) -> Shape:
        metadata = given.get("metadata") or {
            name.removeprefix("metadata[").removesuffix("]"): value
            for name, value in given.items()
            if name.startswith("metadata[")
        }
        return shape | {
            "id": intent_id,
            "amount": int(given["amount"]),
            "client_secret": f"{intent_id}_secret_x",
            "metadata": metadata,
        }

    def _declined(self, intent_id: str) -> Shape:
        intent = self.intents[intent_id]
        error = recorded("error_card_declined")["error"] | intent["last_payment_error"]
        return {"error": error | {"payment_intent": intent}}


def _file_for(method: str) -> str:
    return "intent_requires_action" if method else "intent_waits_for_browser"


async def _form(request: web.Request) -> dict[str, str]:
    return dict(parse_qsl(await request.text(), keep_blank_values=True))


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()
