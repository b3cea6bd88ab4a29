"""Turning an occasion into deliveries and an inbox line, within the occasion's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from guichet.contracts.messages.tickets import Buyer, SoldEvent
from guichet.kernel.context import request_id as current_request_id
from guichet.kernel.database import Transaction
from guichet.notifications.channels import normalised_phone
from guichet.notifications.domain import (
    SECRET_FIELDS,
    SMS_KEYS,
    Channel,
    Person,
    TemplateKey,
    language_or_default,
)
from guichet.notifications.links import Links
from guichet.notifications.repository import deliveries, notices, people

WAKE_CHANNEL = "deliveries"
"""PostgreSQL's LISTEN channel that tells senders of new work."""

BATCH_ROWS = 500


@dataclass(frozen=True, slots=True)
class Desk:
    """What every occasion needs to know: where links lead, what Message-IDs end with, SMS."""

    links: Links
    mail_domain: str
    sms_enabled: bool
    sms_region: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One person to be told one thing. `occasion` makes it one: told again, it is dropped.

    `path` leads to the page in the web app that the line in the inbox opens; None: no line.
    `request_id` is of the request that caused it.
    """

    key: TemplateKey
    occasion: str
    person: Person
    context: dict[str, Any]
    attachments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    expires_at: datetime | None = None
    path: str | None = None
    request_id: str = field(default_factory=current_request_id.get)


async def tell(
    transaction: Transaction, desk: Desk, tellings: Sequence[Telling], now: datetime
) -> int:
    """Store deliveries and inbox lines; return how many deliveries are new.

    Nobody whose account was deleted is told anything, whichever message arrives late; nobody is
    deleted before the transaction's end.
    """
    erased = await people.erased_among(transaction, _accounts_of(tellings))
    return await _store(transaction, desk, tellings, erased, now)


async def tell_holders(
    transaction: Transaction, desk: Desk, tellings: Sequence[Telling], now: datetime
) -> int:
    """Do so for the holders of orders that the transaction has locked.

    A deletion waits for these orders already, and has locked the person before: to lock that one
    here too could end in a deadlock.
    """
    erased = await people.already_erased_among(transaction, _accounts_of(tellings))
    return await _store(transaction, desk, tellings, erased, now)


def _accounts_of(tellings: Sequence[Telling]) -> set[int]:
    accounts = (each.person.account_id for each in tellings)
    return {account_id for account_id in accounts if account_id is not None}


async def _store(
    transaction: Transaction,
    desk: Desk,
    tellings: Sequence[Telling],
    erased: Collection[int],
    now: datetime,
) -> int:
    wanted = [each for each in tellings if each.person.account_id not in erased]
    rows = [row for each in wanted for row in _deliveries_of(desk, each, now)]
    added = 0
    for start in range(0, len(rows), BATCH_ROWS):
        added += await deliveries.add(transaction, rows[start : start + BATCH_ROWS])
    # Not in batches: how many inboxes there are in all decides how they are locked.
    await notices.add(transaction, [line for each in wanted if (line := _notice_of(each))])
    if added:
        await transaction.execute(select(func.pg_notify(WAKE_CHANNEL, "")))
    return added


def _deliveries_of(desk: Desk, telling: Telling, now: datetime) -> list[deliveries.NewDelivery]:
    person = telling.person
    addresses: dict[Channel, str] = {Channel.EMAIL: person.email} if person.email else {}
    if desk.sms_enabled and person.wants_sms and telling.key in SMS_KEYS:
        phone = normalised_phone(person.phone_number, desk.sms_region)
        if phone:
            addresses[Channel.SMS] = phone
    return [
        deliveries.NewDelivery(
            dedup_key=f"{telling.key}:{telling.occasion}:{channel}",
            message_id=f"<{uuid4().hex}@{desk.mail_domain}>",
            channel=channel,
            template=telling.key,
            language=person.language,
            account_id=person.account_id,
            address=address,
            name=person.name,
            context=telling.context,
            attachments=telling.attachments if channel is Channel.EMAIL else [],
            next_attempt_at=now,
            expires_at=telling.expires_at,
            request_id=telling.request_id,
        )
        for channel, address in addresses.items()
    ]


def _notice_of(telling: Telling) -> notices.NewNotice | None:
    account_id = telling.person.account_id
    if account_id is None or telling.path is None:
        return None
    return notices.NewNotice(
        dedup_key=f"{telling.key}:{telling.occasion}",
        account_id=account_id,
        kind=telling.key,
        details=without_secrets(telling.context) | {"path": telling.path},
    )


def without_secrets(context: dict[str, Any]) -> dict[str, Any]:
    """Return a context without what opens something."""
    return {name: value for name, value in context.items() if name not in SECRET_FIELDS}


async def buyer_as_person(transaction: Transaction, buyer: Buyer) -> Person:
    """Return the buyer as the account is known here, else as the message says."""
    return (await buyers_as_persons(transaction, [buyer]))[0]


async def buyers_as_persons(transaction: Transaction, buyers: Sequence[Buyer]) -> list[Person]:
    """Return each buyer as the account is known here, else as the message says."""
    accounts = {buyer.account_id for buyer in buyers} - {None}
    known = await people.people_of(transaction, [each for each in accounts if each is not None])
    return [_buyer_as_person(buyer, known) for buyer in buyers]


def _buyer_as_person(buyer: Buyer, known: Mapping[int, Person]) -> Person:
    person = None if buyer.account_id is None else known.get(buyer.account_id)
    if person is not None and person.email:
        return person
    return Person(buyer.account_id, buyer.email, buyer.name, language_or_default(buyer.language))


def event_context(event: SoldEvent) -> dict[str, Any]:
    """Return an event as templates read it."""
    return {
        "event_id": event.event_id,
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "time_zone": event.time_zone,
        "location": event.location,
    }
