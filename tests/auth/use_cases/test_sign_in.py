"""Signing in and staying signed in, under attack too."""

import asyncio
from datetime import timedelta

import jwt
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from guichet.auth import domain, passwords
from guichet.contracts.messages.auth import SessionRevoked
from guichet.kernel import clock
from guichet.kernel.tokens import ServiceTokens
from tests.auth.conftest import PASSWORD, SERVICE_SECRET, Answer, Auth, Work

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXPECTED_CLAIMS = {
    "iss", "aud", "sub", "sid", "role", "email", "name", "lang", "email_verified", "iat", "exp",
}  # fmt: skip


async def refresh(auth: Auth, token: str) -> Answer:
    return await auth.ask("POST", "/refresh", {"refresh_token": token})


async def move_clock(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    present = clock.now
    monkeypatch.setattr(clock, "now", lambda: present() + ahead)


async def test_a_token_says_what_services_need_to_know(auth: Auth) -> None:
    answer = await auth.register("claims@example.com", language="en")
    token = answer["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == EXPECTED_CLAIMS
    assert claims["sub"] == str(answer["user"]["id"])
    assert (claims["role"], claims["lang"], claims["email_verified"]) == ("user", "en", False)
    assert claims["exp"] - int(claims["iat"]) == 900
    assert isinstance(claims["iat"], float)
    header = jwt.get_unverified_header(token)
    (key,) = (await auth.ask("GET", "/.well-known/jwks.json")).body["keys"]
    assert (header["alg"], header["kid"]) == ("ES256", key["kid"])


async def test_unknown_email_and_wrong_password_look_the_same(
    strong_auth: Auth, work: Work
) -> None:
    auth = strong_auth
    await auth.register("known@example.com")
    known = await auth.login("known@example.com", "wrong password")
    unknown = await auth.login("unknown@example.com", "wrong password")
    malformed = await auth.login("not an address\0", "wrong password")
    assert known.status == unknown.status == malformed.status == 401
    assert known.body == unknown.body == malformed.body
    assert known.code == "wrong_credentials"

    work.hashes.clear()
    for email, name in (("known@example.com", "of-known"), ("unknown@example.com", "of-unknown")):
        body = {"email": email, "password": "wrong password"}
        named = {"X-Request-Id": name}
        answer = await auth.ask("POST", "/login", body, headers=named, address="192.0.2.7")
        assert answer.status == 401
    of_known, of_unknown = work.hashes
    assert of_known == of_unknown
    assert of_known.memory_cost == passwords.MEMORY_KIB
    assert work.statements["of-known"] == work.statements["of-unknown"] != []


async def test_guessing_one_password_is_throttled_and_the_owner_elsewhere_is_not(
    auth: Auth,
) -> None:
    await auth.register("target@example.com")
    body = {"email": "target@example.com", "password": "guess"}
    answers = [await auth.ask("POST", "/login", body, address="192.0.2.50") for _ in range(12)]
    assert [answer.status for answer in answers] == [401] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert (await auth.login("target@example.com")).status == 200


async def test_one_password_against_many_accounts_is_throttled_before_hashing(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = domain.Limit("login by address", 8, 900)
    monkeypatch.setattr(domain, "LOGIN_BY_ADDRESS", limit)
    await auth.register("regular@example.com")
    # Somebody who has signed in from that address before, as in an office.
    honest = {"email": "regular@example.com", "password": PASSWORD}
    assert (await auth.ask("POST", "/login", honest, address="192.0.2.60")).status == 200

    async def spray(number: int) -> Answer:
        body = {"email": f"account{number}@example.com", "password": "Printemps2027!"}
        return await auth.ask("POST", "/login", body, address="192.0.2.60")

    first = [(await spray(number)).status for number in range(8)]
    assert first == [401] * 8
    verified: list[str] = []

    async def verify(_stored: str | None, password: str) -> None:
        verified.append(password)

    with monkeypatch.context() as watched:
        watched.setattr(auth.context.passwords, "verify", verify)
        rest = await asyncio.gather(*(spray(number) for number in range(8, 60)))
    assert {answer.status for answer in rest} == {429}
    assert verified == []
    assert (await auth.ask("POST", "/login", honest, address="192.0.2.60")).status == 200
    assert (await auth.login("regular@example.com")).status == 200


async def test_guesses_from_everywhere_spare_the_owner_at_home(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "LOGIN_BY_EMAIL", domain.Limit("login by e-mail", 5, 3600))
    await auth.register("famous@example.com")
    body = {"email": "famous@example.com", "password": "guess"}
    statuses = [
        (await auth.ask("POST", "/login", body, address=f"203.0.113.{number}")).status
        for number in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2
    assert (await auth.login("famous@example.com")).status == 200


async def test_success_begins_the_count_anew(auth: Auth) -> None:
    await auth.register("clumsy@example.com")
    for _ in range(3):
        for _ in range(9):
            assert (await auth.login("clumsy@example.com", "mistyped")).status == 401
        assert (await auth.login("clumsy@example.com")).status == 200


async def test_a_flood_of_right_logins_is_turned_away_before_hashing(strong_auth: Auth) -> None:
    auth = strong_auth
    await auth.register("flood@example.com")
    answers = await asyncio.gather(*(auth.login("flood@example.com") for _ in range(80)))
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {200, 429}
    refused = next(answer for answer in answers if answer.status == 429)
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await auth.login("flood@example.com")).status == 200


async def test_each_refresh_token_works_once_and_leads_to_the_next(auth: Auth) -> None:
    first = await auth.register("rotate@example.com")
    second = await refresh(auth, first["refresh_token"])
    assert second.status == 200
    assert second.body["refresh_token"] != first["refresh_token"]
    assert second.body["user"]["email"] == "rotate@example.com"
    third = await refresh(auth, second.body["refresh_token"])
    assert (await auth.ask("GET", "/user", token=third.body["token"])).status == 200


async def test_parallel_refreshes_stay_one_family(auth: Auth) -> None:
    first = await auth.register("parallel@example.com")
    answers = await asyncio.gather(*(refresh(auth, first["refresh_token"]) for _ in range(6)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["refresh_token"] for answer in answers}) == 1
    sessions = await auth.ask("GET", "/sessions", token=answers[0].body["token"])
    assert len(sessions.body["data"]) == 1
    assert (await refresh(auth, answers[0].body["refresh_token"])).status == 200


async def test_a_spent_token_that_comes_back_ends_the_whole_family(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await auth.register("stolen@example.com")
    second = (await refresh(auth, first["refresh_token"])).body
    await move_clock(monkeypatch, domain.REFRESH_GRACE + timedelta(seconds=1))
    reused = await refresh(auth, first["refresh_token"])
    assert (reused.status, reused.code) == (401, "refresh_refused")
    assert (await refresh(auth, second["refresh_token"])).status == 401
    assert (await auth.ask("GET", "/user", token=second["token"])).status == 401
    (message,) = await auth.messages(SessionRevoked, first["user"]["id"])
    claims = jwt.decode(second["token"], options={"verify_signature": False})
    assert message["session_id"] == claims["sid"]


async def test_within_the_grace_a_family_that_went_on_is_ended_too(auth: Auth) -> None:
    first = await auth.register("went-on@example.com")
    second = (await refresh(auth, first["refresh_token"])).body
    third = (await refresh(auth, second["refresh_token"])).body
    assert (await refresh(auth, first["refresh_token"])).status == 401
    assert (await refresh(auth, third["refresh_token"])).status == 401


async def test_refreshing_does_not_prolong_a_session_for_ever(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await auth.register("long@example.com"))["refresh_token"]
    await move_clock(monkeypatch, domain.SESSION_LIFE - timedelta(minutes=1))
    renewed = await refresh(auth, token)
    assert renewed.status == 200
    await move_clock(monkeypatch, timedelta(minutes=2))
    assert (await refresh(auth, renewed.body["refresh_token"])).status == 401


@pytest.mark.parametrize("token", ["", "unknown", "é\0", "x" * 200])
async def test_unknown_refresh_tokens_are_refused(auth: Auth, token: str) -> None:
    assert (await refresh(auth, token)).status == 401


async def test_no_token_stands_in_for_another_kind(auth: Auth) -> None:
    answer = await auth.register("kinds@example.com")
    as_access = await auth.ask("GET", "/user", token=answer["refresh_token"])
    assert as_access.status == 401
    assert (await refresh(auth, answer["token"][:200])).status == 401
    service = ServiceTokens(SERVICE_SECRET, service="users").issue("auth")
    assert (await auth.ask("GET", "/user", token=service)).status == 401
    internal = f"/internal/accounts/{answer['user']['id']}"
    assert (await auth.ask("GET", internal, token=answer["token"])).status == 401
    assert (await auth.ask("GET", internal)).status == 401


async def test_logout_ends_this_session_alone(auth: Auth) -> None:
    one = await auth.register("logout@example.com")
    other = (await auth.login("logout@example.com")).body
    left = await auth.ask("POST", "/logout", token=one["token"])
    assert left.body == {"message": "You are signed out."}
    assert (await auth.ask("GET", "/user", token=one["token"])).status == 401
    assert (await auth.ask("POST", "/logout", token=one["token"])).status == 401
    assert (await refresh(auth, one["refresh_token"])).status == 401
    assert (await auth.ask("GET", "/user", token=other["token"])).status == 200


async def test_stored_secrets_are_hashed_or_encrypted(auth: Auth) -> None:
    answer = await auth.register("stored@example.com")
    async with auth.context.database.reading() as connection:
        for table in ("accounts", "sessions", "refresh_tokens", "one_time_tokens", "signing_keys"):
            statement = text(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608 - names above
            held = str(await connection.scalar(statement))
            for secret in (PASSWORD, answer["refresh_token"], answer["token"], "PRIVATE KEY"):
                assert secret not in held


async def test_hashes_with_older_parameters_are_renewed_at_sign_in(strong_auth: Auth) -> None:
    auth = strong_auth
    account_id = (await auth.register("renewed@example.com"))["user"]["id"]
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with auth.context.database.transaction() as transaction:
        await transaction.execute(
            text("UPDATE accounts SET password_hash = :weak WHERE id = :id"),
            {"weak": weak, "id": account_id},
        )
    assert (await auth.login("renewed@example.com")).status == 200
    async with auth.context.database.reading() as connection:
        stored = await connection.scalar(
            text("SELECT password_hash FROM accounts WHERE id = :id"), {"id": account_id}
        )
    assert "m=19456,t=2" in str(stored)
    assert (await auth.login("renewed@example.com")).status == 200
