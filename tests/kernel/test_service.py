"""What a service stands on is opened together, works together, and is closed again."""

import asyncio
import itertools
import json
import time
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from fastapi import FastAPI

from guichet.kernel import bus as bus_module
from guichet.kernel.bus import Bus
from guichet.kernel.outbox import Message, enqueue
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.publishing import Outgoing
from guichet.kernel.service import follow_revocations, jwks_over_http, platform
from guichet.kernel.settings import CommonSettings, Environment
from guichet.kernel.tokens import Principal, Revocations
from guichet.local.ports import free_port
from guichet.local.servers import NatsServer
from tests.fakes.issuer import FakeIssuer
from tests.kernel.conftest import eventually, new_message
from tests.kernel.test_inbox import noted_consumer


@pytest.fixture(autouse=True)
def brief_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "FETCH_SECONDS_MAX", 0.3)


def principal(account_id: int, session_id: str, issued_at: float) -> Principal:
    return Principal(
        account_id=account_id,
        role="user",
        session_id=session_id,
        email="a@example.com",
        name="A",
        language="fr",
        email_verified=True,
        issued_at=issued_at,
        expires_at=int(issued_at) + 900,
    )


async def tell(bus: Bus, subject: str, **content: object) -> None:
    message_id = f"auth-test-{time.time_ns()}"
    await bus.publish(
        [Outgoing(subject, json.dumps(content).encode(), message_id=message_id, headers={})]
    )


async def test_revocations_are_honoured_within_seconds(bus: Bus) -> None:
    revocations = Revocations()
    moment = time.time()
    session, account = f"session-{time.time_ns()}", time.time_ns() % 10**12
    await tell(bus, "auth.session.revoked", account_id=1, session_id=session)
    following = asyncio.create_task(follow_revocations(bus, revocations))
    try:
        await eventually(lambda: revocations.covers(principal(1, session, moment)))
        await tell(bus, "auth.account.disabled", account_id=account, tokens_until=moment)
        await eventually(lambda: revocations.covers(principal(account, "x", moment - 1)))
    finally:
        following.cancel()
    assert not revocations.covers(principal(account, "x", moment + 1))
    assert not revocations.covers(principal(account + 1, "x", moment - 1))


async def test_an_account_that_was_enabled_again_revokes_nothing(bus: Bus) -> None:
    revocations = Revocations()
    account = time.time_ns() % 10**12
    await tell(bus, "auth.account.disabled", account_id=account, is_active=True, tokens_until=None)
    await tell(bus, "auth.session.revoked", account_id=1, session_id=f"last-{account}")
    following = asyncio.create_task(follow_revocations(bus, revocations))
    await eventually(lambda: revocations.covers(principal(1, f"last-{account}", 0.0)))
    following.cancel()
    assert not revocations.covers(principal(account, "x", 0.0))


async def test_the_keys_are_asked_of_auth() -> None:
    issuer, port = FakeIssuer(), free_port()

    async def jwks(_request: web.Request) -> web.Response:
        return web.json_response(await issuer.jwks())

    app = web.Application()
    app.router.add_get("/api/v1/auth/.well-known/jwks.json", jwks)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    settings = CommonSettings(auth_url=f"http://127.0.0.1:{port}")
    async with aiohttp.ClientSession() as session:
        fetch = jwks_over_http(session, settings)
        assert await fetch() == await issuer.jwks()
        await runner.cleanup()
        with pytest.raises(aiohttp.ClientError):
            await fetch()


@pytest.mark.usefixtures("database")
async def test_a_message_goes_from_one_table_to_the_other_side(
    empty_dsn: str, nats: NatsServer
) -> None:
    """Outbox, relay, stream, inbox and handler, as the services run them."""
    noted = new_message()
    service = noted.subject.partition(".")[0]
    handled: list[int] = []
    app, issuer = FastAPI(), FakeIssuer()
    settings = CommonSettings(
        nats_url=nats.url, service_secret="a secret of thirty-two characters or more"
    )
    async with platform(
        app,
        settings,
        service=service,
        dsn=empty_dsn,
        consumers=[noted_consumer(noted, handled)],
        key_source=issuer.jwks,
        port=1234,
    ) as here:
        assert app.state.platform is here
        for check in here.checks.values():
            await check()
        async with here.database.transaction() as transaction:
            message: Message = noted.model_validate({"number": 7})
            await enqueue(transaction, message)
        await eventually(lambda: handled == [7])
        assert (await here.verifier.verify(issuer.token(7))).account_id == 7
        with pytest.raises(Unauthenticated):
            await here.verifier.verify(FakeIssuer().token(7))
        bus = here.bus
    assert not bus.is_connected
    with pytest.raises(ConnectionError):
        await here.checks["messages"]()


async def test_a_service_without_its_database_does_not_start(nats: NatsServer) -> None:
    settings = CommonSettings(nats_url=nats.url)
    away = "postgresql://nobody:x@127.0.0.1:1/none"
    with pytest.raises(OSError):
        async with platform(FastAPI(), settings, service="x", dsn=away, consumers=[]):
            raise AssertionError("it started")


async def test_following_looks_back_no_further_than_said(bus: Bus) -> None:
    subject = new_message().subject
    await bus.publish([Outgoing(subject, b"old", message_id=f"{subject}-old", headers={})])
    await asyncio.sleep(0.6)
    seen: list[bytes] = []
    following = asyncio.create_task(
        bus.follow(
            [subject], timedelta(seconds=0.3), lambda received: seen.append(received.payload)
        )
    )
    async with asyncio.timeout(60):
        # Again and again, since it may take longer to begin than it looks back.
        for number in itertools.count():
            message_id = f"{subject}-{number}"
            await bus.publish([Outgoing(subject, b"new", message_id=message_id, headers={})])
            await asyncio.sleep(0.1)
            if seen:
                break
    following.cancel()
    assert set(seen) == {b"new"}


@pytest.mark.parametrize("secret", ["", "short"])
async def test_production_does_not_start_without_a_secret_between_services(secret: str) -> None:
    settings = CommonSettings(environment=Environment.PRODUCTION, service_secret=secret)
    with pytest.raises(ValueError, match="GUICHET_SERVICE_SECRET"):
        async with platform(FastAPI(), settings, service="users", dsn="", consumers=[]):
            raise AssertionError("it started")
