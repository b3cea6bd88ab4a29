"""Routes of the control plane: the health of all services, and the index of the API documents."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from guichet.gateway import use_cases
from guichet.gateway.consumers import Announcements
from guichet.gateway.pages import POLICY, index_page
from guichet.gateway.use_cases import Steering
from guichet.kernel.app import openapi_document
from guichet.kernel.language import language_of
from guichet.kernel.settings import CommonSettings

STATIC = Path(__file__).parent / "static"

router = APIRouter()


class InstanceHealth(BaseModel):
    """One instance, as the last probe found it."""

    instance: str
    state: Literal["presumed", "new", "up", "slow", "down", "leaving"] = Field(
        description="Requests go to instances that are up, and to those presumed so at a start;"
        " to slow ones where there is no other."
    )
    latency_ms: float | None = Field(description="Of the last probe; null where it failed.")
    failures: int = Field(description="Failed probes in a row.")
    seconds_since_check: float | None
    address: str | None = Field(default=None, description="Left out in production.")


class ServiceHealth(BaseModel):
    """One service: `degraded` means that some instance is not up, `down` that none is."""

    status: Literal["ok", "degraded", "down"]
    instances: list[InstanceHealth]


class GatewayHealth(BaseModel):
    """The gateway itself."""

    configuration: Literal["accepted", "refused"]
    nginx: Literal["running", "stopped"]
    announcements: Literal["heard", "unheard"]


class Health(BaseModel):
    """All services at a glance."""

    status: Literal["ok", "degraded"]
    checked_at: datetime
    gateway: GatewayHealth
    services: dict[str, ServiceHealth]


@router.get("/api/v1/health", tags=["health"], response_model_exclude_unset=True)
async def health(request: Request, response: Response) -> Health:
    """Every service, its instances, their state and latency.

    Answers 200 also while services are down, and says so.
    """
    state = request.app.state
    settings = cast(CommonSettings, state.settings)
    announcements = cast(Announcements, state.announcements)
    response.headers["Cache-Control"] = "no-store"
    return Health.model_validate(
        use_cases.health(
            cast(Steering, state.steering),
            is_listening=announcements.listening_since is not None,
            with_addresses=not settings.is_production,
        )
    )


@router.get("/", include_in_schema=False)
@router.get("/docs/api", include_in_schema=False)
async def index(
    request: Request,
    accept_language: Annotated[str | None, Header()] = None,
    lang: Annotated[Literal["fr", "en"] | None, Query()] = None,
) -> HTMLResponse:
    """The documents of all services, in the reader's language."""
    settings = cast(CommonSettings, request.app.state.settings)
    page = index_page(lang or language_of(accept_language), settings)
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(page, headers=headers)


@router.get("/docs/index/{name}", include_in_schema=False)
async def static(name: Literal["index.css", "icon.svg"]) -> FileResponse:
    """What the index page is drawn with."""
    return FileResponse(STATIC / name, headers={"Cache-Control": "public, max-age=300"})


@router.get("/docs/gateway/api", include_in_schema=False)
async def own_documentation(request: Request) -> HTMLResponse:
    """The gateway's own API, like that of every service below /docs."""
    return get_swagger_ui_html(
        openapi_url="api/openapi.json",
        title=request.app.title,
        swagger_js_url="../assets/swagger-ui-bundle.js",
        swagger_css_url="../assets/swagger-ui.css",
        swagger_favicon_url="../assets/favicon.png",
    )


@router.get("/docs/gateway/api/openapi.json", include_in_schema=False)
async def own_document(request: Request) -> JSONResponse:
    """The gateway's OpenAPI document."""
    return JSONResponse(openapi_document(request.app))
