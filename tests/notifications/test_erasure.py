"""What is held of a person can be exported, and is gone once the account is deleted."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from guichet.contracts.messages.auth import AccountDeleted, EmailVerified
from guichet.contracts.messages.tickets import AccessLinkRequested, OrdersClaimed
from guichet.contracts.messages.users import ProfileUpdated
from guichet.notifications.domain import DeliveryErased, Status
from guichet.notifications.repository import people
from guichet.notifications.tables import metadata
from guichet.notifications.use_cases import accounts, contents, orders
from tests.notifications.occasions import (
    NOW,
    buyer,
    cancelled,
    confirmed,
    number,
    profile,
    registered,
    sold_event,
)
from tests.notifications.office import Office, stored


async def test_a_deleted_account_leaves_no_personal_data_anywhere(office: Office) -> None:
    account_id = number() * 1_000_003
    trace = "Traceable"
    address = f"{trace.lower()}@example.com"
    person = {"name": trace, "email": address}
    await office.tell(accounts.account_registered, registered(account_id, **person))
    wish = profile(account_id, **person, phone_number="0612345678", preferences={"sms": True})
    await office.keep(accounts.profile_updated, wish)
    order = confirmed(buyer(account_id, **person), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    async with office.database.transaction() as transaction:
        await transaction.execute(
            text(
                "INSERT INTO delivery_attempts (delivery_id, outcome, detail, at)"
                " SELECT id, 'refused', '550 no such user ' || address, now() FROM deliveries"
            )
        )
        await transaction.execute(
            text(
                "INSERT INTO dead_letters (message_id, subject, payload, error, attempts)"
                " VALUES ('m', 's', :payload, 'e', 1)"
            ),
            {"payload": order.model_dump_json()},
        )
    gone = AccountDeleted(account_id=account_id, tokens_until=0, occurred_at=NOW)
    await office.keep(accounts.account_deleted, gone, NOW)

    # Whatever arrives late must not bring the person back.
    await office.keep(accounts.profile_updated, replace_time(wish))
    await office.tell(orders.tickets_cancelled, cancelled(order, order.tickets))
    await office.keep(
        orders.orders_claimed,
        OrdersClaimed(account_id=account_id, orders=[order], occurred_at=NOW),
        NOW,
    )
    assert {row.status for row in await stored(office.database)} == {Status.ERASED}
    async with office.database.reading() as transaction:
        for table in metadata.sorted_tables:
            for row in await transaction.execute(select(table)):
                assert trace.lower() not in repr(row).lower(), table.name
                assert "612345678" not in repr(row), table.name
    held = await accounts.export(office.database, account_id)
    assert held["inbox"] == []


async def test_what_a_guest_was_sent_belongs_to_whoever_verified_the_address(
    office: Office,
) -> None:
    account_id, other = number() * 1_000_003, number() * 1_000_003
    guest = {"name": "Traceable", "email": "Traceable@example.com"}
    await office.tell(orders.order_confirmed, confirmed(buyer(None, **guest), sold_event(7)))
    asked = AccessLinkRequested(
        email="Traceable@example.com", language="fr", links=[("ABCD-EFGH", "x")], occurred_at=NOW
    )
    await office.tell(orders.access_link_requested, asked)
    gone = AccountDeleted(account_id=other, tokens_until=0, occurred_at=NOW)
    await office.keep(accounts.account_deleted, gone, NOW)
    assert "Traceable@example.com" in {row.address for row in await stored(office.database)}

    verified = EmailVerified(account_id=account_id, email="traceable@example.com", occurred_at=NOW)
    await office.keep(accounts.email_verified, verified)
    await office.keep(
        accounts.account_deleted, gone.model_copy(update={"account_id": account_id}), NOW
    )
    rows = await stored(office.database)
    assert len(rows) == 2
    assert "traceable" not in repr(rows).lower()


def replace_time(message: ProfileUpdated) -> ProfileUpdated:
    return message.model_copy(update={"occurred_at": NOW + timedelta(days=1)})


async def test_the_export_tells_all_that_is_held(office: Office) -> None:
    await office.tell(accounts.account_registered, registered(1))
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(7)))
    held = await accounts.export(office.database, 1)
    assert [row["email"] for row in held["profile"]] == ["account1@example.com"]
    assert len(held["inbox"]) == len(held["deliveries"]) == 2
    assert len(held["attendances"]) == 1
    assert "link" not in repr(held)


async def test_an_export_is_of_one_moment(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is told while the export is put together, all that it reads is as it was before."""
    await office.tell(accounts.account_registered, registered(1))
    held_of = people.held_of

    async def reading_twice(*asked: Any) -> Any:
        before = await held_of(*asked)
        await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(7)))
        assert await held_of(*asked) == before
        return before

    monkeypatch.setattr(people, "held_of", reading_twice)
    held = await accounts.export(office.database, 1)
    assert (len(held["profile"]), held["attendances"]) == (1, [])
    monkeypatch.undo()
    assert len((await accounts.export(office.database, 1))["attendances"]) == 1


async def test_what_was_erased_is_not_rendered_any_more(office: Office) -> None:
    await office.tell(accounts.account_registered, registered(1))
    delivery_id = (await stored(office.database))[0].id
    shown = await contents.content(office.database, delivery_id, "https://tickets.example.com")
    assert "Camille" in shown.text
    gone = AccountDeleted(account_id=1, tokens_until=0, occurred_at=NOW)
    await office.keep(accounts.account_deleted, gone, NOW)
    with pytest.raises(DeliveryErased):
        await contents.content(office.database, delivery_id, "https://tickets.example.com")
