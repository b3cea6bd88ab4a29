"""The provider's routes: check the key, apply the faults, call one function, draw the answer."""

import base64
import binascii
import hmac
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guichet.sandbox import queries
from guichet.sandbox.answers import JsonResponse, refused_response
from guichet.sandbox.books import Books
from guichet.sandbox.changes import Changes, trouble_before
from guichet.sandbox.faults import Faults, Operation
from guichet.sandbox.forms import Form
from guichet.sandbox.records import Intent, Problem
from guichet.sandbox.rules import Refused, invalid
from guichet.sandbox.shapes import (
    Shape,
    charge_shape,
    dispute_shape,
    intent_shape,
    list_shape,
    refund_shape,
)

log = logging.getLogger(__name__)

_FROM_ANYWHERE = {"access-control-allow-origin": "*", "access-control-allow-methods": "GET, POST"}
"""No cookie counts here: whoever calls has to know the payment's secret."""

Handler = Callable[[Request], Awaitable[Response]]
Draw = Callable[[Request, Form], Shape]


class Guard:
    """Checks the secret key and turns refusals into the provider's errors."""

    def __init__(self, api_key: str, bank_url: str, publishable_key: str = "") -> None:
        """A key that is empty: any that begins with `sk_test_` (`pk_test_`) will do."""
        self._api_key = api_key
        self._bank_url = bank_url
        self._publishable_key = publishable_key

    def __call__(self, handle: Handler) -> Handler:
        """Wrap a handler."""

        async def guarded(request: Request) -> Response:
            try:
                self._authorise(request.headers.get("authorization", ""))
                return await handle(request)
            except Refused as refused:
                return refused_response(refused, self._bank_url)
            except Exception:
                log.exception("%s %s failed", request.method, request.url.path)
                problem = Problem("api_error", "An unknown error occurred.")
                return refused_response(Refused(500, problem), self._bank_url)

        return guarded

    def or_browser(self, books: Books, handle: Handler) -> Handler:
        """Wrap a handler that a buyer's browser may call too, for the one payment it knows.

        Instead of the secret key it sends the publishable one and the payment's client secret.
        """
        guarded = self(handle)

        async def guarded_for_both(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=_FROM_ANYWHERE)
            if "authorization" in request.headers:
                return await guarded(request)
            try:
                await self._authorise_browser(books, request)
                answer = await handle(request)
            except Refused as refused:
                answer = refused_response(refused, self._bank_url)
            answer.headers.update(_FROM_ANYWHERE)
            return answer

        return guarded_for_both

    async def _authorise_browser(self, books: Books, request: Request) -> None:
        form = Form(await request.body() or request.scope["query_string"])
        key, secret = form.text("key") or "", form.text("client_secret") or ""
        if self._publishable_key:
            accepted = hmac.compare_digest(key.encode(), self._publishable_key.encode())
        else:
            accepted = key.startswith("pk_test_")
        if not accepted:
            raise invalid("Invalid API Key provided.", status=401)
        intent = books.intent(request.path_params["intent_id"])
        wanted = "" if intent is None else intent.client_secret
        if not wanted or not hmac.compare_digest(secret.encode(), wanted.encode()):
            raise _missing("payment_intent", request.path_params["intent_id"])

    def _authorise(self, header: str) -> None:
        """Accept the key as Bearer, or as the user name of Basic. Raises `Refused`."""
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                value = ""
        if self._api_key:
            accepted = hmac.compare_digest(value.encode(), self._api_key.encode())
        else:
            accepted = value.startswith("sk_test_")
        if not accepted:
            # The key is not repeated in the answer: it could be a live one.
            raise invalid("Invalid API Key provided.", status=401)


class Api:
    """The routes under `/v1`."""

    def __init__(
        self, books: Books, faults: Faults, changes: Changes, guard: Guard, bank_url: str
    ) -> None:
        self._books = books
        self._faults = faults
        self._changes = changes
        self._guard = guard
        self._bank_url = bank_url

    def routes(self) -> list[Route]:
        """Return the routes; the hot one first, since they are tried in order."""
        changes, read = self._changes, self._reading
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/v1/payment_intents", changes.create),
            ("POST", "/v1/refunds", changes.refund),
            ("GET", "/v1/payment_intents/search", read("search", self._search)),
            ("GET", "/v1/payment_intents", read("search", self._list_intents)),
            ("POST", "/v1/payment_intents/{intent_id}/cancel", changes.cancel),
            ("GET", "/v1/refunds", read("search", self._list_refunds)),
            ("GET", "/v1/refunds/{refund_id}", read("retrieve", self._retrieve_refund)),
            ("GET", "/v1/charges/{charge_id}", read("retrieve", self._retrieve_charge)),
            ("GET", "/v1/disputes", read("search", self._list_disputes)),
            ("GET", "/v1/disputes/{dispute_id}", read("retrieve", self._retrieve_dispute)),
            ("GET", "/v1/balance_transactions", read("search", self._list_transactions)),
            ("GET", "/v1/balance", read("retrieve", self._balance)),
        ]
        shared: list[tuple[str, str, Handler]] = [
            ("POST", "/v1/payment_intents/{intent_id}/confirm", changes.confirm),
            ("GET", "/v1/payment_intents/{intent_id}", read("retrieve", self._retrieve)),
        ]
        return [
            *(Route(path, self._guard(run), methods=[verb]) for verb, path, run in table),
            *(
                Route(path, self._guard.or_browser(self._books, run), methods=[verb, "OPTIONS"])
                for verb, path, run in shared
            ),
        ]

    def _reading(self, operation: Operation, draw: Draw) -> Handler:
        async def handle(request: Request) -> Response:
            form = Form(request.scope["query_string"])
            intent = self._books.intent(request.path_params.get("intent_id", ""))
            if intent is None:
                plan = self._faults.plan(operation)
            else:
                plan = self._faults.plan(operation, intent.amount, intent.metadata)
            trouble = await trouble_before(plan, self._bank_url)
            if trouble is not None:
                return trouble
            if plan.get("error_500") is not None:
                raise Refused(500, Problem("api_error", "An unknown error occurred."))
            return JsonResponse(draw(request, form))

        return handle

    def _retrieve(self, request: Request, form: Form) -> Shape:
        form.only({"expand", "client_secret", "key"})
        intent_id = request.path_params["intent_id"]
        intent = self._books.intent(intent_id)
        if intent is None:
            raise _missing("payment_intent", intent_id)
        return intent_shape(intent, self._bank_url, form.items("expand"))

    def _list_intents(self, _request: Request, form: Form) -> Shape:
        found, more = queries.list_intents(self._books, form)
        return list_shape("/v1/payment_intents", self._drawn(found, form), has_more=more)

    def _search(self, _request: Request, form: Form) -> Shape:
        found, next_page, total = queries.search_intents(self._books, form)
        return {
            "object": "search_result",
            "url": "/v1/payment_intents/search",
            "has_more": next_page is not None,
            "next_page": next_page,
            "total_count": total,
            "data": self._drawn(found, form),
        }

    def _drawn(self, intents: list[Intent], form: Form) -> list[Shape]:
        expand = tuple(path.removeprefix("data.") for path in form.items("expand"))
        return [intent_shape(intent, self._bank_url, expand) for intent in intents]

    def _list_refunds(self, _request: Request, form: Form) -> Shape:
        found, more = queries.list_refunds(self._books, form)
        shapes = [refund_shape(refund, self._books.intents[refund.intent]) for refund in found]
        return list_shape("/v1/refunds", shapes, has_more=more)

    def _retrieve_refund(self, request: Request, form: Form) -> Shape:
        form.only({"expand"})
        refund = self._books.refund(request.path_params["refund_id"])
        if refund is None:
            raise _missing("refund", request.path_params["refund_id"])
        return refund_shape(refund, self._books.intents[refund.intent], form.items("expand"))

    def _retrieve_charge(self, request: Request, form: Form) -> Shape:
        form.only({"expand"})
        found = self._books.intent_of_charge(request.path_params["charge_id"])
        if found is None:
            raise _missing("charge", request.path_params["charge_id"])
        disputed = bool(self._books.disputes_of(found[0]))
        return charge_shape(*found, form.items("expand"), is_disputed=disputed)

    def _retrieve_dispute(self, request: Request, form: Form) -> Shape:
        form.only({"expand"})
        dispute = self._books.dispute(request.path_params["dispute_id"])
        if dispute is None:
            raise _missing("dispute", request.path_params["dispute_id"])
        return dispute_shape(dispute, self._books.intents[dispute.intent])

    def _list_disputes(self, _request: Request, form: Form) -> Shape:
        found, more = queries.list_disputes(self._books, form)
        shapes = [dispute_shape(made, self._books.intents[made.intent]) for made in found]
        return list_shape("/v1/disputes", shapes, has_more=more)

    def _list_transactions(self, _request: Request, form: Form) -> Shape:
        found, more = queries.list_transactions(self._books, form)
        return list_shape("/v1/balance_transactions", found, has_more=more)

    def _balance(self, _request: Request, form: Form) -> Shape:
        form.only({"expand"})
        return queries.balance(self._books)


def _missing(kind: str, object_id: str) -> Refused:
    return invalid(
        f"No such {kind}: '{object_id[:64]}'", param="id", code="resource_missing", status=404
    )
