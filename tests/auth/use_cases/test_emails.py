"""E-mail addresses are verified, and changed only by their owner."""

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
)
from guichet.kernel import clock
from tests.auth.conftest import PASSWORD, Answer, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def verify(auth: Auth, token: str, **more: str) -> Answer:
    return await auth.ask("POST", "/email/verify", {"token": token, **more})


async def change(auth: Auth, token: str, email: str, password: str | None = PASSWORD) -> Answer:
    body = {"email": email} if password is None else {"email": email, "password": password}
    return await auth.ask("POST", "/email/change", body, token=token)


async def test_the_mailed_link_verifies_and_may_be_opened_again(auth: Auth) -> None:
    account_id = (await auth.register("verify@example.com"))["user"]["id"]
    (message,) = await auth.messages(AccountRegistered, account_id)
    for _ in range(2):
        answer = await verify(auth, message["verification_token"])
        assert (answer.status, answer.body["user"]["email_verified"]) == (200, True)
    (told,) = await auth.messages(EmailVerified, account_id)
    assert told["email"] == "verify@example.com"


async def test_stale_unknown_and_reset_tokens_verify_nothing(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await auth.register("late@example.com")
    (message,) = await auth.messages(AccountRegistered, answer["user"]["id"])
    present = clock.now
    after = domain.VERIFICATION_LIFE + timedelta(seconds=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: present() + after)
        assert (await verify(auth, message["verification_token"])).status == 410
    await auth.ask("POST", "/password/forgot", {"email": "late@example.com"})
    await passwords.send_reset_links(auth.context)
    (reset,) = await auth.messages(PasswordResetRequested, answer["user"]["id"])
    for token in ("unknown", answer["refresh_token"], reset["reset_token"]):
        assert (await verify(auth, token)).status == 410
    assert (await verify(auth, "")).status == 422


async def test_another_link_can_be_asked_for_until_the_address_is_verified(auth: Auth) -> None:
    answer = await auth.register("resend@example.com")
    account_id, token = answer["user"]["id"], answer["token"]
    assert (await auth.ask("POST", "/email/resend")).status == 401
    assert (await auth.ask("POST", "/email/resend", token=token)).status == 202
    (message,) = await auth.messages(EmailVerificationRequested, account_id)
    assert message["is_change"] is False
    assert (await verify(auth, message["verification_token"])).status == 200
    again = await auth.ask("POST", "/email/resend", token=token)
    assert (again.status, again.body["user"]["email_verified"]) == (202, True)
    assert len(await auth.messages(EmailVerificationRequested, account_id)) == 1


async def test_a_link_that_outlived_the_address_it_went_to_verifies_nothing(auth: Auth) -> None:
    """Sent at the very moment in which the address changes, it is not among those deleted."""
    account_id = (await auth.register("left@example.com"))["user"]["id"]
    (message,) = await auth.messages(AccountRegistered, account_id)
    async with auth.context.database.transaction() as transaction:
        await accounts.move_to_email(transaction, account_id, "left-2@example.com", clock.now())
    refused = await verify(auth, message["verification_token"])
    assert (refused.status, refused.code) == (410, "link_spent")


async def test_links_are_not_sent_without_end(auth: Auth) -> None:
    token = (await auth.register("many@example.com"))["token"]
    statuses = [(await auth.ask("POST", "/email/resend", token=token)).status for _ in range(6)]
    assert statuses == [202] * 5 + [429]


async def test_a_new_address_takes_the_password_the_link_and_the_password_again(
    auth: Auth,
) -> None:
    answer = await auth.register("old@example.com")
    account_id, token = answer["user"]["id"], answer["token"]
    for wrong in (None, "", "wrong one"):
        refused = await change(auth, token, "new@example.com", wrong)
        assert (refused.status, refused.code) == (403, "wrong_password")
    asked = await change(auth, token, "New@Example.com")
    assert (asked.status, asked.body["user"]["email"]) == (202, "old@example.com")
    (message,) = await auth.messages(EmailVerificationRequested, account_id)
    assert (message["email"], message["is_change"]) == ("new@example.com", True)

    link = message["verification_token"]
    for body in ({}, {"password": "wrong one"}):
        refused = await verify(auth, link, **body)
        assert (refused.status, refused.code) == (403, "wrong_password")
    confirmed = await verify(auth, link, password=PASSWORD)
    assert confirmed.status == 200
    assert confirmed.body["user"]["email"] == "new@example.com"
    assert (await verify(auth, link, password=PASSWORD)).status == 410
    assert (await auth.login("new@example.com")).status == 200
    assert (await auth.login("old@example.com")).status == 401
    (told,) = await auth.messages(EmailVerified, account_id)
    assert told["email"] == "new@example.com"


async def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(auth: Auth) -> None:
    answer = await auth.register("wants@example.com")
    asked = await change(auth, answer["token"], "wanted@example.com")
    await auth.register("wanted@example.com")
    as_before = await change(auth, answer["token"], "another@example.com")
    assert asked.body == as_before.body
    first, _second = await auth.messages(EmailVerificationRequested, answer["user"]["id"])
    refused = await verify(auth, first["verification_token"], password=PASSWORD)
    assert (refused.status, refused.code) == (409, "email_taken")
    assert (await auth.login("wants@example.com")).status == 200
    assert (await auth.login("wanted@example.com")).status == 200


async def test_links_to_a_former_address_open_nothing_any_more(auth: Auth) -> None:
    answer = await auth.register("former@example.com")
    account_id = answer["user"]["id"]
    (registered,) = await auth.messages(AccountRegistered, account_id)
    await change(auth, answer["token"], "present@example.com")
    (message,) = await auth.messages(EmailVerificationRequested, account_id)
    await verify(auth, message["verification_token"], password=PASSWORD)
    assert (await verify(auth, registered["verification_token"])).status == 410


async def test_asking_for_the_present_address_sends_nothing(auth: Auth) -> None:
    answer = await auth.register("same@example.com")
    assert (await change(auth, answer["token"], "SAME@example.com")).status == 202
    assert await auth.messages(EmailVerificationRequested, answer["user"]["id"]) == []
