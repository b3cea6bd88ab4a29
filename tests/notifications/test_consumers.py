"""Messages over a real NATS become mail; one that cannot be handled holds up no other."""

import pytest

from guichet.contracts.messages.events import EventRescheduled
from guichet.kernel.publishing import Outgoing
from tests.notifications.conftest import RunningNotifications
from tests.notifications.occasions import (
    NOW,
    STARTS_AT,
    buyer,
    confirmed,
    number,
    registered,
    snapshot,
    sold_event,
)
from tests.notifications.office import eventually, stored

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def until_mailed(running: RunningNotifications, address: str, count: int = 1) -> list[str]:
    """Wait for that many mails to an address, and return their subjects, newest first."""

    async def arrived() -> bool:
        return len(list(running.store.entries(to=address))) >= count

    await eventually(arrived)
    return [entry.subject for entry in running.store.entries(to=address)]


async def test_a_registration_becomes_a_mail(running: RunningNotifications) -> None:
    account_id = number()
    await running.publish(registered(account_id))
    subjects = await until_mailed(running, f"account{account_id}@example.com")
    assert subjects == ["Bienvenue chez Guichet"]


async def test_an_order_becomes_one_mail_with_two_files(running: RunningNotifications) -> None:
    account_id = number()
    order = confirmed(buyer(account_id), sold_event(number()))
    await running.publish(order)
    await running.publish(order)
    await until_mailed(running, f"account{account_id}@example.com")
    (entry,) = running.store.entries(to=f"account{account_id}@example.com")
    assert entry.attachments == (
        f"billets-{order.order_code}.pdf",
        f"evenement-{order.event.event_id}.ics",
    )


async def test_a_new_date_reaches_the_holder(running: RunningNotifications) -> None:
    account_id, event_id = number(), number()
    address = f"account{account_id}@example.com"
    await running.publish(confirmed(buyer(account_id, language="en"), sold_event(event_id)))
    await until_mailed(running, address)
    moved = EventRescheduled(
        event=snapshot(event_id, 3, starts_at=STARTS_AT.replace(day=20)),
        previous_starts_at=STARTS_AT,
        occurred_at=NOW,
    )
    await running.publish(moved)
    newest, _ = await until_mailed(running, address, 2)
    assert newest == "New date: Nuit blanche, 20 June 2027, 20:30"


async def test_a_poison_message_becomes_a_dead_letter_and_the_others_go_on(
    running: RunningNotifications,
) -> None:
    poison = number()
    await running.bus.publish(
        [
            Outgoing(
                "auth.account.registered",
                f'{{"account_id": "poison-{poison}"}}'.encode(),
                message_id=f"poison-{poison}",
                headers={},
            )
        ]
    )
    account_id = number()
    await running.publish(registered(account_id))
    await until_mailed(running, f"account{account_id}@example.com")

    admin = running.token(1, "admin")
    answer = await running.ask("GET", "/dead-letters", token=admin)
    letter = next(each for each in answer.body["data"] if each["message_id"] == f"poison-{poison}")
    assert letter["subject"] == "auth.account.registered"
    again = await running.ask("POST", f"/dead-letters/{letter['id']}/retry", token=admin)
    assert (again.status, again.body["code"]) == (409, "dead_letter_failed_again")
    gone = await running.ask("POST", "/dead-letters/999999/retry", token=admin)
    assert gone.status == 404


async def test_the_request_that_began_it_is_known_to_the_delivery(
    running: RunningNotifications,
) -> None:
    account_id = number()
    await running.publish(registered(account_id))
    address = f"account{account_id}@example.com"
    await until_mailed(running, address)
    (delivery,) = await stored(running.context.database, address=address)
    assert delivery.request_id == "request-of-a-test"
