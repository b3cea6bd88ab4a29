"""The shell around the use cases: cookies, addresses, documents, hostile bodies."""

import json

import pytest
from starlette.requests import Request

from guichet.auth.domain.refusals import (
    ForeignPage,
)
from guichet.auth.http_api.cookies import refresh_cookie
from guichet.auth.http_api.dependencies import network_of
from guichet.auth.settings import Settings
from tests.auth.conftest import PASSWORD, Answer, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")

COOKIE = "guichet-refresh"
OWN_PAGE = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}


async def refresh(auth: Auth, cookie: str, headers: dict[str, str]) -> Answer:
    sent = {"Cookie": f"{COOKIE}={cookie}", **headers}
    return await auth.ask("POST", "/refresh", headers=sent)


async def test_the_refresh_cookie_is_out_of_reach(auth: Auth) -> None:
    password = {"password": PASSWORD, "password_confirmation": PASSWORD}
    body = {"name": "Camille", "email": "cookie@example.com", **password}
    answer = await auth.ask("POST", "/register", body)
    header = answer.headers["Set-Cookie"]
    assert answer.cookies[COOKIE] == answer.body["refresh_token"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/api/v1/auth", "expires="):
        assert part in header
    assert answer.headers["Cache-Control"] == "no-store"
    renewed = await refresh(auth, answer.cookies[COOKIE], OWN_PAGE)
    assert renewed.status == 200
    assert renewed.cookies[COOKIE] == renewed.body["refresh_token"]
    left = await auth.ask("POST", "/logout", token=renewed.body["token"])
    assert left.cookies[COOKIE] == ""


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "http://localhost:8080.evil.example.com"},
        {"Origin": "https://localhost:8080"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example.com", "Origin": "http://evil.example.com"},
    ],
    ids=str,
)
async def test_the_cookie_counts_from_our_own_pages_alone(
    auth: Auth, headers: dict[str, str]
) -> None:
    answer = await refresh(auth, "anything", headers)
    assert (answer.status, answer.code) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "headers",
    [OWN_PAGE, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1:3000"}],
    ids=str,
)
async def test_our_own_pages_may_use_it(auth: Auth, headers: dict[str, str]) -> None:
    email = f"own{len(str(headers))}@example.com"
    cookie = (await auth.register(email))["refresh_token"]
    assert (await refresh(auth, cookie, headers)).status == 200


async def test_a_token_in_the_body_needs_no_page(auth: Auth) -> None:
    token = (await auth.register("body@example.com"))["refresh_token"]
    sent = {"Cookie": f"{COOKIE}=anything", "Origin": "https://evil.example.com"}
    answer = await auth.ask("POST", "/refresh", {"refresh_token": token}, headers=sent)
    assert answer.status == 200
    assert (await auth.ask("POST", "/refresh")).status == 401
    assert (await auth.ask("POST", "/refresh", {})).status == 401


def request_with(headers: dict[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


async def test_in_production_the_cookie_is_kept_to_https_by_its_name() -> None:
    settings = Settings(
        environment="production",  # pyright: ignore[reportArgumentType] - as the variable gives it
        public_url="https://billets.example.com",
        auth_dsn="postgresql://nobody@localhost/none",
        auth_key_passphrase="x" * 16,
    )
    own = {"Origin": "https://billets.example.com"}
    plain = request_with({"Cookie": f"{COOKIE}=t", **own})
    assert refresh_cookie(plain, settings) is None
    secure = request_with({"Cookie": "__Secure-guichet-refresh=t", **own})
    assert refresh_cookie(secure, settings) == "t"
    local = request_with(
        {"Cookie": "__Secure-guichet-refresh=t", "Origin": "http://localhost:8080"}
    )
    with pytest.raises(ForeignPage):
        refresh_cookie(local, settings)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("not an address", ""),
        ("", ""),
    ],
)
async def test_one_home_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("path", ["/register", "/login", "/refresh", "/password/reset"])
@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b'"x"', b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"{}" * 2]
)
async def test_hostile_bodies_are_refused_calmly(auth: Auth, path: str, raw: bytes) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "fr"}
    url = f"{auth.url}/api/v1/auth{path}"
    async with auth.session.post(url, data=raw, headers=headers) as answer:
        assert answer.status in {400, 413, 422}
        problem = json.loads(await answer.text())
    assert answer.content_type == "application/problem+json"
    assert problem["detail"] == problem["message"]


async def test_a_form_is_not_taken_for_json(auth: Auth) -> None:
    url = f"{auth.url}/api/v1/auth/login"
    async with auth.session.post(url, data={"email": "a", "password": "b"}) as answer:
        assert answer.status == 422


async def test_refusals_speak_the_callers_language(auth: Auth) -> None:
    body = {"email": "nobody@example.com", "password": "x"}
    french = await auth.ask("POST", "/login", body, headers={"Accept-Language": "fr-FR"})
    assert french.body["detail"] == "Adresse e-mail ou mot de passe incorrect."
    english = await auth.ask("POST", "/login", body)
    assert english.body["detail"] == "Wrong e-mail address or password."


async def test_every_route_is_documented(auth: Auth) -> None:
    async with auth.session.get(f"{auth.url}/docs/api/openapi.json") as answer:
        document = await answer.json()
    paths = document["paths"]
    for path in (
        "register", "login", "logout", "user", "refresh", "password/forgot", "password/reset",
        "password/change", "email/verify", "email/resend", "email/change", "sessions",
        "sessions/{session_id}", "totp/enrol", "totp/confirm", "totp/disable", "accounts",
        "accounts/{account_id}", ".well-known/jwks.json",
    ):  # fmt: skip
        assert f"/api/v1/auth/{path}" in paths, path
    fields = document["components"]["schemas"]["Registration"]["properties"]
    assert "is_active" not in fields
    assert {"401", "429"} <= set(paths["/api/v1/auth/login"]["post"]["responses"])
