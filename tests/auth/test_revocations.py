"""Separate processes: what one auth takes back, another one and other services refuse."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI

from guichet.auth.settings import Settings
from guichet.kernel.app import Check, create_app
from guichet.kernel.callers import Caller
from guichet.kernel.service import platform
from guichet.kernel.settings import CommonSettings
from guichet.local.ports import free_port
from tests.auth.conftest import PASSWORD, Auth
from tests.conftest import DatabaseDsn
from tests.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECONDS_MAX = 30.0
"""Five are promised; it takes milliseconds, where nothing is amiss and no process pauses."""

_SERVE = """
import signal
from guichet.kernel.processes import die_with_parent
die_with_parent(signal.SIGTERM, {parent})
from guichet.auth.main import run
run({port})
"""
router = APIRouter()


@router.get("/whoami")
async def whoami(caller: Caller) -> dict[str, Any]:
    return {"id": caller.account_id, "role": caller.role}


@asynccontextmanager
async def auth_process(settings: Settings) -> AsyncGenerator[Auth]:
    """Serve auth in a process of its own."""
    port = free_port()
    environment = {
        **os.environ,
        "GUICHET_AUTH_DSN": settings.auth_dsn,
        "GUICHET_NATS_URL": settings.nats_url,
        "GUICHET_STORAGE_DIR": str(settings.storage_dir),
        "GUICHET_SERVICE_SECRET": settings.service_secret,
        "GUICHET_AUTH_KEY_PASSPHRASE": settings.auth_key_passphrase,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _SERVE.format(port=port, parent=os.getpid()),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            running = Auth(f"http://127.0.0.1:{port}", FastAPI(), session)
            await answers(session, f"{running.url}/health/ready")
            yield running
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 60)


async def answers(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)


@asynccontextmanager
async def another_service(settings: CommonSettings, dsn: str) -> AsyncGenerator[str]:
    """Serve a service that knows auth by its public keys and its messages alone."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async with platform(
            app, settings, service="users", dsn=dsn, consumers=[], port=port
        ) as here:
            yield here.checks

    port = free_port()
    app = create_app(service="users", title="users", context=running, routers=[router])
    async with served(app, port) as url:
        yield url


class System:
    """Two auth processes and another service."""

    def __init__(self, first: Auth, second: Auth, service_url: str) -> None:
        self.first, self.second, self.service_url = first, second, service_url

    async def status_at_service(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.first.session.get(f"{self.service_url}/whoami", headers=headers) as answer:
            return answer.status

    async def is_accepted_everywhere(self, token: str) -> bool:
        at_second = await self.second.ask("GET", "/user", token=token)
        return at_second.status == 200 and await self.status_at_service(token) == 200

    async def is_refused_soon(self, token: str) -> bool:
        """Wait until the other service refuses; False where it still does not after all."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        while loop.time() - started < SECONDS_MAX:
            if await self.status_at_service(token) == 401:
                return True
            await asyncio.sleep(0.02)
        return await self.status_at_service(token) == 401


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(auth_settings: Settings, database_dsn: DatabaseDsn) -> AsyncGenerator[System]:
    async with auth_process(auth_settings) as first, auth_process(auth_settings) as second:
        common = CommonSettings(
            nats_url=auth_settings.nats_url,
            storage_dir=auth_settings.storage_dir,
            service_secret=auth_settings.service_secret,
            auth_url=first.url,
        )
        # Only the tables of messages are needed, so auth's own database does for it.
        async with another_service(common, database_dsn("auth")) as url:
            yield System(first, second, url)


async def refused_everywhere(system: System, token: str) -> bool:
    at_second = await system.second.ask("GET", "/user", token=token)
    return at_second.status == 401 and await system.is_refused_soon(token)


async def test_logout(system: System) -> None:
    token = (await system.first.register("logout@example.com"))["token"]
    assert await system.is_accepted_everywhere(token)
    assert (await system.second.ask("POST", "/logout", token=token)).status == 200
    assert await refused_everywhere(system, token)


async def test_a_changed_password(system: System) -> None:
    old = (await system.first.register("changed@example.com"))["token"]
    other = (await system.second.login("changed@example.com")).body["token"]
    assert await system.is_accepted_everywhere(old)
    body = {"current_password": PASSWORD, "password": "un tout autre mot"}
    new = (await system.first.ask("POST", "/password/change", body, token=old)).body["token"]
    assert await system.is_refused_soon(old)
    assert await refused_everywhere(system, other)
    assert await system.is_accepted_everywhere(new)


async def test_a_deleted_account(system: System) -> None:
    answer = await system.first.register("deleted@example.com")
    assert await system.is_accepted_everywhere(answer["token"])
    path = f"/accounts/{answer['user']['id']}"
    assert (await system.second.as_service("DELETE", path)).status == 204
    assert await refused_everywhere(system, answer["token"])


async def test_a_spent_refresh_token_that_comes_back(system: System) -> None:
    answer = await system.first.register("reused@example.com")
    body = {"refresh_token": answer["refresh_token"]}
    second = (await system.second.ask("POST", "/refresh", body)).body
    third = await system.first.ask("POST", "/refresh", {"refresh_token": second["refresh_token"]})
    assert await system.is_accepted_everywhere(third.body["token"])
    assert (await system.second.ask("POST", "/refresh", body)).status == 401
    assert await refused_everywhere(system, third.body["token"])


async def test_parallel_refreshes_at_two_instances_stay_one_family(system: System) -> None:
    token = (await system.first.register("both@example.com"))["refresh_token"]
    body = {"refresh_token": token}
    answers_ = await asyncio.gather(
        *(each.ask("POST", "/refresh", body) for each in (system.first, system.second) * 3)
    )
    assert {answer.status for answer in answers_} == {200}
    assert len({answer.body["refresh_token"] for answer in answers_}) == 1


async def test_a_new_role_and_a_disabled_account(system: System, auth: Auth) -> None:
    admin = (await auth.administrator("admin@example.com"))["token"]
    answer = await system.first.register("employee@example.com")
    path = f"/accounts/{answer['user']['id']}"
    assert await system.is_accepted_everywhere(answer["token"])
    body = {"role": "operator"}
    assert (await system.second.ask("PATCH", path, body, token=admin)).status == 200
    assert await system.is_refused_soon(answer["token"])

    refreshed = await system.first.ask(
        "POST", "/refresh", {"refresh_token": answer["refresh_token"]}
    )
    renewed = refreshed.body["token"]
    assert refreshed.body["user"]["role"] == "operator"
    assert await system.is_accepted_everywhere(renewed)
    disabled = await system.first.ask("PATCH", path, {"is_active": False}, token=admin)
    assert disabled.status == 200
    assert await refused_everywhere(system, renewed)


async def test_a_service_that_starts_later_knows_of_it_too(
    system: System, auth_settings: Settings, database_dsn: DatabaseDsn
) -> None:
    token = (await system.first.register("before@example.com"))["token"]
    assert (await system.first.ask("POST", "/logout", token=token)).status == 200
    assert await system.is_refused_soon(token)
    common = CommonSettings(
        nats_url=auth_settings.nats_url,
        storage_dir=auth_settings.storage_dir,
        auth_url=system.second.url,
    )
    async with another_service(common, database_dsn("auth")) as url:
        late = System(system.first, system.second, url)
        assert await late.is_refused_soon(token)


def all_logs(storage: Path) -> str:
    return "".join(path.read_text("utf-8") for path in (storage / "logs").iterdir())


async def test_the_logs_of_auth_hold_no_secret(system: System, auth_settings: Settings) -> None:
    answer = await system.first.register("logged@example.com")
    await system.first.login("logged@example.com", "a wrong secret word")
    await system.first.ask("POST", "/refresh", {"refresh_token": answer["refresh_token"]})
    logs = all_logs(auth_settings.storage_dir)
    assert "/api/v1/auth/register" in logs
    secrets = (
        PASSWORD,
        "a wrong secret word",
        answer["token"],
        answer["refresh_token"],
        auth_settings.service_secret,
        auth_settings.auth_key_passphrase,
        auth_settings.auth_dsn,
    )
    assert [secret for secret in secrets if secret in logs] == []
