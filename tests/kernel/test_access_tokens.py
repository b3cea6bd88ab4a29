"""One shape of token is read, in one writing; everything else is refused unread."""

import base64
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from guichet.kernel import access_tokens
from guichet.kernel.access_tokens import Unreadable
from tests.kernel.token_helpers import Authority, claims, raw_token

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def key(authority: Authority) -> EllipticCurvePublicKey:
    return authority.keys["k1"].public_key()


def read(token: str, key: EllipticCurvePublicKey) -> access_tokens.Claims:
    return access_tokens.read(token, key, issuer="guichet", audience="guichet")


def test_a_token_says_the_same_here_as_to_the_library_that_signed_it(
    authority: Authority, key: EllipticCurvePublicKey
) -> None:
    token = authority.token(name="Élodie d'Été")
    told = jwt.decode(token, key, algorithms=["ES256"], audience="guichet")
    found = read(token, key)
    assert {name: getattr(found, name) for name in told} == told
    assert access_tokens.key_id_of(token) == "k1"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "kid": "k1", "jku": "http://192.0.2.1/keys"},
        {"alg": "ES256", "kid": "k1", "jwk": {}},
        {"alg": "ES256", "kid": "k1", "crit": ["exp"]},
        {"alg": "ES256", "kid": "k1", "b64": False},
        {"alg": "ES256"},
        {"alg": "none", "kid": "k1"},
        {"alg": "es256", "kid": "k1"},
    ],
    ids=str,
)
def test_a_header_that_says_more_or_less_than_ours_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        access_tokens.key_id_of(raw_token(header, claims(), b"x" * 64))


def test_a_token_counts_between_its_times_alone(
    authority: Authority, key: EllipticCurvePublicKey
) -> None:
    """Here already, not only where a token that has passed is asked about again."""
    moment = int(time.time())
    assert read(authority.token(exp=moment + 60), key).exp == moment + 60
    ended = authority.token(exp=moment - 60)
    for wrong in (ended, authority.token(iat=moment + 60), authority.token(nbf=moment + 60)):
        with pytest.raises(Unreadable):
            read(wrong, key)


def test_a_token_counts_in_one_writing_alone(
    authority: Authority, key: EllipticCurvePublicKey
) -> None:
    token = authority.token()
    signed, _, signature = token.rpartition(".")
    # The last sign of 64 bytes carries four bits that mean nothing.
    same_bytes = [
        f"{signed}.{signature[:-1]}{sign}"
        for sign in SIGNS
        if sign != signature[-1]
        and base64.urlsafe_b64decode(signature[:-1] + sign + "==")
        == base64.urlsafe_b64decode(signature + "==")
    ]
    assert len(same_bytes) == 15
    plain = token.replace("-", "+").replace("_", "/")
    for other in [*same_bytes, f"{token}=", f"{token}==", f"{token}\n", f" {token}"]:
        with pytest.raises(Unreadable):
            read(other, key)
    if plain != token:
        with pytest.raises(Unreadable):
            read(plain, key)
    assert read(token, key).sub == "7"


def test_a_signature_of_another_length_is_refused(
    authority: Authority, key: EllipticCurvePublicKey
) -> None:
    signed, _, _ = authority.token().rpartition(".")
    for length in (0, 63, 65, 128):
        ending = base64.urlsafe_b64encode(bytes(length)).rstrip(b"=").decode()
        with pytest.raises(Unreadable):
            read(f"{signed}.{ending}", key)
