"""Accounts as administrators and other services change them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from guichet.auth.repository import sessions
from guichet.auth.use_cases import accounts
from guichet.contracts.messages.auth import (
    AccountDeleted,
    AccountDisabled,
    EmailVerificationRequested,
    RoleChanged,
)
from guichet.contracts.messages.users import ProfileUpdated
from guichet.kernel import clock
from guichet.kernel.paging import Page
from tests.auth.conftest import PASSWORD, Answer, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def patch(auth: Auth, token: str, account_id: int, **body: object) -> Answer:
    return await auth.ask("PATCH", f"/accounts/{account_id}", body, token=token)


def profile_of(
    account_id: int, name: str, *, language: str = "en", phone_number: str | None = None
) -> ProfileUpdated:
    """Return the news of a profile, as of now."""
    return ProfileUpdated(
        account_id=account_id,
        name=name,
        email="ignored@example.com",
        language=language,
        phone_number=phone_number,
        occurred_at=clock.now(),
    )


async def retire_administrators(auth: Auth, token: str, but: int) -> None:
    """Leave one administrator, so that a test can speak of the last one."""
    found = await auth.ask("GET", "/accounts?role=admin&per_page=100", token=token)
    for each in found.body["data"]:
        if each["id"] != but:
            await patch(auth, token, each["id"], role="user")


async def test_only_administrators_see_and_change_accounts(auth: Auth) -> None:
    plain = await auth.register("plain@example.com")
    target = plain["user"]["id"]
    assert (await auth.ask("GET", "/accounts", token=plain["token"])).status == 403
    assert (await patch(auth, plain["token"], target, role="admin")).status == 403
    assert (await auth.ask("GET", "/accounts")).status == 401
    admin = await auth.administrator("admin-a@example.com")
    assert (await auth.ask("GET", "/accounts", token=admin["token"])).status == 200


async def test_accounts_are_found_by_text_role_and_state(auth: Auth) -> None:
    token = (await auth.administrator("admin-b@example.com"))["token"]
    await auth.register("needle_1@example.com", name="Ça 100% moi")
    await auth.register("needle_2@example.com")

    async def found(query: str) -> list[str]:
        answer = await auth.ask("GET", f"/accounts?{query}", token=token)
        assert answer.status == 200, answer.body
        return [each["email"] for each in answer.body["data"]]

    assert await found("q=NEEDLE_") == ["needle_1@example.com", "needle_2@example.com"]
    assert await found("q=needle_&per_page=1&page=2") == ["needle_2@example.com"]
    assert await found("q=100%25") == ["needle_1@example.com"]
    assert await found("q=needle_1%00") == ["needle_1@example.com"]
    assert await found("q=1@example.co") == ["needle_1@example.com"]
    assert await found("q=needle%25") == []
    assert await found("q=needle_&is_active=false") == []
    assert "admin-b@example.com" in await found("role=admin")
    assert (await auth.ask("GET", "/accounts?role=king", token=token)).status == 422
    assert (await auth.ask("GET", "/accounts?per_page=1000", token=token)).status == 422


async def test_a_whole_address_finds_that_account_alone(auth: Auth) -> None:
    token = (await auth.administrator("admin-w@example.com"))["token"]
    for email in ("whole@example.com", "the.whole@example.com"):
        await auth.register(email)

    async def found(text: str) -> list[str]:
        answer = await auth.ask("GET", f"/accounts?q={text}", token=token)
        return [each["email"] for each in answer.body["data"]]

    assert await found("Whole@Example.com") == ["whole@example.com"]
    assert await found("whole@example.co") == ["whole@example.com", "the.whole@example.com"]
    assert await found("nobody.whole@example.com") == []


async def test_a_page_says_how_many_there_are(auth: Auth) -> None:
    token = (await auth.administrator("admin-c@example.com"))["token"]
    await auth.register("paged@example.com")
    page = (await auth.ask("GET", "/accounts?per_page=1", token=token)).body
    assert set(page) == {*Page.model_fields}
    assert page["last_page"] == page["total"] >= 2
    assert "password" not in str(page)


async def test_a_new_role_counts_at_once_and_old_tokens_no_more(auth: Auth) -> None:
    admin = (await auth.administrator("admin-d@example.com"))["token"]
    person = await auth.register("promoted@example.com")
    account_id = person["user"]["id"]
    changed = await patch(auth, admin, account_id, role="event_creator")
    assert (changed.status, changed.body["user"]["role"]) == (200, "event_creator")
    (message,) = await auth.messages(RoleChanged, account_id)
    assert message["role"] == "event_creator"
    assert message["tokens_until"] > 0
    body = {"refresh_token": person["refresh_token"]}
    refreshed = await auth.ask("POST", "/refresh", body)
    assert refreshed.body["user"]["role"] == "event_creator"
    # The same again changes nothing and tells nobody.
    await patch(auth, admin, account_id, role="event_creator")
    assert len(await auth.messages(RoleChanged, account_id)) == 1


async def test_a_disabled_account_cannot_do_anything_until_it_is_enabled(auth: Auth) -> None:
    admin = (await auth.administrator("admin-e@example.com"))["token"]
    person = await auth.register("disabled@example.com")
    account_id = person["user"]["id"]
    assert (await patch(auth, admin, account_id, is_active=False)).body["user"][
        "is_active"
    ] is False
    assert (await auth.ask("GET", "/user", token=person["token"])).status == 401
    body = {"refresh_token": person["refresh_token"]}
    assert (await auth.ask("POST", "/refresh", body)).status == 401
    refused = await auth.login("disabled@example.com")
    assert (refused.status, refused.code) == (403, "account_disabled")
    wrong = await auth.login("disabled@example.com", "wrong one")
    assert wrong.code == "wrong_credentials"

    assert (await patch(auth, admin, account_id, is_active=True)).status == 200
    assert (await auth.login("disabled@example.com")).status == 200
    first, second = await auth.messages(AccountDisabled, account_id)
    assert (first["is_active"], second["is_active"]) == (False, True)
    assert first["tokens_until"] > 0
    assert second["tokens_until"] is None


@pytest.mark.parametrize(
    "body",
    [{"email": "x@example.com"}, {"role": "king"}, {"is_active": "perhaps"}, {"id": 1}],
    ids=str,
)
async def test_nothing_else_can_be_changed(auth: Auth, body: dict[str, object]) -> None:
    email = f"admin-f{len(str(body))}@example.com"
    admin = await auth.administrator(email)
    answer = await patch(auth, admin["token"], admin["user"]["id"], **body)
    assert answer.status == 422


async def test_unknown_accounts_are_not_found(auth: Auth) -> None:
    admin = (await auth.administrator("admin-g@example.com"))["token"]
    assert (await patch(auth, admin, 999_999, role="user")).status == 404
    assert (await auth.ask("PATCH", f"/accounts/{10**20}", {}, token=admin)).status == 422


async def test_the_last_administrator_stays(auth: Auth) -> None:
    admin = await auth.administrator("last@example.com")
    token, own_id = admin["token"], admin["user"]["id"]
    await retire_administrators(auth, token, own_id)
    for body in ({"role": "user"}, {"is_active": False}, {"role": "operator", "is_active": True}):
        answer = await patch(auth, token, own_id, **body)
        assert (answer.status, answer.code) == (409, "last_administrator")
    deleted = await auth.as_service("DELETE", f"/accounts/{own_id}")
    assert (deleted.status, deleted.code) == (409, "last_administrator")
    other = await auth.administrator("second@example.com")
    assert (await patch(auth, token, own_id, role="user")).status == 200
    # Whose role is gone cannot use what the token still says.
    assert (await patch(auth, token, other["user"]["id"], role="user")).status in {401, 403}


async def test_two_administrators_cannot_remove_each_other_at_once(auth: Auth) -> None:
    one = await auth.administrator("duel-1@example.com")
    await retire_administrators(auth, one["token"], one["user"]["id"])
    two = await auth.administrator("duel-2@example.com")
    answers = await asyncio.gather(
        patch(auth, one["token"], two["user"]["id"], is_active=False),
        patch(auth, two["token"], one["user"]["id"], is_active=False),
    )
    assert sorted(answer.status for answer in answers)[0] == 200
    assert sorted(answer.status for answer in answers)[1] in {401, 403, 409}


async def test_services_read_and_change_an_account(auth: Auth) -> None:
    account_id = (await auth.register("internal@example.com", city="Lyon"))["user"]["id"]
    read = await auth.as_service("GET", f"/accounts/{account_id}")
    assert read.body["account_id"] == account_id
    assert (read.body["city"], read.body["email_verified"]) == ("Lyon", False)
    body = {"name": "Autre Nom", "language": "en", "email": None}
    changed = await auth.as_service("PUT", f"/accounts/{account_id}", body)
    assert (changed.body["name"], changed.body["language"]) == ("Autre Nom", "en")
    assert (await auth.as_service("GET", "/accounts/999999")).status == 404
    assert (await auth.as_service("PUT", "/accounts/999999", body)).status == 404


async def test_another_email_from_a_service_is_only_asked_for(auth: Auth) -> None:
    account_id = (await auth.register("keeps@example.com"))["user"]["id"]
    await auth.register("occupied@example.com")
    body = {"name": None, "language": None, "email": "keeps-new@example.com"}
    for _ in range(3):
        changed = await auth.as_service("PUT", f"/accounts/{account_id}", body)
        assert (changed.status, changed.body["email"]) == (200, "keeps@example.com")
    (message,) = await auth.messages(EmailVerificationRequested, account_id)
    assert (message["email"], message["is_change"]) == ("keeps-new@example.com", True)
    repeated = {**body, "email": "KEEPS@example.com"}
    assert (await auth.as_service("PUT", f"/accounts/{account_id}", repeated)).status == 200
    taken = {**body, "name": "Not Taken", "email": "occupied@example.com"}
    refused = await auth.as_service("PUT", f"/accounts/{account_id}", taken)
    assert (refused.status, refused.code) == (409, "email_taken")
    kept = await auth.as_service("GET", f"/accounts/{account_id}")
    assert kept.body["name"] == "Compte Essai"


async def test_deletion_leaves_nothing_personal_and_may_be_repeated(auth: Auth) -> None:
    await auth.administrator("stays@example.com")
    person = await auth.register("erased@example.com", phone_number="0612345678", city="Lyon")
    account_id = person["user"]["id"]
    for _ in range(2):
        assert (await auth.as_service("DELETE", f"/accounts/{account_id}")).status == 204
    assert (await auth.as_service("DELETE", "/accounts/999999")).status == 204
    (message,) = await auth.messages(AccountDeleted, account_id)
    assert message["tokens_until"] > 0
    assert (await auth.as_service("GET", f"/accounts/{account_id}")).status == 404
    assert (await auth.as_service("GET", f"/accounts/{account_id}/export")).status == 404
    assert (await auth.ask("GET", "/user", token=person["token"])).status == 401
    assert (await auth.login("erased@example.com")).status == 401
    held = await held_in_tables(auth, account_id)
    for personal in ("erased@", "Camille", "0612345678", "Lyon", "argon2"):
        assert personal not in held
    # The address is free again, for another account.
    assert (await auth.register("erased@example.com"))["user"]["id"] != account_id


async def held_in_tables(auth: Auth, account_id: int) -> str:
    """Return all rows about an account, the outbox excepted, which is purged by itself."""
    statement = text(
        "SELECT concat((SELECT string_agg(t::text, ' ') FROM accounts t WHERE id = :id),"
        " (SELECT string_agg(t::text, ' ') FROM sessions t WHERE account_id = :id),"
        " (SELECT string_agg(t::text, ' ') FROM one_time_tokens t WHERE account_id = :id))"
    )
    async with auth.context.database.reading() as connection:
        return str(await connection.scalar(statement, {"id": account_id}))


async def test_an_export_holds_what_is_held_and_no_secret(auth: Auth) -> None:
    person = await auth.register("export@example.com")
    account_id = person["user"]["id"]
    exported = (await auth.as_service("GET", f"/accounts/{account_id}/export")).body
    assert exported["account"] == person["user"]
    assert len(exported["sessions"]) == 1
    assert "argon2" not in str(exported)
    assert PASSWORD not in str(exported)


async def test_an_export_is_of_one_moment(auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs in while the export is put together is not in a part of it alone."""
    account_id = (await auth.register("moment@example.com"))["user"]["id"]
    live_sessions = sessions.live_sessions

    async def signed_in_first(*asked: Any) -> Any:
        monkeypatch.setattr(sessions, "live_sessions", live_sessions)
        assert (await auth.login("moment@example.com")).status == 200
        return await live_sessions(*asked)

    monkeypatch.setattr(sessions, "live_sessions", signed_in_first)
    counted = [
        len((await auth.as_service("GET", f"/accounts/{account_id}/export")).body["sessions"])
        for _ in range(2)
    ]
    assert counted == [1, 2]


async def test_a_profile_that_changed_is_followed(auth: Auth) -> None:
    account_id = (await auth.register("follow@example.com"))["user"]["id"]
    profile = profile_of(account_id, "Nom Suivi", phone_number="+33612345678")
    for changed in (profile, profile.model_copy(update={"account_id": 999_999})):
        async with auth.context.database.transaction() as transaction:
            await accounts.follow_profile(transaction, changed)
    read = (await auth.as_service("GET", f"/accounts/{account_id}")).body
    assert (read["name"], read["language"], read["phone_number"]) == (
        "Nom Suivi",
        "en",
        "+33612345678",
    )
    assert read["email"] == "follow@example.com"


async def test_a_profile_s_older_news_come_too_late(auth: Auth) -> None:
    """A message that was put off is handled after the one that follows it."""
    account_id = (await auth.register("order@example.com"))["user"]["id"]
    first = profile_of(account_id, "Premier Nom", language="fr", phone_number="+33612345678")
    second = first.model_copy(
        update={
            "name": "Second Nom",
            "language": "en",
            "phone_number": None,
            "occurred_at": first.occurred_at + timedelta(microseconds=1),
        }
    )
    third = second.model_copy(update={"name": "Troisième Nom"})
    for told, is_known in ((second, "Second Nom"), (first, "Second Nom"), (third, third.name)):
        async with auth.context.database.transaction() as transaction:
            await accounts.follow_profile(transaction, told)
        read = (await auth.as_service("GET", f"/accounts/{account_id}")).body
        assert (read["name"], read["language"], read["phone_number"]) == (is_known, "en", None)


async def test_a_change_of_another_kind_hides_no_news_of_a_profile(auth: Auth) -> None:
    account_id = (await auth.register("other@example.com"))["user"]["id"]
    told = profile_of(account_id, "Nom Suivi")
    await accounts.update_account(
        auth.context, account_id, name="Nom Direct", language=None, email=None
    )
    async with auth.context.database.transaction() as transaction:
        await accounts.follow_profile(transaction, told)
    assert (await auth.as_service("GET", f"/accounts/{account_id}")).body["name"] == "Nom Suivi"
