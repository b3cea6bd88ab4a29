"""The control plane's own routes, over real HTTP."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from guichet.gateway.domain import SERVICES
from guichet.gateway.main import GatewaySettings, build
from guichet.kernel.app import entry_of
from guichet.kernel.settings import Environment
from tests.gateway.asking import Answer, ask
from tests.gateway.conftest import free_shift


@asynccontextmanager
async def control_plane(
    folder: Path, environment: Environment = Environment.DEVELOPMENT
) -> AsyncGenerator[str]:
    """Serve a control plane without services; what is yielded is its address."""
    settings = GatewaySettings(storage_dir=folder, port_shift=free_shift(), environment=environment)
    port = settings.port("control_plane")
    server = uvicorn.Server(
        uvicorn.Config(entry_of(build(settings)), port=port, lifespan="on", log_config=None)
    )
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not task.done()
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def in_language(url: str, accepted: str) -> Answer:
    return await ask(url, headers={"Accept-Language": accepted})


async def test_the_health_is_told_though_every_service_is_down(server_folder: Path) -> None:
    async with control_plane(server_folder / "control") as url:
        answer = await ask(f"{url}/api/v1/health")
        ready = await ask(f"{url}/health/ready")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    report = answer.json
    assert report["status"] == "degraded"
    assert set(report["services"]) == set(SERVICES)
    for service in report["services"].values():
        assert service["instances"][0]["address"].startswith("127.0.0.1:")
    assert ready.json == {"status": "ready", "checks": {"configuration": "ok"}}


async def test_production_tells_no_addresses(server_folder: Path) -> None:
    async with control_plane(server_folder / "production", Environment.PRODUCTION) as url:
        report = (await ask(f"{url}/api/v1/health")).json
        page = (await ask(url)).body
    assert "address" not in report["services"]["auth"]["instances"][0]
    assert b"mailbox" not in page


async def test_the_index_speaks_the_readers_language(server_folder: Path) -> None:
    async with control_plane(server_folder / "control") as url:
        french = await in_language(f"{url}/docs/api", "fr")
        english = await in_language(url, "en-GB")
        chosen = await in_language(f"{url}/?lang=en", "fr")
        assert (await ask(f"{url}/?lang=de")).status == 422
    assert b'<html lang="fr">' in french.body
    assert b'<html lang="en">' in english.body
    assert chosen.body == english.body
    assert "style-src 'self'" in french.headers["Content-Security-Policy"]


async def test_the_page_finds_what_it_is_drawn_with(server_folder: Path) -> None:
    async with control_plane(server_folder / "control") as url:
        style = await ask(f"{url}/docs/index/index.css")
        icon = await ask(f"{url}/docs/index/icon.svg")
        assert (await ask(f"{url}/docs/index/secrets.env")).status == 422
    assert style.headers["Content-Type"].startswith("text/css")
    assert icon.headers["Content-Type"] == "image/svg+xml"


async def test_the_gateways_own_api_is_documented(server_folder: Path) -> None:
    async with control_plane(server_folder / "control") as url:
        page = (await ask(f"{url}/docs/gateway/api")).body.decode()
        document = (await ask(f"{url}/docs/gateway/api/openapi.json")).json
        assert (await ask(f"{url}/docs/assets/swagger-ui.css")).status == 200
    assert "api/openapi.json" in page
    assert "https://" not in page
    assert list(document["paths"]) == ["/api/v1/health"]
