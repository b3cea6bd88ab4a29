"""Registering: what is accepted, what is refused, who is told."""

import asyncio

import pytest

from guichet.contracts.messages.auth import AccountRegistered, PasswordResetRequested
from tests.auth.conftest import PASSWORD, Auth
from tests.auth.use_cases.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW = {"name": "Compte Essai", "password": PASSWORD, "password_confirmation": PASSWORD}


async def test_the_other_services_are_told_with_a_link_to_verify(auth: Auth) -> None:
    answer = await auth.register("told@example.com", phone_number="0612345678", city="Lyon")
    (message,) = await auth.messages(AccountRegistered, answer["user"]["id"])
    assert message["email"] == "told@example.com"
    assert (message["role"], message["city"], message["address"]) == ("user", "Lyon", None)
    assert len(message["verification_token"]) > 40


async def test_ids_below_five_are_kept_for_the_demo_accounts(auth: Auth) -> None:
    assert (await auth.register("first@example.com"))["user"]["id"] >= 5


@pytest.mark.parametrize(
    ("more", "headers", "language"),
    [
        ({}, {"Accept-Language": "en-GB"}, "en"),
        ({}, {"Accept-Language": "de"}, "fr"),
        ({"language": "fr"}, {"Accept-Language": "en"}, "fr"),
    ],
)
async def test_the_account_speaks_the_language_asked_for(
    auth: Auth, more: dict[str, str], headers: dict[str, str], language: str
) -> None:
    body = {**NEW, "email": f"speaks-{language}-{len(more)}@example.com", **more}
    answer = await auth.ask("POST", "/register", body, headers=headers)
    assert answer.body["user"]["language"] == language


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"role": "admin"}, "role"),
        ({"role": "event_creator"}, "role"),
        ({"role": ["user"]}, "role"),
        ({"is_active": True}, "is_active"),
        ({"email_verified": True}, "email_verified"),
        ({"email_verified_at": None}, "email_verified_at"),
        ({"status": "active"}, "status"),
        ({"id": 1}, "id"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": None}, "name"),
        ({"password": "short", "password_confirmation": "short"}, "password"),
        ({"password": "password123", "password_confirmation": "password123"}, "password"),
        ({"password": "x" * 1025, "password_confirmation": "x" * 1025}, "password"),
        ({"password": "x" * 5000, "password_confirmation": "x" * 5000}, "password"),
        ({"password": "\ud800" * 9, "password_confirmation": "\ud800" * 9}, "password"),
        ({"password": 1234567890}, "password"),
        ({"password_confirmation": "another password"}, "password_confirmation"),
        ({"password_confirmation": None}, "password_confirmation"),
        ({"phone_number": "x" * 300}, "phone_number"),
        ({"name": "N 5555 5555 5555 4444"}, "name"),
        ({"address": "5555555555554444"}, "address"),
        ({"language": "de"}, "language"),
    ],
    ids=lambda value: str(value)[:60].encode("ascii", "replace").decode(),
)
async def test_what_nobody_may_give_or_what_is_malformed_is_refused(
    auth: Auth, more: dict[str, object], field: str
) -> None:
    answer = await auth.ask("POST", "/register", {**NEW, "email": "refused@example.com", **more})
    assert answer.status == 422
    assert field in answer.body["errors"]
    assert PASSWORD not in str(answer.body)


async def test_unknown_harmless_fields_and_empty_ones_are_ignored(auth: Auth) -> None:
    answer = await auth.register(
        "extra@example.com", role="user", newsletter=True, city="", address="1 rue X\n69001 Lyon"
    )
    assert answer["user"]["city"] is None
    assert answer["user"]["address"] == "1 rue X 69001 Lyon"


@pytest.mark.parametrize(
    "password", ["x" * 64 + "日本語", "пароль-из-слов", "🎫🎫🎫🎫🎫🎫🎫🎫", "a\0bcdefgh"]
)
async def test_any_unicode_password_works_and_is_not_cut(auth: Auth, password: str) -> None:
    email = f"unicode{len(password)}@example.com"
    await auth.register(email, password=password, password_confirmation=password)
    assert (await auth.login(email, password)).status == 200
    assert (await auth.login(email, password[:-1])).status == 401


async def test_a_taken_address_is_refused_alike_and_its_owner_told(auth: Auth) -> None:
    owner = await auth.register("owner@example.com")
    body = {**NEW, "name": "Somebody Else", "email": "OWNER@example.com"}
    again = await auth.ask("POST", "/register", body, address="198.51.100.1")
    assert (again.status, again.code) == (409, "email_taken")
    assert "user" not in again.body

    async def told() -> bool:
        return bool(await auth.messages(PasswordResetRequested, owner["user"]["id"]))

    assert await until(told)
    # The owner's account is as it was.
    assert (await auth.login("owner@example.com")).body["user"]["name"] == "Compte Essai"


async def test_who_finds_taken_addresses_is_silenced_and_others_are_not(auth: Auth) -> None:
    await auth.register("found@example.com")
    body = {**NEW, "email": "found@example.com"}
    answers = [await auth.ask("POST", "/register", body, address="198.51.100.2") for _ in range(11)]
    assert [answer.status for answer in answers] == [409] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    fresh = {**NEW, "email": "fresh@example.com"}
    assert (await auth.ask("POST", "/register", fresh, address="198.51.100.2")).status == 429
    assert (await auth.ask("POST", "/register", fresh, address="198.51.100.3")).status == 201


async def test_two_registrations_at_once_make_one_account(auth: Auth) -> None:
    body = {**NEW, "email": "race@example.com"}
    answers = await asyncio.gather(*(auth.ask("POST", "/register", body) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
