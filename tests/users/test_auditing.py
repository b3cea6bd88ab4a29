"""A profile that somebody else corrects enters the audit log: which fields, and never into what."""

from typing import Any

import pytest

from tests.users.conftest import RunningUsers, new_account_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def log_of(running: RunningUsers, account_id: int) -> list[dict[str, Any]]:
    """Return what the log says of an account, the latest entry first."""
    admin = running.token(new_account_id(), "admin")
    answer = await running.ask("GET", f"/audit?subject=account:{account_id}", token=admin)
    assert answer.status == 200, answer.body
    return answer.body["data"]


async def test_a_correction_is_entered_with_who_made_it(running: RunningUsers) -> None:
    account_id, _ = await running.someone()
    admin_id = new_account_id()
    admin = running.token(admin_id, "admin")
    headers = {"X-Request-Id": "request-of-the-admin"}
    changes = {"email": "autre@example.com", "city": "Lyon", "preferences": {"sms": True}}
    for _ in range(2):
        answer = await running.ask(
            "PUT", f"/{account_id}", {"city": "Lyon"}, token=admin, headers=headers
        )
        assert answer.status == 200
    assert (await running.ask("PUT", f"/{account_id}", changes, token=admin)).status == 200
    second, first = await log_of(running, account_id)
    assert first["action"] == "users.profile.corrected"
    assert (first["actor_id"], first["actor_role"]) == (admin_id, "admin")
    assert first["request_id"] == "request-of-the-admin"
    assert (first["before"], first["after"]) == (None, {"fields": ["city"]})
    assert second["after"] == {"fields": ["email", "preferences"]}
    for personal in ("autre", "Lyon"):
        assert personal not in str([first, second])


async def test_one_s_own_changes_and_refused_ones_are_not_entered(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    other, stranger = await running.someone()
    assert (await running.ask("PUT", "/profile", {"city": "Lyon"}, token=token)).status == 200
    path = f"/{account_id}"
    assert (await running.ask("PUT", path, {"city": "Nice"}, token=token)).status == 200
    assert (await running.ask("PUT", path, {"city": "Brest"}, token=stranger)).status == 403
    admin = running.token(new_account_id(), "admin")
    refused = await running.ask("PUT", path, {"city": "Brest", "role": "admin"}, token=admin)
    assert refused.status == 422
    assert await log_of(running, account_id) == []
    assert await log_of(running, other) == []


async def test_the_log_is_for_administrators(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    assert (await running.ask("GET", "/audit")).status == 401
    assert (await running.ask("GET", "/audit", token=token)).status == 403
    organiser = running.token(account_id, "event_creator")
    assert (await running.ask("GET", "/audit", token=organiser)).status == 403
