"""What every service has: health, metrics, documents, problems, whoever raises them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field

from guichet.kernel.app import Check, create_app, entry_of, openapi_document
from guichet.kernel.callers import Caller, CallingService, OptionalCaller
from guichet.kernel.entry import Entry
from guichet.kernel.problems import Conflict
from guichet.kernel.tokens import Revocations, ServiceTokens, SigningKeys, TokenVerifier
from tests.fakes.issuer import FakeIssuer
from tests.kernel.asgi import call

SECRET = "a secret of thirty-two characters or more"
router = APIRouter(prefix="/api/v1/things")


class Thing(BaseModel):
    name: Annotated[str, Field(max_length=5)]


class Taken(Conflict):
    code = "taken"
    fr = "Déjà pris par {who}."
    en = "Already taken by {who}."


@router.post("")
async def make(thing: Thing) -> Thing:
    if thing.name == "taken":
        raise Taken(who="Élodie")
    if thing.name == "bug":
        raise KeyError("secret detail")
    if thing.name == "away":
        raise ConnectionRefusedError
    return thing


@router.get("/mine")
async def mine(caller: Caller) -> dict[str, Any]:
    return {"account_id": caller.account_id, "role": caller.role}


@router.get("/maybe")
async def maybe(caller: OptionalCaller, n: Annotated[int, Query(ge=1)] = 1) -> dict[str, Any]:
    return {"known": caller is not None, "n": n}


@router.get("/internal")
async def internal(service: CallingService) -> dict[str, str]:
    return {"service": service}


issuer = FakeIssuer()
health: dict[str, Exception | None] = {"database": None, "messages": None}
ALL_WELL = {"database": "ok", "messages": "ok"}


def check_of(name: str) -> Check:
    async def check() -> None:
        if error := health[name]:
            raise error

    return check


@asynccontextmanager
async def context(_app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
    yield {name: check_of(name) for name in health}


@pytest.fixture
def app() -> FastAPI:
    health.update(database=None, messages=None)
    made = create_app(service="things", title="Things", context=context, routers=[router])
    made.state.verifier = TokenVerifier(
        SigningKeys(issuer.jwks), Revocations(), issuer="guichet", audience="guichet"
    )
    made.state.service_tokens = ServiceTokens(SECRET, service="things")
    return made


@pytest.fixture
def entry(app: FastAPI) -> Entry:
    return entry_of(app)


async def test_live_says_so_at_once_and_ready_once_all_is_open(app: FastAPI) -> None:
    entry = entry_of(app)
    assert (await call(entry, "GET", "/health/live")).status == 200
    assert (await call(entry, "GET", "/health/ready")).status == 503
    async with app.router.lifespan_context(app):
        ready = await call(entry, "GET", "/health/ready")
        assert (ready.status, ready.json["checks"]) == (200, ALL_WELL)
        health["database"] = ConnectionError("secret address")
        failed = await call(entry, "GET", "/health/ready")
    assert (failed.status, failed.json["checks"]) == (503, {**ALL_WELL, "database": "failed"})
    assert b"secret" not in failed.body


async def test_without_messages_a_service_serves_on_and_says_so(app: FastAPI) -> None:
    entry = entry_of(app)
    async with app.router.lifespan_context(app):
        health["messages"] = ConnectionError("NATS does not answer")
        ready = await call(entry, "GET", "/health/ready")
    assert (ready.status, ready.json["checks"]) == (200, {**ALL_WELL, "messages": "failed"})


async def test_metrics_are_there(entry: Entry) -> None:
    answer = await call(entry, "GET", "/metrics")
    assert b"guichet_request_seconds_bucket" in answer.body


async def test_a_named_refusal(entry: Entry) -> None:
    answer = await call(
        entry, "POST", "/api/v1/things", body=b'{"name": "taken"}', accept_language="fr"
    )
    assert answer.status == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["message"] == "Déjà pris par Élodie."
    assert answer.json["who"] == "Élodie"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"name": "toolong"}', 422, "malformed"),
        (b"{}", 422, "malformed"),
        (b"[]", 422, "malformed"),
        (b"{", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"[" * 5000, 400, "bad_request"),
    ],
)
async def test_bodies_that_cannot_be_used(
    entry: Entry, body: bytes, status: int, code: str
) -> None:
    answer = await call(entry, "POST", "/api/v1/things", body=body, content_type="application/json")
    assert (answer.status, answer.json["code"]) == (status, code)


async def test_a_malformed_field_is_named_in_the_caller_s_language(entry: Entry) -> None:
    for language, sentence in (("fr", "5 caractères au plus."), ("en", "5 characters at most.")):
        answer = await call(
            entry, "POST", "/api/v1/things", body=b'{"name": "toolong"}', accept_language=language
        )
        assert answer.json["errors"] == {"name": [sentence]}
    answer = await call(entry, "GET", "/api/v1/things/maybe", query="n=0")
    assert list(answer.json["errors"]) == ["n"]


async def test_no_such_address_and_no_such_method(entry: Entry) -> None:
    missing = await call(entry, "GET", "/nowhere")
    wrong = await call(entry, "DELETE", "/api/v1/things")
    assert (missing.status, missing.json["code"]) == (404, "not_found")
    assert (wrong.status, wrong.json["code"]) == (405, "method_not_allowed")


async def test_an_unforeseen_error_keeps_its_reason_to_itself(app: FastAPI) -> None:
    """Starlette answers, then raises on for the server to see; the answer is what counts."""
    for name, status in (("bug", 500), ("away", 503)):
        answers: list[Any] = []

        async def entry(scope: Any, receive: Any, send: Any, answers: list[Any] = answers) -> None:
            async def note(message: Any) -> None:
                answers.append(message)
                await send(message)

            try:
                await entry_of(app)(scope, receive, note)
            except (KeyError, ConnectionError):
                assert answers

        answer = await call(entry, "POST", "/api/v1/things", body=f'{{"name": "{name}"}}'.encode())
        assert answer.status == status
        assert b"secret" not in answer.body


async def test_who_calls(entry: Entry) -> None:
    token = f"Bearer {issuer.token(7, 'operator')}"
    path = "/api/v1/things"
    assert (await call(entry, "GET", f"{path}/mine", authorization=token)).json == {
        "account_id": 7,
        "role": "operator",
    }
    nobody = await call(entry, "GET", f"{path}/mine")
    assert (nobody.status, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert (await call(entry, "GET", f"{path}/maybe")).json["known"] is False
    assert (await call(entry, "GET", f"{path}/maybe", authorization=token)).json["known"] is True
    assert (await call(entry, "GET", f"{path}/maybe", authorization="Bearer x")).status == 401


async def test_internal_routes_are_for_services(entry: Entry) -> None:
    path = "/api/v1/things/internal"
    good = ServiceTokens(SECRET, service="tickets").issue("things")
    elsewhere = ServiceTokens(SECRET, service="tickets").issue("users")
    forged = ServiceTokens("another secret of thirty-two characters", service="x").issue("things")
    assert (await call(entry, "GET", path, authorization=f"Bearer {good}")).json == {
        "service": "tickets"
    }
    for wrong in ("", f"Bearer {elsewhere}", f"Bearer {forged}", f"Bearer {issuer.token(1)}"):
        assert (await call(entry, "GET", path, authorization=wrong)).status == 401


async def test_the_documents_are_served_from_here(entry: Entry) -> None:
    page = await call(entry, "GET", "/docs/api")
    assert page.status == 200
    assert b"http://" not in page.body
    assert b"https://" not in page.body
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert (await call(entry, "GET", f"/docs/assets/{name}")).status == 200
    document = (await call(entry, "GET", "/docs/api/openapi.json")).json
    assert set(document["paths"]) == {
        "/api/v1/things",
        "/api/v1/things/mine",
        "/api/v1/things/maybe",
        "/api/v1/things/internal",
    }
    assert "Problem" in document["components"]["schemas"]


def test_the_document_names_how_to_sign_in(app: FastAPI) -> None:
    document = openapi_document(app)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert document["paths"]["/api/v1/things/mine"]["get"]["security"] == [{"bearer": []}]
