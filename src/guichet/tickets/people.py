"""What becomes of a person's orders: claimed by an account, linked by mail, pseudonymised."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select, update

from guichet.contracts.messages.auth import AccountDeleted, EmailVerified
from guichet.contracts.messages.tickets import AccessLinkRequested, OrderConfirmed, OrdersClaimed
from guichet.kernel import outbox
from guichet.kernel.clock import now
from guichet.kernel.database import Database, Transaction, raw_connection
from guichet.kernel.outbox import enqueue
from guichet.tickets import told
from guichet.tickets.codes import order_code
from guichet.tickets.domain import Buyer, Order
from guichet.tickets.links import OrderLinks
from guichet.tickets.repository import documents as document_rows
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import reading
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.tables import allotments, holds, orders, purchase_keys, tickets

LINKS_MAX = 20
DELETED_NAME = ""


async def claim_guest_orders(
    transaction: Transaction, message: EmailVerified, links: OrderLinks
) -> None:
    """Give a guest's orders to the account that has shown to read the same address.

    The links handed out before stay good: they went to that address. What the guest holds stays
    the guest's until it is bought.
    """
    theirs = and_(
        func.lower(orders.c.buyer_email) == message.email.lower(), orders.c.account_id.is_(None)
    )
    guest = Buyer(None, "", message.email, "fr").key
    account = Buyer(message.account_id, "", message.email, "fr").key
    # All who lock several orders do so in this order.
    claimed = list(
        await transaction.scalars(
            select(orders.c.order_id).where(theirs).order_by(orders.c.order_id).with_for_update()
        )
    )
    if not claimed:
        return
    await transaction.execute(
        update(orders)
        .where(orders.c.order_id.in_(claimed))
        .values(account_id=message.account_id, buyer=account)
    )
    await transaction.execute(
        update(tickets).where(tickets.c.order_id.in_(claimed)).values(account_id=message.account_id)
    )
    await _move_allotments(transaction, claimed, guest, account)
    confirmed = [
        telling
        for order in await reading.orders_of_account(transaction, message.account_id)
        if order.order_id in claimed
        and order.state.value in {"issued", "cancelled"}
        and (telling := await _confirmed(transaction, order, links))
    ]
    await enqueue(
        transaction,
        OrdersClaimed(account_id=message.account_id, orders=confirmed, occurred_at=now()),
    )


async def _move_allotments(
    transaction: Transaction, order_ids: Sequence[int], guest: str, account: str
) -> None:
    """Count the places of these orders for the account; the guest's holds keep theirs."""
    connection = await raw_connection(transaction)
    places = await order_rows.places_of_orders(connection, order_ids)
    changes = {(guest, *place): -quantity for place, quantity in places.items()}
    changes |= {(account, *place): quantity for place, quantity in places.items()}
    await stock_rows.change_allotments(connection, changes)
    # What is left of the guest names an address.
    await transaction.execute(
        allotments.delete().where(allotments.c.buyer == guest, allotments.c.quantity == 0)
    )


async def _confirmed(
    transaction: Transaction, order: Order, links: OrderLinks
) -> OrderConfirmed | None:
    connection = await raw_connection(transaction)
    offer = await offer_rows.read_offer(connection, order.event_id)
    if offer is None:
        return None
    issued = await order_rows.read_order_tickets(connection, order.order_id)
    return told.confirmed(order, offer, issued, links, now())


async def request_access_links(
    database: Database, email: str, language: str, links: OrderLinks
) -> None:
    """Have the links to a guest's orders mailed to the address; says nothing where none is."""
    async with database.transaction() as transaction:
        found = await reading.orders_of_email(transaction, email, LINKS_MAX)
        if not found:
            return
        await enqueue(
            transaction,
            AccessLinkRequested(
                email=email,
                language=language,
                links=[
                    (
                        order_code(order.order_id),
                        links.token(order.order_id, order.access_version),
                    )
                    for order in found
                ],
                occurred_at=now(),
            ),
        )


async def forget_person(transaction: Transaction, message: AccountDeleted) -> None:
    """Erase a person from orders and holds; what was sold, and for how much, stays on record.

    So do numbered documents with the buyer's name, as the law demands (ADR 21); nobody reaches
    them by the order's link any more, since its version rises.
    """
    emails = await transaction.scalars(
        select(orders.c.buyer_email).where(orders.c.account_id == message.account_id).distinct()
    )
    await outbox.forget(
        transaction,
        message.account_id,
        emails=[email for email in emails if email],
        within=["buyer"],
    )
    await transaction.execute(
        update(orders)
        .where(orders.c.account_id == message.account_id)
        .values(
            buyer_name=DELETED_NAME,
            buyer_email="",
            access_version=orders.c.access_version + 1,
        )
    )
    theirs = select(orders.c.order_id).where(orders.c.account_id == message.account_id)
    await transaction.execute(
        update(purchase_keys)
        .where(purchase_keys.c.order_id.in_(theirs))
        .values(buyer=Buyer(message.account_id, "", "", "fr").key)
    )
    await transaction.execute(
        update(holds)
        .where(holds.c.account_id == message.account_id)
        .values(guest_name=None, guest_email=None, client_address="")
    )


async def _documents(transaction: Transaction, order_ids: Sequence[int]) -> list[dict[str, object]]:
    connection = await raw_connection(transaction)
    return [
        {
            "order_code": order_code(order_id),
            "number": document.number,
            "kind": document.kind.value,
            "issued_at": document.issued_at,
            "total_minor": document.total_minor,
            "currency": document.currency,
        }
        for order_id in order_ids
        for document in await document_rows.documents_of(connection, order_id)
    ]


async def export_person(transaction: Transaction, account_id: int) -> dict[str, object]:
    """Return all that tickets holds of a person, secrets excepted."""
    own_orders = await reading.orders_of_account(transaction, account_id)
    own_tickets = await transaction.execute(
        select(
            tickets.c.ticket_id,
            tickets.c.order_id,
            tickets.c.event_id,
            tickets.c.price_minor,
            tickets.c.status,
            tickets.c.created_at,
            tickets.c.used_at,
            tickets.c.cancelled_at,
        ).where(tickets.c.account_id == account_id)
    )
    return {
        "orders": [
            {
                "code": order_code(order.order_id),
                "event_id": order.event_id,
                "state": order.state.value,
                "total_minor": order.total_minor,
                "currency": order.currency,
                "buyer_name": order.buyer.name,
                "buyer_email": order.buyer.email,
                "created_at": order.created_at,
                "payment_method": order.payment.method_label if order.payment else None,
            }
            for order in own_orders
        ],
        "tickets": [dict(row) for row in own_tickets.mappings()],
        "documents": await _documents(transaction, [order.order_id for order in own_orders]),
    }
