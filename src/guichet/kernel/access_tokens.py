"""Reading access tokens: JSON Web Tokens (RFC 7519) of the one shape that auth signs.

An on-sale brings a new token with nearly every request. A general library looks at the header
twice, at each character of each segment, and at claims that we never use; this reads one shape,
refuses every other, and leaves the arithmetic to `cryptography`.
"""

import base64
import binascii
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from guichet.kernel import clock

ALGORITHM = "ES256"
LEEWAY_SECONDS = 5
_COORDINATE_BYTES = 32
_SIGNATURE_BYTES = 2 * _COORDINATE_BYTES
_ECDSA = ECDSA(SHA256())


class Unreadable(ValueError):
    """What was sent is no access token of ours, or counts no more or not yet."""


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a header of ours says; one that names keys of its own is refused unread."""

    alg: str
    kid: str
    typ: str = "JWT"


class Claims(msgspec.Struct, frozen=True):
    """What a token says of its bearer; instants are Unix seconds."""

    iss: str
    aud: str
    sub: str
    sid: str
    role: str
    iat: float
    exp: int
    nbf: float = 0.0
    email: str = ""
    name: str = ""
    lang: str = "fr"
    email_verified: bool = False


_header = msgspec.json.Decoder(_Header)
_claims = msgspec.json.Decoder(Claims)


def key_id_of(token: str) -> str:
    """Return the id of the key that a token says it is signed with; raises `Unreadable`."""
    return _key_id(token.partition(".")[0])


@lru_cache(maxsize=64)
def _key_id(segment: str) -> str:
    """Every token that one key signs has the same header, so it is read once."""
    try:
        header = _header.decode(_bytes_of(segment))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable from error
    if header.alg != ALGORITHM:
        raise Unreadable
    return header.kid


def read(token: str, key: EllipticCurvePublicKey, *, issuer: str, audience: str) -> Claims:
    """Return what a token says, once its signature, issuer, audience and times are right.

    Raises `Unreadable` for anything else.
    """
    signed, _, signature = token.rpartition(".")
    _, _, payload = signed.partition(".")
    raw = _bytes_of(signature)
    if len(raw) != _SIGNATURE_BYTES:
        raise Unreadable
    r, s = raw[:_COORDINATE_BYTES], raw[_COORDINATE_BYTES:]
    try:
        key.verify(
            encode_dss_signature(int.from_bytes(r), int.from_bytes(s)), signed.encode(), _ECDSA
        )
        claims = _claims.decode(_bytes_of(payload))
    except (InvalidSignature, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Unreadable from error
    moment = clock.seconds()
    if (
        claims.iss != issuer
        or claims.aud != audience
        or claims.exp + LEEWAY_SECONDS <= moment
        or max(claims.iat, claims.nbf) > moment + LEEWAY_SECONDS
    ):
        raise Unreadable
    return claims


def _bytes_of(segment: str) -> bytes:
    """Return what a segment encodes; raises `Unreadable` where it is not base64url as written."""
    try:
        decoded = binascii.a2b_base64(
            segment.translate(_TO_BASE64) + "=" * (-len(segment) % 4), strict_mode=True
        )
    except (binascii.Error, ValueError) as error:
        raise Unreadable from error
    # The last sign may carry bits that mean nothing: only one writing of a token counts.
    last_group = decoded[-(len(decoded) % 3 or 3) :]
    if base64.urlsafe_b64encode(last_group).rstrip(b"=").decode()[-1:] != segment[-1:]:
        raise Unreadable
    return decoded


_TO_BASE64 = str.maketrans("-_+/", "+/??")
"""The two signs in which base64url differs; those of plain base64 are refused."""
