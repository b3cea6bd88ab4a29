"""The OpenAPI documents: current, complete, and with every route that existing clients call."""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tests.repository_files import ROOT
from tools import openapi

ROUTES_OF_THE_REPLACED_SYSTEM = """
auth           POST   /register
auth           POST   /login
auth           POST   /logout
auth           GET    /user
users          GET    /
users          GET    /{}
users          PUT    /{}
users          DELETE /{}
users          PUT    /profile
events         GET    /
events         GET    /public
events         GET    /{}
events         POST   /
events         PUT    /{}
events         PATCH  /{}
events         DELETE /{}
events         POST   /{}/speakers
events         PUT    /{}/speakers/{}
events         DELETE /{}/speakers/{}
events         POST   /{}/sponsors
events         PUT    /{}/sponsors/{}
events         DELETE /{}/sponsors/{}
tickets        POST   /purchase
tickets        GET    /user/{}
tickets        GET    /
tickets        GET    /admin/tickets
tickets        GET    /{}
tickets        POST   /{}/cancel
tickets        POST   /{}/validate
"""
"""What existing clients send, to be kept for ever; path parameters are written {}."""

ROUTES_OF_VERSION_1 = """
auth           POST   /refresh
auth           POST   /password/forgot
auth           POST   /password/reset
auth           POST   /password/change
auth           POST   /email/verify
auth           GET    /sessions
auth           DELETE /sessions/{}
auth           GET    /accounts
auth           PATCH  /accounts/{}
auth           GET    /.well-known/jwks.json
users          GET    /by-email/{}
users          GET    /me
users          GET    /me/purchases
users          GET    /me/export
users          PUT    /me/picture
events         PUT    /{}/image
events         GET    /{}/calendar.ics
events         GET    /categories
events         GET    /{}/ticket-types
events         POST   /{}/ticket-types
events         PATCH  /{}/ticket-types/{}
events         DELETE /{}/ticket-types/{}
events         GET    /{}/stats
tickets        POST   /holds
tickets        DELETE /holds/{}
tickets        POST   /validate
tickets        POST   /orders/access-link
tickets        GET    /orders/{}
tickets        GET    /{}/qr.svg
tickets        GET    /{}/ticket.pdf
tickets        POST   /payments/webhook
notifications  GET    /health
notifications  GET    /inbox
notifications  POST   /inbox/{}/read
notifications  GET    /stream
notifications  GET    /deliveries
notifications  POST   /deliveries/{}/retry
notifications  GET    /templates/{}/{}
notifications  PUT    /templates/{}/{}
"""


@pytest.fixture(scope="module", params=openapi.SERVICES)
def document(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Each service's name and its document, as the application gives it now."""
    return request.param, openapi.document(request.param)


def offered(service: str, document: dict[str, Any]) -> set[tuple[str, str]]:
    """Return (method, path below the service's prefix) of every route, parameters as {}."""
    prefix = f"/api/v1/{service}"
    return {
        (method.upper(), re.sub(r"\{[^}]*\}", "{}", path.removeprefix(prefix)) or "/")
        for path, operations in document["paths"].items()
        for method in operations
    }


def wanted(service: str, table: str) -> set[tuple[str, str]]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {(method, path) for owner, method, path in rows if owner == service}


def test_the_committed_document_is_what_the_service_offers(
    document: tuple[str, dict[str, Any]],
) -> None:
    service, current = document
    committed = json.loads((ROOT / openapi.FOLDER / f"{service}.json").read_text("utf-8"))
    assert committed == json.loads(json.dumps(current))


@pytest.mark.parametrize("table", [ROUTES_OF_THE_REPLACED_SYSTEM, ROUTES_OF_VERSION_1])
def test_every_promised_route_is_offered(document: tuple[str, dict[str, Any]], table: str) -> None:
    service, current = document
    missing = wanted(service, table) - offered(service, current)
    assert not missing


def test_every_route_says_what_it_does(document: tuple[str, dict[str, Any]]) -> None:
    silent = [
        f"{method} {path}"
        for path, operations in document[1]["paths"].items()
        for method, operation in operations.items()
        if not operation.get("summary") or not operation.get("responses")
    ]
    assert not silent


def test_every_reference_leads_to_a_shape(document: tuple[str, dict[str, Any]]) -> None:
    text = json.dumps(document[1])
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names <= set(document[1]["components"]["schemas"])


def test_every_answer_names_its_media_type(document: tuple[str, dict[str, Any]]) -> None:
    """Or has no body: 204 and redirections."""
    silent = [
        f"{method} {path} {status}"
        for path, operations in document[1]["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if not answer.get("content") and status != "204" and not status.startswith("3")
    ]
    assert not silent


@pytest.mark.parametrize("service", openapi.SERVICES)
def test_no_request_goes_through_a_thread(service: str) -> None:
    """What is no coroutine is called in a thread, which waits for the interpreter's lock."""
    routes = openapi.application(service).routes
    called = {
        call
        for route in routes
        if isinstance(route, APIRoute)
        for call in _calls(route.dependant)
        if not inspect.iscoroutinefunction(call)
        and not inspect.iscoroutinefunction(getattr(call, "__call__"))  # noqa: B004, B009 - a class's
    }
    assert not called


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
