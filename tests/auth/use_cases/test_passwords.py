"""Forgotten and changed passwords."""

import asyncio
from datetime import timedelta

import pytest

from guichet.auth import domain
from guichet.auth.repository import accounts
from guichet.auth.use_cases import passwords
from guichet.contracts.messages.auth import (
    AccountRegistered,
    EmailVerificationRequested,
    EmailVerified,
    PasswordResetRequested,
    SessionRevoked,
)
from guichet.kernel import clock
from tests.auth.conftest import PASSWORD, Answer, Auth, Work

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW_PASSWORD = "un tout autre mot"


async def reset(auth: Auth, token: str, password: str = NEW_PASSWORD) -> Answer:
    body = {"token": token, "password": password, "password_confirmation": password}
    return await auth.ask("POST", "/password/reset", body)


async def reset_link(auth: Auth, email: str, account_id: int) -> str:
    """Ask for a reset and return the newest token that is to be mailed."""
    assert (await auth.ask("POST", "/password/forgot", {"email": email})).status == 202
    await passwords.send_reset_links(auth.context)
    for _ in range(100):
        if found := await auth.messages(PasswordResetRequested, account_id):
            return str(found[-1]["reset_token"])
        await asyncio.sleep(0.02)
    raise AssertionError("no link was asked for")


async def test_a_link_sets_a_new_password_once_and_ends_every_session(auth: Auth) -> None:
    answer = await auth.register("forgot@example.com")
    account_id = answer["user"]["id"]
    token = await reset_link(auth, "FORGOT@example.com ", account_id)
    changed = await reset(auth, token)
    assert changed.status == 200
    assert changed.body["user"]["email_verified"] is True
    assert "token" not in changed.body
    assert (await auth.login("forgot@example.com")).status == 401
    assert (await auth.login("forgot@example.com", NEW_PASSWORD)).status == 200
    assert (await auth.ask("GET", "/user", token=answer["token"])).status == 401
    body = {"refresh_token": answer["refresh_token"]}
    assert (await auth.ask("POST", "/refresh", body)).status == 401
    (revoked,) = await auth.messages(SessionRevoked, account_id)
    assert revoked["session_id"] is None
    assert revoked["tokens_until"] > 0
    assert len(await auth.messages(EmailVerified, account_id)) == 1

    again = await reset(auth, token, "encore un autre")
    assert (again.status, again.code) == (410, "link_spent")


async def test_one_link_used_twice_at_once_works_once(auth: Auth) -> None:
    account_id = (await auth.register("twice@example.com"))["user"]["id"]
    token = await reset_link(auth, "twice@example.com", account_id)
    answers = await asyncio.gather(*(reset(auth, token, f"mot de passe {n}") for n in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 410, 410, 410]


async def test_stale_links_and_those_of_a_former_address_are_refused(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = (await auth.register("stale@example.com"))["user"]["id"]
    token = await reset_link(auth, "stale@example.com", account_id)
    present = clock.now
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: present() + domain.RESET_LIFE + timedelta(seconds=1))
        assert (await reset(auth, token)).status == 410
    assert (await reset(auth, token, "password123")).status == 422
    assert (await reset(auth, token)).status == 200
    for unknown in ("x", "é\0", "a" * 200):
        assert (await reset(auth, unknown)).status == 410


async def test_a_link_of_another_kind_sets_no_password(auth: Auth) -> None:
    answer = await auth.register("kinds@example.com")
    account_id = answer["user"]["id"]
    body = {"email": "kinds-new@example.com", "password": PASSWORD}
    assert (await auth.ask("POST", "/email/change", body, token=answer["token"])).status == 202
    (registered,) = await auth.messages(AccountRegistered, account_id)
    (moving,) = await auth.messages(EmailVerificationRequested, account_id)
    for message in (registered, moving):
        refused = await reset(auth, message["verification_token"])
        assert (refused.status, refused.code) == (410, "link_spent")
    assert (await auth.login("kinds@example.com")).status == 200


async def test_a_link_that_outlived_the_address_it_went_to_is_refused(auth: Auth) -> None:
    """Asked for at the very moment in which the address changes, it is not among those deleted."""
    account_id = (await auth.register("moved@example.com"))["user"]["id"]
    token = await reset_link(auth, "moved@example.com", account_id)
    async with auth.context.database.transaction() as transaction:
        await accounts.move_to_email(transaction, account_id, "moved-2@example.com", clock.now())
    refused = await reset(auth, token)
    assert (refused.status, refused.code) == (410, "link_spent")
    assert (await auth.login("moved-2@example.com")).status == 200


async def test_a_used_link_makes_the_others_useless(auth: Auth) -> None:
    account_id = (await auth.register("several@example.com"))["user"]["id"]
    first = await reset_link(auth, "several@example.com", account_id)
    await auth.ask("POST", "/password/forgot", {"email": "several@example.com"})
    await asyncio.sleep(0)
    while len(await auth.messages(PasswordResetRequested, account_id)) < 2:
        await passwords.send_reset_links(auth.context)
        await asyncio.sleep(0.02)
    second = (await auth.messages(PasswordResetRequested, account_id))[-1]["reset_token"]
    assert first != second
    assert (await reset(auth, second)).status == 200
    assert (await reset(auth, first)).status == 410


async def test_asking_for_a_link_tells_nothing_of_an_address(auth: Auth, work: Work) -> None:
    await auth.register("here@example.com")
    emails = ("here@example.com", "nobody@example.com", "not an address")
    answers = [await auth.ask("POST", "/password/forgot", {"email": each}) for each in emails]
    assert {answer.status for answer in answers} == {202}
    assert answers[0].body == answers[1].body == answers[2].body

    for email, name in (("here@example.com", "of-known"), ("nobody@example.com", "of-unknown")):
        await auth.ask("POST", "/password/forgot", {"email": email}, headers={"X-Request-Id": name})
    assert work.statements["of-known"] == work.statements["of-unknown"] != []
    assert work.hashes == []


async def test_one_address_is_not_flooded_with_links(auth: Auth) -> None:
    statuses: dict[str, list[int]] = {}
    await auth.register("flooded@example.com")
    for email in ("flooded@example.com", "unknown-flooded@example.com"):
        statuses[email] = [
            (
                await auth.ask("POST", "/password/forgot", {"email": email}, address=f"10.1.0.{n}")
            ).status
            for n in range(7)
        ]
    assert list(statuses.values()) == [[202] * 5 + [429] * 2] * 2


async def test_an_unknown_address_gets_no_message(auth: Auth) -> None:
    account_id = (await auth.register("bystander@example.com"))["user"]["id"]
    await auth.ask("POST", "/password/forgot", {"email": "ghost@example.com"})
    await passwords.send_reset_links(auth.context)
    assert await auth.messages(PasswordResetRequested, account_id) == []


async def test_changing_it_takes_the_present_one(auth: Auth) -> None:
    token = (await auth.register("change@example.com"))["token"]
    for wrong in ({}, {"current_password": ""}, {"current_password": "wrong one"}):
        answer = await auth.ask(
            "POST", "/password/change", {"password": NEW_PASSWORD, **wrong}, token=token
        )
        assert (answer.status, answer.code) == (403, "wrong_password")
    assert (await auth.ask("POST", "/password/change", {"password": NEW_PASSWORD})).status == 401
    assert (await auth.login("change@example.com")).status == 200


async def test_guessing_the_present_password_is_throttled(auth: Auth) -> None:
    token = (await auth.register("guessed@example.com"))["token"]
    body = {"current_password": "wrong one", "password": NEW_PASSWORD}
    answers = [await auth.ask("POST", "/password/change", body, token=token) for _ in range(11)]
    assert [answer.status for answer in answers] == [403] * 10 + [429]


async def test_after_a_change_only_this_session_goes_on_with_new_tokens(auth: Auth) -> None:
    one = await auth.register("changed@example.com")
    other = (await auth.login("changed@example.com")).body
    body = {
        "current_password": PASSWORD,
        "password": NEW_PASSWORD,
        "password_confirmation": NEW_PASSWORD,
    }
    answer = await auth.ask("POST", "/password/change", body, token=one["token"])
    assert answer.status == 200
    assert (await auth.ask("GET", "/user", token=answer.body["token"])).status == 200
    assert (await auth.ask("GET", "/user", token=other["token"])).status == 401
    verifier = auth.app.state.verifier

    async def refused() -> bool:
        return (await auth.ask("GET", "/user", token=one["token"])).status == 401

    for _ in range(250):
        if await refused():
            break
        await asyncio.sleep(0.02)
    assert await refused()
    assert await verifier.verify(answer.body["token"])
    for old in (one, other):
        refreshed = await auth.ask("POST", "/refresh", {"refresh_token": old["refresh_token"]})
        assert refreshed.status == 401
    going_on = {"refresh_token": answer.body["refresh_token"]}
    assert (await auth.ask("POST", "/refresh", going_on)).status == 200


async def test_a_new_password_follows_the_rules(auth: Auth) -> None:
    token = (await auth.register("rules@example.com"))["token"]
    for password, code in (("court", "password_too_short"), ("password1", "password_too_common")):
        body = {"current_password": PASSWORD, "password": password}
        answer = await auth.ask("POST", "/password/change", body, token=token)
        assert (answer.status, answer.code) == (422, code)
