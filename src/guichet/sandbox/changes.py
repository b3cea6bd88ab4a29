"""What changes the books over HTTP: once per idempotency key, with the faults that are set."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from guichet.sandbox.answers import refused_response, stored_response
from guichet.sandbox.books import Answer
from guichet.sandbox.connection import Dropped
from guichet.sandbox.faults import HANG_SECONDS, NO_FAULTS, Faults, Operation, Plan
from guichet.sandbox.forms import Form
from guichet.sandbox.records import Problem
from guichet.sandbox.rules import Refused, invalid
from guichet.sandbox.use_cases import KeyUse, Till, conflict, other_parameters
from guichet.sandbox.webhooks import Webhooks

KEY_LENGTH_MAX = 255
BODY_BYTES_MAX = 64 * 1024
HOLD_SECONDS = 30.0
SETTLE_SECONDS = 2.0
RETURNED_SECONDS = 2.0

Run = Callable[[Form, KeyUse | None, Plan], Answer]


async def trouble_before(plan: Plan, bank_url: str) -> Response | None:
    """Let what is planned go wrong before anything happens; None where it goes on."""
    if (seconds := plan.seconds("slow", 1.0)) is not None:
        await asyncio.sleep(seconds)
    if (fault := plan.get("reject")) is not None:
        problem = Problem("rate_limit_error", "Too many requests.", "rate_limit")
        return refused_response(Refused(fault.status, problem), bank_url)
    if plan.cuts("drop", "before"):
        return Dropped()
    if plan.cuts("hang", "before"):
        return Dropped(plan.seconds("hang", HANG_SECONDS) or 0)
    return None


class Changes:
    """The four POST endpoints."""

    def __init__(self, till: Till, faults: Faults, webhooks: Webhooks, bank_url: str) -> None:
        self._till = till
        self._faults = faults
        self._webhooks = webhooks
        self._bank_url = bank_url
        self._in_flight: set[str] = set()

    async def create(self, request: Request) -> Response:
        """`POST /v1/payment_intents`."""
        return await self._change(
            request,
            "charge",
            lambda form, use, plan: self._till.create(
                form, use, plan.seconds("async_success", SETTLE_SECONDS)
            ),
        )

    async def confirm(self, request: Request) -> Response:
        """`POST /v1/payment_intents/{intent_id}/confirm`."""
        intent_id = request.path_params["intent_id"]
        return await self._change(
            request,
            "charge",
            lambda form, use, plan: self._till.confirm(
                intent_id, form, use, plan.seconds("async_success", SETTLE_SECONDS)
            ),
        )

    async def cancel(self, request: Request) -> Response:
        """`POST /v1/payment_intents/{intent_id}/cancel`."""
        intent_id = request.path_params["intent_id"]
        return await self._change(
            request, "cancel", lambda form, use, _plan: self._till.cancel(intent_id, form, use)
        )

    async def refund(self, request: Request) -> Response:
        """`POST /v1/refunds`."""
        return await self._change(request, "refund", self._refund_unless_empty)

    def _refund_unless_empty(self, form: Form, use: KeyUse | None, plan: Plan) -> Answer:
        if plan.get("balance_empty") is not None:
            raise invalid(
                "Insufficient funds in your account balance to refund.",
                code="balance_insufficient",
            )
        return self._till.refund(form, use, plan.seconds("refund_returned", RETURNED_SECONDS))

    async def _change(self, request: Request, operation: Operation, run: Run) -> Response:
        body = await request.body()
        if len(body) > BODY_BYTES_MAX:
            raise invalid("The request is too large.", status=413)
        form = Form(body)
        key = request.headers.get("idempotency-key", "")
        if len(key) > KEY_LENGTH_MAX:
            raise invalid("The idempotency key is too long.", param="Idempotency-Key")
        use = KeyUse(key, form.fingerprint(request.scope["path"])) if key else None
        if key in self._in_flight:
            raise conflict()
        if key:
            self._in_flight.add(key)
        try:
            return await self._change_once(request, operation, run, form, use)
        finally:
            self._in_flight.discard(key)

    async def _change_once(
        self, request: Request, operation: Operation, run: Run, form: Form, use: KeyUse | None
    ) -> Response:
        plan = self._plan(request, operation, form)
        if (trouble := await trouble_before(plan, self._bank_url)) is not None:
            return trouble
        answer = self._known(use)
        replayed = answer is not None
        if answer is None and (fault := plan.get("error_500")) is not None:
            problem = Problem("api_error", "An unknown error occurred.")
            if not fault.stored:
                raise Refused(500, problem)
            answer = self._till.store_failure(use, 500, problem)
        elif answer is None:
            answer = run(form, use, plan)
            await self._announce(answer, plan)
        if plan.cuts("drop", "after"):
            return Dropped()
        if plan.cuts("hang", "after"):
            return Dropped(plan.seconds("hang", HANG_SECONDS) or 0)
        return stored_response(answer, self._bank_url, replayed=replayed)

    def _known(self, use: KeyUse | None) -> Answer | None:
        """Return the stored answer of a key. Raises `Refused` for other parameters."""
        if use is None:
            return None
        known = self._till.books.answer(use.key, self._till.clock())
        if known is not None and known.stored.fingerprint != use.fingerprint:
            raise other_parameters()
        return known

    def _plan(self, request: Request, operation: Operation, form: Form) -> Plan:
        if not self._faults.active:
            return NO_FAULTS
        intent_id = request.path_params.get("intent_id") or form.text("payment_intent") or ""
        intent = self._till.books.intent(intent_id)
        amount, own = form.integer("amount"), form.mapping("metadata")
        if intent is None:
            return self._faults.plan(operation, amount, own)
        return self._faults.plan(operation, amount or intent.amount, own, intent.metadata)

    async def _announce(self, answer: Answer, plan: Plan) -> None:
        """Send, hold or forget the events of what was just recorded."""
        event_ids = [event.id for event in answer.events]
        intent = answer.intent
        if not event_ids or intent is None:
            return
        duplicate = plan.get("duplicate_webhooks")
        copies = 1 if duplicate is None else duplicate.copies
        if plan.get("no_webhooks") is not None:
            self._webhooks.forget(event_ids)
        elif (seconds := plan.seconds("webhook_after_refund", HOLD_SECONDS)) is not None:
            self._webhooks.hold(intent.number, event_ids)
            asyncio.get_running_loop().call_later(seconds, self._webhooks.release, intent.number)
        elif plan.get("webhook_first") is not None or self._webhooks.holds(intent.number):
            await self._webhooks.send_now(event_ids, copies)
            self._webhooks.release(intent.number)
        elif copies > 1:
            self._webhooks.send_soon(event_ids, copies)
        else:
            self._webhooks.queue(event_ids)
