"""Encrypts each record by itself: AES-256-GCM, a fresh random nonce, bound to its place."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guichet.tickets.payment_backups.errors import DamagedRecord, UnknownKey

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = 1


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An encrypted record as it is stored: format, id of the key, nonce and ciphertext (base64)."""

    format: int
    key_id: str
    nonce: str
    ciphertext: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by their ids; `first` encrypts, all of them decrypt."""

    first: str
    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read keys of 32 bytes in base64, separated by commas; ValueError where one is none."""
        keys = [_key(part) for part in text.split(",") if part.strip()]
        if not keys:
            raise ValueError("there is no key")
        by_id = {key_id(key): key for key in keys}
        return cls(first=key_id(keys[0]), keys=by_id)

    def seal(self, path: str, content: bytes) -> Sealed:
        """Encrypt what is to be stored at `path`; it decrypts at no other place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = AESGCM(self.keys[self.first]).encrypt(nonce, content, _bound(path, self.first))
        return Sealed(
            format=_FORMAT,
            key_id=self.first,
            nonce=base64.b64encode(nonce).decode(),
            ciphertext=base64.b64encode(ciphertext).decode(),
        )

    def open(self, path: str, sealed: Sealed) -> bytes:
        """Decrypt what was stored at `path`.

        Raises `UnknownKey` where its key is not here, `DamagedRecord` where it was altered or
        stood elsewhere.
        """
        key = self.keys.get(sealed.key_id)
        if key is None:
            raise UnknownKey(f"{path} was encrypted with the key {sealed.key_id}")
        try:
            nonce = base64.b64decode(sealed.nonce, validate=True)
            ciphertext = base64.b64decode(sealed.ciphertext, validate=True)
            return AESGCM(key).decrypt(nonce, ciphertext, _bound(path, sealed.key_id))
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise DamagedRecord(path) from error


def key_id(key: bytes) -> str:
    """Return eight signs that name a key without telling anything of it."""
    return hashlib.sha256(b"guichet payment backups" + key).hexdigest()[:8]


def _key(text: str) -> bytes:
    standard = text.strip().replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("a key is not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {len(key)} bytes instead of {KEY_BYTES}")
    return key


def _bound(path: str, name: str) -> bytes:
    return f"{path}|{name}".encode()
