"""What keeps replicas out of each other's way."""

from datetime import timedelta

from guichet.kernel.clock import now
from guichet.kernel.database import Database, Transaction
from guichet.notifications.domain import Channel, Status
from guichet.notifications.repository import attendances, deliveries, notices, templates
from guichet.notifications.repository.attendances import SoldCard
from guichet.notifications.repository.notices import NewNotice
from guichet.notifications.use_cases import orders
from guichet.notifications.use_cases.telling import Desk
from tests.locks import check_is_taken_by_one, check_keeps_others_out
from tests.notifications.occasions import NOW, STARTS_AT, buyer, confirmed, sold_event
from tests.notifications.office import Office, enqueue, stored

EVENT = 7
CARD = SoldCard(EVENT, "Nuit blanche", "Le Trianon, Paris", "Europe/Paris", STARTS_AT)


async def sold(office: Office) -> str:
    """Tell of an order for the event; return its code."""
    order = confirmed(buyer(1), sold_event(EVENT))
    await office.tell(orders.order_confirmed, order)
    return order.order_code


async def test_an_order_is_changed_by_one(office: Office) -> None:
    code = await sold(office)
    await check_keeps_others_out(office.database, lambda t: attendances.attendance(t, code))


async def test_the_orders_of_an_event_are_changed_by_one(office: Office) -> None:
    code = await sold(office)
    await check_keeps_others_out(
        office.database,
        lambda t: attendances.attendances_of_event(t, EVENT),
        lambda t: attendances.attendance(t, code),
    )


async def test_nothing_new_is_known_of_an_event_while_its_orders_are_noted(office: Office) -> None:
    await sold(office)

    async def move(transaction: Transaction) -> bool:
        values = {"version": 9, "title": "Moved", "location": "There", "time_zone": "Europe/Paris"}
        return await attendances.save_card(
            transaction, EVENT, {**values, "starts_at": STARTS_AT, "is_cancelled": False}
        )

    await check_keeps_others_out(
        office.database, lambda t: attendances.locked_cards(t, [CARD]), move
    )


async def test_whoever_is_to_be_reminded_is_reminded_by_one(office: Office) -> None:
    await sold(office)
    await check_is_taken_by_one(
        office.database, lambda t: attendances.due_reminders(t, STARTS_AT, 10)
    )


async def test_a_mail_is_sent_by_one(database: Database, desk: Desk) -> None:
    await enqueue(database, desk)
    await check_is_taken_by_one(
        database, lambda t: deliveries.claim(t, Channel.EMAIL, now() + timedelta(seconds=1), 10)
    )


async def test_a_mail_is_tried_again_for_one(database: Database, desk: Desk) -> None:
    await enqueue(database, desk)
    (mail,) = await stored(database, status=Status.WAITING)
    await check_keeps_others_out(
        database, lambda t: deliveries.delivery(t, mail.id, for_change=True)
    )


async def test_templates_are_saved_by_one(database: Database) -> None:
    await check_keeps_others_out(database, templates.lock)


async def test_lines_of_one_inbox_become_visible_in_their_order(database: Database) -> None:
    def added(account_id: int, key: str) -> NewNotice:
        return NewNotice(key, account_id, "welcome", {"at": NOW.isoformat()})

    await check_keeps_others_out(
        database,
        lambda t: notices.add(t, [added(1, "first"), added(2, "of another")]),
        lambda t: notices.add(t, [added(1, "second")]),
    )
    async with database.transaction() as first:
        await notices.add(first, [added(1, "first")])
        async with database.transaction() as second:
            await notices.add(second, [added(2, "whose owner waits for nobody")])
