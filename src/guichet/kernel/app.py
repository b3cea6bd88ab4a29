"""The application factory: every service has the same health, metrics, documents and problems."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import fastapi_offline
import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.routing import Route

from guichet.kernel.api_documents import METHODS, allowed_methods, say_what_all_have
from guichet.kernel.entry import Entry, problem_of
from guichet.kernel.etag import ETags
from guichet.kernel.hot_route import HotRoute, openapi_fragment, problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.logs import logger
from guichet.kernel.problems import (
    STATUS_PROBLEMS,
    BadRequest,
    Malformed,
    MethodNotAllowed,
    Problem,
)
from guichet.kernel.shared_answers import SharedAnswers
from guichet.kernel.tokens import TokenVerifier
from guichet.kernel.validation import field_errors

Check = Callable[[], Awaitable[None]]
MESSAGES_CHECK = "messages"
"""The check that is told of and takes no service away: what is to be sent waits in the outbox."""
"""A readiness check: returns where all is well, raises otherwise."""

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "message", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "message": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

log = logger(__name__)


def create_app(
    *,
    service: str,
    title: str,
    context: Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Check]]],
    routers: Sequence[APIRouter],
    hot_routes: Sequence[HotRoute] = (),
    shared_paths: re.Pattern[str] | None = None,
) -> FastAPI:
    """Build a service's application.

    `context` opens what the service needs, puts it on `app.state` (`state.verifier` for tokens),
    yields the readiness checks by name, and closes everything at the end. What `shared_paths` match
    is answered once a second for all who show no token. Wrap the result with `entry_of` before
    serving it.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with context(app) as checks:
            app.state.checks = checks
            yield

    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses={422: problem_responses([Malformed])["422"]},
    )
    app.state.service = service
    app.state.checks = {}
    app.state.hot_routes = tuple(hot_routes)
    _refuse_other_methods(app, hot_routes)
    for router in routers:
        app.include_router(router)
    app.add_middleware(ETags)
    if shared_paths is not None:
        app.add_middleware(SharedAnswers, paths=shared_paths)
    _add_problems(app)
    _add_health(app)
    _add_documents(app, title)
    return app


def entry_of(app: FastAPI) -> Entry:
    """Wrap an application for serving: request ids, log, metrics, hot routes."""

    def verifier() -> TokenVerifier:
        return cast(TokenVerifier, app.state.verifier)

    hot_routes: Sequence[HotRoute] = app.state.hot_routes
    return Entry(
        app,
        {(route.method, route.path): route.endpoint(verifier) for route in hot_routes},
        service=app.state.service,
    )


def _refuse_other_methods(app: FastAPI, hot_routes: Sequence[HotRoute]) -> None:
    """Answer 405 where a hot route has another method, before `/{id}` takes its name for an id."""

    async def refuse(_request: Request) -> Response:
        raise HTTPException(405)

    # What reaches the application at such an address came with another method: see Entry.
    for path in dict.fromkeys(route.path for route in hot_routes if not route.id_name):
        app.router.routes.append(Route(path, refuse, methods=list(METHODS)))


def _add_problems(app: FastAPI) -> None:
    async def on_problem(request: Request, error: Exception) -> Response:
        return problem_response(request, cast(Problem, error))

    async def on_validation(request: Request, error: Exception) -> Response:
        raw = cast(RequestValidationError, error).errors()
        if any(item["type"] == "json_invalid" for item in raw):
            return problem_response(request, BadRequest())
        language = language_of(request.headers.get("accept-language"))
        return problem_response(request, Malformed(errors=field_errors(raw, language)))

    async def on_http(request: Request, error: Exception) -> Response:
        status = cast(HTTPException, error).status_code
        if status == MethodNotAllowed.status:
            known = allowed_methods(app.routes, app.state.hot_routes, request.scope)
            return problem_response(request, MethodNotAllowed(allowed=known))
        kind = STATUS_PROBLEMS.get(status, BadRequest if status < 500 else Problem)  # noqa: PLR2004 - HTTP
        return problem_response(request, kind())

    async def on_unexpected(request: Request, error: Exception) -> Response:
        return problem_response(request, problem_of(error, request.url.path))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_unexpected)


def problem_response(request: Request, problem: Problem) -> Response:
    """Return the problem+json answer in the caller's language."""
    language = language_of(request.headers.get("accept-language"))
    return Response(
        msgspec.json.encode(problem.body(language), enc_hook=str),
        status_code=problem.status,
        headers=problem.headers(),
        media_type="application/problem+json",
    )


def _add_health(app: FastAPI) -> None:
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    async def ready(response: Response) -> dict[str, Any]:
        results: dict[str, str] = {}
        for name, check in cast(Mapping[str, Check], app.state.checks).items():
            try:
                await check()
                results[name] = "ok"
            except Exception as error:
                log.warning("check failed", check=name, exc_info=error)
                results[name] = "failed"
        needed = {result for name, result in results.items() if name != MESSAGES_CHECK}
        is_ready = needed == {"ok"}
        response.status_code = 200 if is_ready else 503
        return {"status": "ready" if is_ready else "not ready", "checks": results}

    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/health/live", live, include_in_schema=False)
    app.add_api_route("/health/ready", ready, include_in_schema=False)
    app.add_api_route("/metrics", metrics, include_in_schema=False)


def _add_documents(app: FastAPI, title: str) -> None:
    assets = Path(fastapi_offline.__file__).parent / "static"
    app.mount("/docs/assets", StaticFiles(directory=assets), name="docs-assets")

    async def page() -> Response:
        return get_swagger_ui_html(
            openapi_url="api/openapi.json",
            title=title,
            swagger_js_url="assets/swagger-ui-bundle.js",
            swagger_css_url="assets/swagger-ui.css",
            swagger_favicon_url="assets/favicon.png",
        )

    async def document() -> JSONResponse:
        return JSONResponse(openapi_document(app))

    app.add_api_route("/docs/api", page, include_in_schema=False)
    app.add_api_route("/docs/api/openapi.json", document, include_in_schema=False)


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of a service, its hot routes included."""
    document = app.openapi()
    components = document.setdefault("components", {})
    components.setdefault("securitySchemes", {})["bearer"] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    paths, hot_schemas = openapi_fragment(app.state.hot_routes)
    for path, operations in paths.items():
        document["paths"].setdefault(path, {}).update(operations)
    schemas.update(hot_schemas)
    say_what_all_have(document, app)
    return document
