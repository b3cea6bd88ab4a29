"""The demo accounts: complete, once, and never in production."""

import pytest

from guichet.auth.seed import DEMO_ACCOUNTS, DemoInProduction, seed
from guichet.auth.settings import Settings
from guichet.contracts.messages.auth import AccountRegistered
from guichet.kernel.settings import Environment
from tests.auth.conftest import Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_each_demo_account_can_sign_in_whenever_it_was_created(
    auth: Auth, auth_settings: Settings
) -> None:
    before = (await auth.register("before@example.com"))["user"]["id"]
    created = await seed(auth_settings)
    assert [account.id for account in created] == [1, 2, 3, 4]
    for demo in DEMO_ACCOUNTS:
        answer = await auth.login(demo.email, "password")
        assert answer.status == 200
        user = answer.body["user"]
        assert (user["id"], user["role"], user["email_verified"]) == (demo.id, demo.role, True)
        (message,) = await auth.messages(AccountRegistered, demo.id)
        assert message["verification_token"] == ""
    after = (await auth.register("after@example.com"))["user"]["id"]
    assert 4 < before < after


async def test_seeding_again_changes_nothing(auth: Auth, auth_settings: Settings) -> None:
    await seed(auth_settings)
    assert await seed(auth_settings) == []
    for demo in DEMO_ACCOUNTS:
        assert len(await auth.messages(AccountRegistered, demo.id)) == 1


async def test_production_refuses(auth_settings: Settings) -> None:
    production = auth_settings.model_copy(update={"environment": Environment.PRODUCTION})
    with pytest.raises(DemoInProduction):
        await seed(production)


async def test_roles_and_ids_are_those_that_old_clients_know() -> None:
    known = {demo.email.partition("@")[0]: (demo.id, demo.role.value) for demo in DEMO_ACCOUNTS}
    assert known == {
        "admin": (1, "admin"),
        "operator": (2, "operator"),
        "eventcreator": (3, "event_creator"),
        "user": (4, "user"),
    }
