"""Messages of auth, in any order and any number of times, end in the same profile."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from guichet.contracts.messages.auth import (
    AccountDeleted,
    AccountDisabled,
    EmailVerified,
    RoleChanged,
)
from guichet.kernel.database import Database
from guichet.kernel.tables import outbox
from guichet.users import consumers
from guichet.users.domain import Profile
from guichet.users.repository import profile_rows
from tests.users.conftest import REGISTERED_AT, new_account_id, registered

Call = tuple[Callable[..., Awaitable[None]], Any]


def later(minutes: int) -> Any:
    return REGISTERED_AT + timedelta(minutes=minutes)


def life_of(account_id: int) -> list[Call]:
    """Return what happens to an account, its deletion left out, as calls of the consumers."""
    address = f"new{account_id}@example.com"

    def role(name: str, minutes: int) -> RoleChanged:
        return RoleChanged(
            account_id=account_id, role=name, tokens_until=0, occurred_at=later(minutes)
        )

    def state(is_active: bool, minutes: int) -> AccountDisabled:
        return AccountDisabled(
            account_id=account_id, is_active=is_active, occurred_at=later(minutes)
        )

    return [
        (consumers.on_registered, registered(account_id, phone_number="0612345678")),
        (consumers.on_role_changed, role("event_creator", 1)),
        (consumers.on_role_changed, role("operator", 2)),
        (consumers.on_disabled, state(False, 3)),
        (consumers.on_disabled, state(True, 4)),
        (consumers.on_disabled, state(False, 5)),
        (
            consumers.on_email_verified,
            EmailVerified(account_id=account_id, email=address, occurred_at=later(6)),
        ),
    ]


async def happen(database: Database, calls: list[Call]) -> None:
    for call, message in calls:
        async with database.transaction() as transaction:
            await call(transaction, message)


async def profile(database: Database, account_id: int) -> Profile | None:
    async with database.reading() as connection:
        return await profile_rows.profile(connection, account_id)


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_and_repetition_ends_the_same(database: Database, seed: int) -> None:
    account_id = new_account_id()
    calls = life_of(account_id)
    chance = random.Random(seed)  # noqa: S311 - a test's shuffle
    calls += chance.choices(calls, k=4)
    chance.shuffle(calls)
    await happen(database, calls)
    found = await profile(database, account_id)
    assert found is not None
    assert (found.role, found.is_active) == ("operator", False)
    assert found.email == f"new{account_id}@example.com"
    assert found.phone_number == "+33612345678"
    assert found.created_at == REGISTERED_AT


async def test_nobody_is_seen_before_the_registration_is_known(database: Database) -> None:
    account_id = new_account_id()
    await happen(database, life_of(account_id)[1:])
    assert await profile(database, account_id) is None


@pytest.mark.parametrize("place", range(8))
async def test_a_deleted_account_stays_deleted_whatever_comes(
    database: Database, place: int
) -> None:
    account_id = new_account_id()
    calls = life_of(account_id)
    message = AccountDeleted(account_id=account_id, tokens_until=0, occurred_at=later(9))
    calls.insert(place, (consumers.on_deleted, message))
    await happen(database, [*calls, *calls])
    assert await profile(database, account_id) is None
    async with database.reading() as connection:
        assert await profile_rows.is_erased(connection, account_id)
        found = await profile_rows.profile_by_email(connection, f"new{account_id}@example.com")
    assert found is None


async def test_a_number_that_cannot_be_dialled_is_kept_as_it_came(database: Database) -> None:
    account_id = new_account_id()
    await happen(
        database, [(consumers.on_registered, registered(account_id, phone_number="ext. 12"))]
    )
    found = await profile(database, account_id)
    assert found is not None
    assert found.phone_number == "ext. 12"


async def test_a_confirmed_address_ends_the_wait_and_is_told(database: Database) -> None:
    account_id = new_account_id()
    await happen(database, [(consumers.on_registered, registered(account_id))])
    async with database.transaction() as transaction:
        await profile_rows.change_profile(
            transaction, account_id, {"pending_email": f"New{account_id}@example.com"}
        )
    verified = EmailVerified(
        account_id=account_id, email=f"new{account_id}@example.com", occurred_at=later(1)
    )
    await happen(database, [(consumers.on_email_verified, verified)])
    found = await profile(database, account_id)
    assert found is not None
    assert (found.email, found.pending_email) == (f"new{account_id}@example.com", None)
    async with database.reading() as connection:
        told = (await connection.execute(select(outbox.c.subject, outbox.c.payload))).all()
    assert ("users.profile.updated", f"new{account_id}@example.com") in [
        (row.subject, row.payload["email"]) for row in told
    ]


def test_every_message_has_one_consumer() -> None:
    subjects = [consumer.message.subject for consumer in consumers.CONSUMERS]
    assert len(subjects) == len(set(subjects)) == 13
