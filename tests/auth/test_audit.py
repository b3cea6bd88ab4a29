"""Every change of a role or of an account's state enters the audit log, with who made it."""

from typing import Any

import pytest

from guichet.auth.seed import DEMO_ACCOUNTS, seed
from guichet.auth.settings import Settings
from tests.auth.conftest import Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def log_of(auth: Auth, token: str, account_id: int) -> list[dict[str, Any]]:
    """Return what the log says of an account, the oldest entry first."""
    answer = await auth.ask("GET", f"/audit?subject=account:{account_id}", token=token)
    assert answer.status == 200, answer.body
    return list(reversed(answer.body["data"]))


async def test_a_role_and_a_state_are_entered_as_they_change(auth: Auth) -> None:
    admin = await auth.administrator("audit-admin@example.com")
    target = (await auth.register("audit-target@example.com"))["user"]["id"]
    assert await log_of(auth, admin["token"], target) == []
    path = f"/accounts/{target}"
    headers = {"X-Request-Id": "request-of-the-admin"}
    body = {"role": "operator", "is_active": False}
    await auth.ask("PATCH", path, body, token=admin["token"], headers=headers)
    await auth.ask("PATCH", path, body, token=admin["token"])
    await auth.ask("PATCH", path, {"is_active": True}, token=admin["token"])
    role, disabled, enabled = await log_of(auth, admin["token"], target)
    assert role["action"] == "auth.role.changed"
    assert role["before"] == {"role": "user", "is_active": True}
    assert role["after"] == {"role": "operator", "is_active": True}
    assert (role["actor_id"], role["actor_role"]) == (admin["user"]["id"], "admin")
    assert role["request_id"] == "request-of-the-admin"
    assert disabled["action"] == "auth.account.disabled"
    assert disabled["after"] == {"role": "operator", "is_active": False}
    assert enabled["action"] == "auth.account.enabled"
    assert "audit-target" not in str([role, disabled, enabled])


async def test_a_refused_change_is_not_entered(auth: Auth) -> None:
    admin = await auth.administrator("audit-admin-2@example.com")
    plain = await auth.register("audit-plain@example.com")
    path = f"/accounts/{plain['user']['id']}"
    refused = await auth.ask("PATCH", path, {"role": "admin"}, token=plain["token"])
    assert refused.status == 403
    assert await log_of(auth, admin["token"], plain["user"]["id"]) == []


async def test_the_end_of_an_account_is_entered(auth: Auth) -> None:
    admin = await auth.administrator("audit-admin-3@example.com")
    target = (await auth.register("audit-gone@example.com"))["user"]["id"]
    assert (await auth.as_service("DELETE", f"/accounts/{target}")).status in {200, 204}
    assert (await auth.as_service("DELETE", f"/accounts/{target}")).status in {200, 204}
    (entry,) = await log_of(auth, admin["token"], target)
    assert (entry["action"], entry["after"]) == ("auth.account.deleted", None)
    assert entry["before"] == {"role": "user", "is_active": True}
    assert entry["actor_role"] == "system"


async def test_demo_accounts_are_entered_with_their_roles(
    auth: Auth, auth_settings: Settings
) -> None:
    await seed(auth_settings)
    admin = await auth.administrator("audit-admin-4@example.com")
    for demo in DEMO_ACCOUNTS:
        (entry,) = await log_of(auth, admin["token"], demo.id)
        assert (entry["action"], entry["before"]) == ("auth.account.created", None)
        assert entry["after"] == {"role": demo.role.value, "is_active": True}


async def test_only_an_administrator_reads_the_log(auth: Auth) -> None:
    plain = await auth.register("audit-reader@example.com")
    assert (await auth.ask("GET", "/audit", token=plain["token"])).status == 403
    assert (await auth.ask("GET", "/audit")).status == 401
