"""What auth derives from its one passphrase: encryption at rest and keyed hashes."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SecretBox:
    """Encrypts secrets for the database, and derives values that only this passphrase gives."""

    def __init__(self, passphrase: str) -> None:
        # A passphrase may have been chosen by a person, hence a slow derivation, once a process.
        material = hashlib.scrypt(
            passphrase.encode(), salt=b"guichet auth", n=2**14, r=8, p=1, dklen=64
        )
        self._cipher = AESGCM(material[:32])
        self._key = material[32:]

    def encrypt(self, text: str, *, purpose: str) -> str:
        """Return the text encrypted; only the same purpose decrypts it again."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return urlsafe_b64encode(
            nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode())
        ).decode()

    def decrypt(self, text: str, *, purpose: str) -> str:
        """Return the text; `cryptography.exceptions.InvalidTag` under another passphrase."""
        raw = urlsafe_b64decode(text)
        return self._cipher.decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()
        ).decode()

    def successor(self, refresh_token: str) -> str:
        """Return the one refresh token that may follow this one.

        Derived instead of drawn, so that two refreshes at once are given the same successor
        although only hashes are stored: the family cannot fork.
        """
        return urlsafe_b64encode(self._keyed("refresh", refresh_token)).decode().rstrip("=")

    def tally_key(self, *parts: str | int) -> bytes:
        """Return under which key something is counted; it cannot be turned back."""
        return self._keyed("tally", "\0".join(map(str, parts)))

    def _keyed(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}\0{text}".encode(), "sha256")
