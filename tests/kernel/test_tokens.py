"""Only tokens that auth signed, for us, now, and did not take back, say who somebody is."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from guichet.kernel import tokens
from guichet.kernel.problems import Unauthenticated, Unavailable
from guichet.kernel.tokens import (
    ACCESS_TOKEN_SECONDS,
    LEEWAY_SECONDS,
    Revocations,
    TokenVerifier,
)
from tests.kernel.token_helpers import (
    Authority,
    claims,
    clock_ahead,
    jwk_of,
    new_key,
    raw_token,
)


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def verifier(authority: Authority) -> TokenVerifier:
    return authority.verifier()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    return clock_ahead(monkeypatch)


@pytest.fixture
def no_further_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no pause of the machine be as long as the one between two fetches of the keys."""
    monkeypatch.setattr(tokens, "JWKS_FETCH_SECONDS_MIN", 600)
    monkeypatch.setattr(tokens, "JWKS_FIRST_FETCH_SECONDS_MIN", 600)


async def refused(verifier: TokenVerifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except Unauthenticated:
        return True
    return False


async def test_a_good_token_says_who_carries_it(
    authority: Authority, verifier: TokenVerifier
) -> None:
    token = authority.token(iat=time.time() // 1 + 0.125)
    principal = await verifier.verify_header(f"Bearer {token}")
    assert principal is not None
    assert (principal.account_id, principal.role, principal.session_id) == (7, "user", "session-7")
    assert (principal.language, principal.email_verified) == ("en", True)
    # Milliseconds are kept: revocations compare them.
    assert principal.issued_at % 1 == 0.125


@pytest.mark.parametrize(
    "header", ["Basic abc", "Bearer", "Bearer ", "bearer\tx", "Bearer a.b", "Token x"]
)
async def test_other_headers_are_refused(verifier: TokenVerifier, header: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify_header(header)


async def test_no_header_is_nobody(verifier: TokenVerifier) -> None:
    assert await verifier.verify_header(None) is None
    assert await verifier.verify_header("") is None


async def test_unsigned_tokens_are_refused(authority: Authority, verifier: TokenVerifier) -> None:
    for name in ("none", "None", "NONE", "nOnE", ""):
        assert await refused(verifier, raw_token({"alg": name, "kid": "k1"}, claims()))
    header, payload, _ = authority.token().split(".")
    assert await refused(verifier, f"{header}.{payload}.")
    assert await refused(verifier, f"{header}.{payload}")


async def test_hs256_signed_with_the_public_key_is_refused(
    authority: Authority, verifier: TokenVerifier
) -> None:
    public = authority.keys["k1"].public_key()
    encodings = (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        json.dumps(jwk_of(authority.keys["k1"], "k1")).encode(),
    )
    signer = jwt.PyJWS()
    for secret in encodings:
        header = {"alg": "HS256", "typ": "JWT", "kid": "k1"}
        unsigned = raw_token(header, claims()).rstrip(".")
        signature = signer.get_algorithm_by_name("HS256").sign(unsigned.encode(), secret)
        forged = raw_token(header, claims(), signature)
        assert await refused(verifier, forged)


async def test_other_algorithms_are_refused(verifier: TokenVerifier) -> None:
    key = rsa.generate_private_key(65537, 2048)
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "k1"})
    assert await refused(verifier, token)
    big = ec.generate_private_key(ec.SECP384R1())
    token = jwt.encode(claims(), big, algorithm="ES384", headers={"kid": "k1"})
    assert await refused(verifier, token)


@pytest.mark.usefixtures("no_further_fetch")
async def test_a_strangers_key_is_refused_however_the_token_names_it(
    authority: Authority, verifier: TokenVerifier
) -> None:
    calls = 0

    async def on_connection(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.close()

    stranger = Authority()
    async with await asyncio.start_server(on_connection, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/jwks.json"
        for headers in (
            {},
            {"jku": url},
            {"x5u": url},
            {"jwk": jwk_of(stranger.keys["k1"], "k1")},
            {"kid": "unknown", "jku": url},
            {"kid": "../../../dev/null"},
            {"kid": url},
            {"kid": "k1' OR '1'='1"},
            {"kid": ""},
        ):
            assert await refused(verifier, stranger.token(headers=headers)), headers
    assert calls == 0
    assert authority.fetches == 1


async def test_a_kid_that_is_no_text_is_refused(verifier: TokenVerifier) -> None:
    for kid in (None, 7, ["k1"], {"k1": 1}, True):
        assert await refused(verifier, raw_token({"alg": "ES256", "kid": kid}, claims(), b"x" * 64))


async def test_an_altered_token_is_refused(authority: Authority, verifier: TokenVerifier) -> None:
    header, payload, signature = authority.token().split(".")
    _, other_payload, _ = authority.token(role="admin").split(".")
    assert await refused(verifier, f"{header}.{other_payload}.{signature}")
    assert await refused(verifier, f"{header}.{payload}.{signature[:-4]}AAAA")
    # r = s = 0, which careless libraries took for a valid signature of anything.
    assert await refused(verifier, raw_token({"alg": "ES256", "kid": "k1"}, claims(), bytes(64)))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1},
        {"exp": int(time.time()) - LEEWAY_SECONDS - 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": time.time() + 86_400},
        {"iat": None},
        {"nbf": int(time.time()) + 86_400},
        {"aud": "service:tickets"},
        {"aud": None},
        {"iss": "another"},
        {"iss": None},
        {"sub": None},
        {"sub": "somebody"},
        {"sid": None},
        {"role": None},
    ],
    # Two processes that share the tests must call each of them the same: no instants in names.
    ids=" ".join,
)
async def test_wrong_claims_are_refused(
    authority: Authority, verifier: TokenVerifier, changed: dict[str, Any]
) -> None:
    assert await refused(verifier, authority.token(**changed))
    assert not await refused(verifier, authority.token())


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "..",
        "a.b.c",
        "é.é.é",
        "\0",
        raw_token([], claims()),
        raw_token("[" * 50_000, "{}"),
        raw_token('{"a":' * 20_000, "{}"),
        "A" * 60_000,
    ],
    ids=lambda token: str(token)[:12],
)
async def test_garbage_is_refused_without_an_error(verifier: TokenVerifier, token: str) -> None:
    assert await refused(verifier, token)


async def test_a_token_that_was_accepted_stops_counting_when_it_expires(
    authority: Authority, verifier: TokenVerifier, later: Callable[[float], None]
) -> None:
    token = authority.token()
    assert not await refused(verifier, token)
    later(ACCESS_TOKEN_SECONDS + LEEWAY_SECONDS + 1)
    assert await refused(verifier, token)


async def test_a_revoked_session_is_refused_at_once(
    authority: Authority, verifier: TokenVerifier
) -> None:
    token, other = authority.token(), authority.token(sid="session-8")
    assert not await refused(verifier, token)
    verifier.revocations.revoke_session("session-7")
    assert await refused(verifier, token)
    assert not await refused(verifier, other)


async def test_a_revoked_account_keeps_the_tokens_issued_afterwards(
    authority: Authority, verifier: TokenVerifier
) -> None:
    issued = round(time.time(), 3)
    old, new = authority.token(iat=issued), authority.token(iat=issued + 0.001)
    somebody_else = authority.token(sub="8", iat=issued)
    verifier.revocations.revoke_account(7, issued_until=issued + 0.001)
    assert await refused(verifier, old)
    assert not await refused(verifier, new)
    assert not await refused(verifier, somebody_else)
    # An older revocation that arrives late takes nothing back.
    verifier.revocations.revoke_account(7, issued_until=issued - 60)
    assert await refused(verifier, old)


async def test_revocations_are_forgotten_once_no_token_can_need_them(
    later: Callable[[float], None],
) -> None:
    revocations = Revocations()
    for number in range(999):
        revocations.revoke_session(f"s{number}")
    later(2 * ACCESS_TOKEN_SECONDS + 1)
    revocations.revoke_session("last")
    principal = tokens.Principal(1, "user", "s1", "", "", "fr", True, time.time(), 0)
    assert not revocations.covers(principal)


async def test_a_new_key_is_learnt_when_a_token_names_it(
    authority: Authority, verifier: TokenVerifier, later: Callable[[float], None]
) -> None:
    assert not await refused(verifier, authority.token())
    authority.keys["k2"] = new_key()
    later(tokens.JWKS_FETCH_SECONDS_MIN + 1)
    assert not await refused(verifier, authority.token("k2"))
    assert not await refused(verifier, authority.token("k1"))


@pytest.mark.usefixtures("no_further_fetch")
async def test_unknown_keys_cannot_make_it_ask_more_often(
    authority: Authority, verifier: TokenVerifier, later: Callable[[float], None]
) -> None:
    assert not await refused(verifier, authority.token())
    stranger = Authority()
    for _ in range(50):
        assert await refused(verifier, stranger.token(headers={"kid": "unknown"}))
    assert authority.fetches == 1
    authority.is_down = True
    later(tokens.JWKS_FETCH_SECONDS_MIN + 1)
    for _ in range(50):
        assert await refused(verifier, stranger.token(headers={"kid": "unknown"}))
    assert authority.fetches == 2


async def test_known_keys_outlive_an_auth_that_is_down(
    authority: Authority, verifier: TokenVerifier, later: Callable[[float], None]
) -> None:
    token = authority.token(exp=int(time.time()) + 10_000)
    assert not await refused(verifier, token)
    authority.is_down = True
    later(tokens.JWKS_AGE_SECONDS_MAX + 1)
    assert not await refused(verifier, authority.token(exp=int(time.time()) + 10_000))
    await asyncio.sleep(0)
    assert authority.fetches == 2


async def test_a_withdrawn_key_stops_counting_when_the_keys_are_renewed(
    authority: Authority, verifier: TokenVerifier, later: Callable[[float], None]
) -> None:
    assert not await refused(verifier, authority.token(exp=int(time.time()) + 10_000))
    old = dict(authority.keys)
    authority.keys = {"k2": new_key()}
    later(tokens.JWKS_AGE_SECONDS_MAX + 1)
    # The first request after that time still uses what is known, and starts the renewal.
    stale = Authority(keys=old)
    assert not await refused(verifier, stale.token(exp=int(time.time()) + 10_001))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await refused(verifier, stale.token(exp=int(time.time()) + 10_002))


@pytest.mark.usefixtures("no_further_fetch")
async def test_without_any_key_the_answer_is_to_try_later(authority: Authority) -> None:
    authority.is_down = True
    verifier = authority.verifier()
    with pytest.raises(Unavailable):
        await verifier.verify(authority.token())
    with pytest.raises(Unavailable):
        await verifier.verify(authority.token())
    assert authority.fetches == 1


async def test_parallel_first_requests_fetch_the_keys_once(
    authority: Authority, verifier: TokenVerifier
) -> None:
    await asyncio.gather(*(verifier.verify(authority.token(sub=str(n))) for n in range(1, 30)))
    assert authority.fetches == 1
