"""What several use cases share: counting, issuing, forgetting."""

import asyncio
from datetime import timedelta

import jwt
import pytest
from sqlalchemy import text

from guichet.auth import domain
from guichet.auth.domain.refusals import (
    TooManyTries,
    WrongPassword,
)
from guichet.auth.repository import accounts
from guichet.auth.use_cases import issuing, maintenance, throttling
from guichet.auth.use_cases.present_password import confirm_password
from guichet.kernel import clock
from tests.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")

THREE = domain.Limit("a test", 3, 60)


async def test_of_many_tries_at_once_no_more_than_allowed_pass(auth: Auth) -> None:
    limits = throttling.counted(auth.context, THREE, "parallel")
    results = await asyncio.gather(
        *(throttling.take(auth.context, limits) for _ in range(20)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, TooManyTries)]
    assert results.count(None) == 3
    assert len(refused) == 17
    with pytest.raises(TooManyTries):
        await throttling.check(auth.context, limits)


async def test_what_is_given_back_can_be_taken_again(auth: Auth) -> None:
    limits = throttling.counted(auth.context, THREE, "given back")
    for _ in range(3):
        await throttling.take(auth.context, limits)
    await throttling.give_back(auth.context, limits)
    await throttling.take(auth.context, limits)
    with pytest.raises(TooManyTries):
        await throttling.take(auth.context, limits)
    await throttling.give_back(auth.context, limits, begin_anew=limits)
    for _ in range(3):
        await throttling.take(auth.context, limits)


async def test_counts_say_nothing_of_who_was_counted(auth: Auth) -> None:
    limits = throttling.counted(auth.context, THREE, "person@example.com", "192.0.2.1")
    await throttling.take(auth.context, limits)
    async with auth.context.database.reading() as connection:
        held = str(
            await connection.scalar(text("SELECT string_agg(t::text, ' ') FROM throttles t"))
        )
    assert "person" not in held
    assert "192.0.2.1" not in held


async def test_a_clock_that_was_set_back_saves_no_token_from_revocation(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await auth.register("clock@example.com")
    claims = jwt.decode(person["token"], options={"verify_signature": False})
    present = clock.now
    monkeypatch.setattr(clock, "now", lambda: present() - timedelta(minutes=10))
    async with auth.context.database.transaction() as transaction:
        account = await accounts.lock_account(transaction, person["user"]["id"])
        assert account is not None
        account = await issuing.refuse_older_tokens(transaction, account, clock.now())
    assert claims["iat"] < account.tokens_until
    renewed = (await auth.login("clock@example.com")).body["token"]
    fresh = jwt.decode(renewed, options={"verify_signature": False})
    assert fresh["iat"] >= account.tokens_until


async def test_the_present_password_is_asked_for(auth: Auth) -> None:
    account_id = (await auth.register("present@example.com"))["user"]["id"]
    found = await confirm_password(auth.context, account_id, PASSWORD)
    assert found.id == account_id
    for wrong in ("", "wrong one"):
        with pytest.raises(WrongPassword):
            await confirm_password(auth.context, account_id, wrong)


async def test_what_has_ended_is_forgotten_and_what_has_not_is_kept(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await auth.register("purged@example.com")
    other = (await auth.login("purged@example.com")).body
    await auth.ask("POST", "/logout", token=other["token"])

    async def rows(table: str) -> int:
        statement = text(
            f"SELECT count(*) FROM {table} WHERE account_id = :id"  # noqa: S608 - names below
        )
        async with auth.context.database.reading() as connection:
            return int(await connection.scalar(statement, {"id": person["user"]["id"]}) or 0)

    await maintenance.purge(auth.context)
    assert (await rows("sessions"), await rows("one_time_tokens")) == (2, 1)
    present = clock.now
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: present() + timedelta(days=2))
        await maintenance.purge(auth.context)
        assert (await rows("sessions"), await rows("one_time_tokens")) == (1, 1)
        moved.setattr(clock, "now", lambda: present() + timedelta(days=32))
        await maintenance.purge(auth.context)
        assert (await rows("sessions"), await rows("one_time_tokens")) == (0, 0)
