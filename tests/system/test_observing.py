"""What somebody sees who runs it: documents, health, one request in every log."""

import json
import secrets
from typing import Any

import aiohttp
import pytest

from guichet.gateway.domain import SERVICES
from tests.system.running import System, eventually


async def fetch(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_documents_of_a_service_open(system: System, service: str) -> None:
    balancer = f"http://127.0.0.1:{system.port('load_balancer')}"
    for page in (
        f"http://127.0.0.1:{system.port(service)}/docs/api",
        f"{balancer}/{service}/docs/api",
        f"http://127.0.0.1:{system.port('gateway')}/docs/{service}/api",
    ):
        status, text = await fetch(page)
        assert status == 200
        assert "swagger-ui" in text
        status, text = await fetch(f"{page}/openapi.json")
        assert status == 200
        assert all(path.startswith(f"/api/v1/{service}") for path in json.loads(text)["paths"])
        folder = page.rpartition("/")[0]
        assert (await fetch(f"{folder}/assets/swagger-ui-bundle.js"))[0] == 200


async def test_the_health_of_all_at_a_glance(system: System) -> None:
    async def in_order() -> dict[str, Any] | None:
        health = await system.expect(200, "GET", "/health")
        instances = health["services"]["tickets"]["instances"]
        are_up = [instance["state"] for instance in instances] == ["up", "up"]
        # One whose last probe was slow is up still, and its latency is unknown.
        are_probed = all(instance["latency_ms"] is not None for instance in instances)
        return health if health["status"] == "ok" and are_up and are_probed else None

    health = await eventually(in_order, 90)
    assert set(health["services"]) == set(SERVICES)
    assert all(each["latency_ms"] > 0 for each in health["services"]["tickets"]["instances"])


async def test_nothing_between_services_is_reached_from_outside(system: System) -> None:
    admin = await system.demo("admin")
    path = "/auth/internal/accounts/1"
    assert (await system.call("GET", path, who=admin)).status == 404
    assert (await system.call("GET", path, who=admin, door="direct")).status == 404
    status, _ = await fetch(f"http://127.0.0.1:{system.port('auth')}/api/v1{path}")
    assert status == 401


def lines_with(system: System, request_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the log lines that carry a request id, by service."""
    found: dict[str, list[dict[str, Any]]] = {}
    for service in SERVICES:
        log = system.storage / "logs" / f"{service}.log"
        for line in log.read_text("utf-8").splitlines():
            if request_id in line:
                found.setdefault(service, []).append(json.loads(line))
    return found


async def test_one_request_is_found_in_every_service_that_it_touched(system: System) -> None:
    request_id = f"seen-{secrets.token_hex(8)}"
    event, buyer = await system.event(), await system.register()
    answer = await system.bought(buyer, event, headers={"X-Request-Id": request_id})
    assert answer.status == 201
    assert answer.headers["X-Request-Id"] == request_id

    async def everywhere() -> bool:
        return {"tickets", "notifications"} <= set(lines_with(system, request_id))

    await eventually(everywhere)
    creator = await system.demo("event_creator")
    request_id = f"seen-{secrets.token_hex(8)}"
    await system.expect(
        200,
        "GET",
        f"/events/{event['id']}/stats",
        who=creator,
        headers={"X-Request-Id": request_id},
    )

    async def in_both() -> bool:
        return {"events", "tickets"} <= set(lines_with(system, request_id))

    await eventually(in_both)


async def test_metrics_are_for_the_inside(system: System) -> None:
    status, text = await fetch(f"http://127.0.0.1:{system.port('tickets')}/metrics")
    assert status == 200
    assert "guichet_requests_total" in text
    assert (await fetch(f"http://127.0.0.1:{system.port('gateway')}/metrics"))[0] == 404


async def test_the_mailbox_and_the_index_are_behind_the_balancer(system: System) -> None:
    balancer = f"http://127.0.0.1:{system.port('load_balancer')}"
    for path in ("/", "/mailbox/", "/docs/api"):
        status, text = await fetch(balancer + path)
        assert status == 200
        assert "<html" in text
