"""What people and messages do with profiles and purchase histories; each owns its transaction."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from guichet.contracts.clients.auth import Account, AuthClient
from guichet.contracts.clients.events import EventsClient
from guichet.contracts.clients.notifications import NotificationsClient
from guichet.contracts.clients.tickets import TicketsClient
from guichet.contracts.messages.users import ProfileUpdated
from guichet.kernel import audit, outbox
from guichet.kernel.clock import now
from guichet.kernel.database import Database, Transaction
from guichet.kernel.http_client import RemoteRefusal
from guichet.kernel.outbox import enqueue
from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.problems import Malformed, Problem, TooManyRequests
from guichet.users.auditing import corrections
from guichet.users.domain import (
    LastAdministrator,
    NoPicture,
    Profile,
    ProfileNotFound,
    Purchase,
    Reader,
    StoredPicture,
    View,
    all_preferences,
    changes_to,
    check_account_state,
    new_email,
)
from guichet.users.phones import normalised
from guichet.users.pictures import CONTENT_TYPE, Picture, picture_of
from guichet.users.repository import profile_rows, purchase_rows

PICTURES_IN_PARALLEL_MAX = 2
PICTURE_KEY_DIGITS = 24
HTTP_NOT_FOUND = 404
HTTP_CONFLICT = 409
_REFUSALS_OF_A_CHANGE: Mapping[int, Callable[[], Problem]] = {
    HTTP_NOT_FOUND: ProfileNotFound,
    422: Malformed,
    # Each wish for another address sends a mail, which auth bounds.
    429: lambda: TooManyRequests(retry_after_seconds=600),
}


@dataclass(frozen=True, slots=True)
class Users:
    """What the use cases stand on."""

    database: Database
    auth: AuthClient
    events: EventsClient
    tickets: TicketsClient
    notifications: NotificationsClient
    drawing: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(PICTURES_IN_PARALLEL_MAX)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which profiles are looked for."""

    text: str | None
    role: str | None


async def profile_of(users: Users, account_id: int) -> Profile:
    """Return a profile; one whose message has not arrived yet is asked of auth and kept.

    Raises `ProfileNotFound`.
    """
    async with users.database.reading() as connection:
        if found := await profile_rows.profile(connection, account_id):
            return found
        if await profile_rows.is_erased(connection, account_id):
            raise ProfileNotFound
    # What is told from here on may be newer than the answer, so it counts as of this instant.
    asked_at = now()
    account = await users.auth.account(account_id)
    if account is None:
        raise ProfileNotFound
    async with users.database.transaction() as transaction:
        await keep_account(transaction, account, asked_at)
        created = await profile_rows.profile(transaction, account_id)
    if created is None:
        raise ProfileNotFound
    return created


async def keep_account(transaction: Transaction, account: Account, at: datetime) -> None:
    """Create the profile of an account that auth answered with, unless there is one."""
    given = {
        "name": account.name,
        "language": account.language,
        "phone_number": _dialled(account.phone_number),
        "address": account.address,
        "city": account.city,
        "country": account.country,
    }
    await profile_rows.remember_account(transaction, account.account_id)
    await profile_rows.begin_profile(transaction, account.account_id, given, at)
    facts = {"email": account.email, "role": account.role, "is_active": account.is_active}
    for name, value in facts.items():
        await profile_rows.set_fact(transaction, account.account_id, name, value, at)


def _dialled(number: str | None) -> str | None:
    """Return the number in the one shape of this service, as it came where it has none."""
    try:
        return normalised(number) if number else None
    except ValueError:
        return number


async def keep_fact(
    transaction: Transaction, account_id: int, name: str, value: object, at: datetime
) -> bool:
    """Note `role` or `is_active` as it was told; returns whether it was news."""
    await profile_rows.remember_account(transaction, account_id)
    return await profile_rows.set_fact(transaction, account_id, name, value, at)


async def keep_email(transaction: Transaction, account_id: int, email: str, at: datetime) -> None:
    """Note an address that its owner has confirmed, and tell the others."""
    if await keep_fact(transaction, account_id, "email", email, at):
        await profile_rows.settle_pending_email(transaction, account_id, email)
        await announce_profile(transaction, account_id)


async def own_profile(users: Users, account_id: int) -> Profile:
    """Return somebody's own profile, and note now and then that they were here."""
    profile = await profile_of(users, account_id)
    moment = now()
    if profile.activity_is_stale(moment):
        async with users.database.transaction() as transaction:
            await profile_rows.note_activity(transaction, account_id, moment)
    return profile


async def read_profile(users: Users, reader: Reader, account_id: int) -> tuple[Profile, View]:
    """Return a profile and how much of it the reader sees; `Forbidden` comes before all else."""
    view = reader.view_of(account_id)
    if reader.account_id == account_id:
        return await own_profile(users, account_id), view
    return await profile_of(users, account_id), view


async def profile_by_email(users: Users, email: str) -> Profile:
    """Return the profile with that address; raises `ProfileNotFound`."""
    async with users.database.reading() as connection:
        found = await profile_rows.profile_by_email(connection, email)
    if found is None:
        raise ProfileNotFound
    return found


async def list_profiles(
    users: Users, reader: Reader, search: Search, asked: PageAsked
) -> tuple[list[Profile], Total, View]:
    """Return a page of profiles by name, their number, and how much of each the reader sees.

    Who sees basic fields alone cannot find out others by searching: neither by e-mail nor by
    role, and accounts that were disabled are left out.
    """
    view = reader.view_of_all()
    async with users.database.listing() as connection:
        page, total = await profile_rows.list_profiles(
            connection,
            search=search.text,
            searches_email=view is View.FULL,
            role=search.role if view is View.FULL else None,
            only_active=view is View.BASIC,
            asked=asked,
        )
    return page, total, view


async def change_profile(
    users: Users, reader: Reader, account_id: int, asked: Mapping[str, object]
) -> Profile:
    """Store what is to be changed and return the profile as it is then.

    Another `email` is only asked for: auth mails a link to it, and until its owner has confirmed
    it the answer says the same, whether the address is free or not. Name and language are told to
    auth first, so that a failure leaves nothing half done and repeating the request mends it.
    Raises `Forbidden`, `ProfileNotFound`, `NotChangedHere`.
    """
    reader.check_changes(account_id)
    profile = await profile_of(users, account_id)
    role, is_active, email = asked.get("role"), asked.get("is_active"), asked.get("email")
    check_account_state(
        profile,
        role=None if role is None else str(role),
        is_active=None if is_active is None else bool(is_active),
    )
    changes = changes_to(profile, asked)
    pending = new_email(profile, None if email is None else str(email))
    await _tell_auth(users.auth, account_id, changes, pending)
    async with users.database.transaction() as transaction:
        locked = await profile_rows.profile_for_change(transaction, account_id)
        if locked is None:
            raise ProfileNotFound
        # The preferences are merged into those that are locked now, not those read before.
        changes = changes_to(locked, asked)
        if pending is not None:
            changes["pending_email"] = pending
        if not changes:
            return locked
        await profile_rows.change_profile(transaction, account_id, changes)
        await audit.record(transaction, *corrections(reader, account_id, changes))
        if "profile_picture" in changes:
            await profile_rows.delete_picture(transaction, account_id)
        return await _announced(transaction, account_id)


async def _tell_auth(
    auth: AuthClient, account_id: int, changes: Mapping[str, object], email: str | None
) -> None:
    name, language = changes.get("name"), changes.get("language")
    if name is None and language is None and email is None:
        return
    try:
        await auth.update_account(
            account_id,
            name=None if name is None else str(name),
            language=None if language is None else str(language),
            email=email,
        )
    except RemoteRefusal as refusal:
        if known := _REFUSALS_OF_A_CHANGE.get(refusal.status):
            raise known() from refusal
        # An address that somebody else has must look like one that waits for its confirmation.
        if refusal.status != HTTP_CONFLICT or refusal.code != "email_taken":
            raise
        await _tell_auth(auth, account_id, changes, None)


async def _announced(transaction: Transaction, account_id: int) -> Profile:
    """Tell the others of a profile as it is now, and return it."""
    profile = await profile_rows.profile(transaction, account_id)
    if profile is None:
        raise ProfileNotFound
    await enqueue(
        transaction,
        ProfileUpdated(
            account_id=profile.id,
            name=profile.name,
            email=profile.email,
            language=profile.language,
            phone_number=profile.phone_number,
            preferences=all_preferences(profile.preferences),
            occurred_at=now(),
        ),
    )
    return profile


async def announce_profile(transaction: Transaction, account_id: int) -> None:
    """Tell the others of a profile as it is now, where there is one."""
    if await profile_rows.profile(transaction, account_id) is not None:
        await _announced(transaction, account_id)


async def delete_account(users: Users, reader: Reader, account_id: int) -> None:
    """Delete an account for good: in auth, which may refuse, then what this service holds.

    Raises `Forbidden`, `ProfileNotFound`, `LastAdministrator`.
    """
    reader.check_changes(account_id)
    await profile_of(users, account_id)
    try:
        await users.auth.delete_account(account_id)
    except RemoteRefusal as refusal:
        if refusal.status == HTTP_CONFLICT:
            raise LastAdministrator from refusal
        # Gone from auth already: what is left of the account here goes all the same.
        if refusal.status != HTTP_NOT_FOUND:
            raise
    async with users.database.transaction() as transaction:
        await erase(transaction, account_id, now())


async def erase(transaction: Transaction, account_id: int, at: datetime) -> None:
    """Erase what this service holds of a person; the bare id stays, so that nothing revives it."""
    await profile_rows.erase_profile(transaction, account_id, at)
    await outbox.forget(transaction, account_id)
    await purchase_rows.erase_purchases(transaction, account_id)


async def purchases_of(
    users: Users, account_id: int, asked: PageAsked
) -> tuple[list[Purchase], int]:
    """Return a page of somebody's purchases, newest first, and how many there are in all."""
    async with users.database.reading() as connection:
        return await purchase_rows.list_purchases(
            connection, account_id, limit=asked.per_page, offset=asked.offset
        )


async def change_picture(users: Users, account_id: int, upload: bytes) -> Profile:
    """Store a new picture and return the profile, whose `profile_picture` leads to it."""
    await profile_of(users, account_id)
    async with users.drawing:
        picture = await asyncio.to_thread(picture_of, upload)
    async with users.database.transaction() as transaction:
        if await profile_rows.profile_for_change(transaction, account_id) is None:
            raise ProfileNotFound
        await profile_rows.store_picture(
            transaction,
            account_id,
            content=picture.content,
            content_type=CONTENT_TYPE,
            sha256=picture.sha256,
        )
        address = picture_address(account_id, picture)
        await profile_rows.change_profile(transaction, account_id, {"profile_picture": address})
        return await _announced(transaction, account_id)


def picture_address(account_id: int, picture: Picture) -> str:
    """Return where a picture is found; another picture has another address."""
    return f"/api/v1/users/{account_id}/picture?v={picture.sha256[:PICTURE_KEY_DIGITS]}"


async def picture_for(
    users: Users, reader: Reader | None, account_id: int, key: str
) -> StoredPicture:
    """Return somebody's picture.

    Whoever was shown the profile has the picture's whole address, and its `key` opens it without
    a token, as an `img` element needs; without it the rules of the profile count. Raises
    `NoPicture` too where the key is wrong and nobody signed in.
    """
    async with users.database.reading() as connection:
        found = await profile_rows.picture(connection, account_id)
    knows_address = found is not None and key == found.sha256[:PICTURE_KEY_DIGITS]
    if not knows_address and reader is not None:
        reader.view_of(account_id)
    if found is None or not (knows_address or reader is not None):
        raise NoPicture
    return found


async def export_of(users: Users, account_id: int) -> dict[str, object]:
    """Return all that users holds of a person, as of one moment; empty values for a stranger."""
    async with users.database.snapshot() as connection:
        profile = await profile_rows.profile(connection, account_id)
        purchases, _ = await purchase_rows.list_purchases(
            connection, account_id, limit=None, offset=0
        )
        picture = await profile_rows.picture(connection, account_id)
    return {
        "profile": None if profile is None else asdict(profile),
        "purchases": [asdict(purchase) for purchase in purchases],
        "picture": None
        if picture is None
        else {
            "content_type": picture.content_type,
            "content_base64": base64.b64encode(picture.content).decode(),
        },
    }


async def whole_export(users: Users, account_id: int) -> dict[str, object]:
    """Return all that any service holds of a person, by service.

    Raises `RemoteUnreachable` where one does not answer: an export that lacks a part must not
    look like a whole one.
    """
    await profile_of(users, account_id)
    parts: dict[str, Awaitable[Any]] = {
        "auth": users.auth.export(account_id),
        "users": export_of(users, account_id),
        "events": users.events.export(account_id),
        "tickets": users.tickets.export(account_id),
        "notifications": users.notifications.export(account_id),
    }
    held = await asyncio.gather(*parts.values())
    return {
        "account_id": account_id,
        "exported_at": now(),
        **dict(zip(parts, held, strict=True)),
    }
