"""Signing keys in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text

from guichet.auth.domain import KeyTimes
from guichet.auth.tables import signing_keys
from guichet.kernel.database import Transaction

_ROTATION_LOCK = 0x6175_7468


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as it is stored; the private part is encrypted."""

    id: str
    public_jwk: Mapping[str, Any]
    private_pem: str
    created_at: datetime
    signs_from: datetime

    @property
    def times(self) -> KeyTimes:
        """What the rules need to know of this key."""
        return KeyTimes(self.id, self.signs_from)


async def lock_rotation(transaction: Transaction) -> None:
    """Let one replica at a time change the keys."""
    await transaction.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ROTATION_LOCK})


async def all_keys(transaction: Transaction) -> Sequence[StoredKey]:
    """Return every key, the oldest first."""
    result = await transaction.execute(
        select(*signing_keys.c).order_by(signing_keys.c.signs_from, signing_keys.c.id)
    )
    return [
        StoredKey(**{str(name): value for name, value in row.items()}) for row in result.mappings()
    ]


async def insert_key(transaction: Transaction, key: StoredKey) -> None:
    """Store a new key."""
    await transaction.execute(
        insert(signing_keys).values(
            id=key.id,
            public_jwk=dict(key.public_jwk),
            private_pem=key.private_pem,
            created_at=key.created_at,
            signs_from=key.signs_from,
        )
    )


async def delete_keys(transaction: Transaction, ids: Sequence[str]) -> None:
    """Forget keys, their private part included."""
    await transaction.execute(delete(signing_keys).where(signing_keys.c.id.in_(ids)))
