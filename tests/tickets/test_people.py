"""A guest's orders find their account, and a deleted person leaves only figures."""

from datetime import UTC, datetime

import pytest

from guichet.contracts.messages.auth import AccountDeleted, EmailVerified
from guichet.tickets import people
from guichet.tickets.domain import Buyer
from guichet.tickets.issuing import Issued
from guichet.tickets.places import Placed, PlacesRequest
from tests.tickets.conftest import ADMINISTRATOR, Shop, buyer, wanted

GUEST = Buyer(None, "Invité", "Invite@example.com", "fr")


async def test_a_verified_address_claims_its_guests_orders_and_limits(shop: Shop) -> None:
    event = await shop.event(per_account_max=4)
    bought = await shop.selling.buy(wanted(event, 2, by=GUEST))
    await shop.selling.buy(wanted(event, 1, by=buyer(7)))
    message = EmailVerified(account_id=7, email="invite@EXAMPLE.com", occurred_at=datetime.now(UTC))
    for _ in range(2):
        async with shop.database.transaction() as transaction:
            await people.claim_guest_orders(transaction, message, shop.links)
    assert await shop.one("SELECT count(*) FROM tickets WHERE account_id = 7") == 3
    assert await shop.one("SELECT sum(quantity) FROM allotments WHERE buyer = 'account:7'") == 3
    told = await shop.rows("SELECT payload FROM outbox WHERE subject = 'tickets.orders.claimed'")
    assert len(told) == 1
    order = (await shop.selling.read(bought.order.order_id)).order
    assert order.buyer.account_id == 7


async def claim(shop: Shop, account_id: int = 7) -> None:
    """The guest's address is verified by an account."""
    message = EmailVerified(account_id=account_id, email=GUEST.email, occurred_at=datetime.now(UTC))
    async with shop.database.transaction() as transaction:
        await people.claim_guest_orders(transaction, message, shop.links)


async def counted(shop: Shop) -> dict[str, int]:
    rows = await shop.rows("SELECT buyer, quantity FROM allotments")
    return {row["buyer"]: row["quantity"] for row in rows}


async def test_what_a_guest_holds_stays_the_guests_until_it_is_bought(shop: Shop) -> None:
    event = await shop.event(per_account_max=9)
    await shop.selling.buy(wanted(event, 1, by=GUEST))
    given_back = await shop.selling.hold(wanted(event, 2, by=GUEST))
    bought = await shop.selling.hold(wanted(event, 3, by=GUEST))
    await claim(shop)
    assert await counted(shop) == {"guest:invite@example.com": 5, "account:7": 1}
    await shop.holding.release(given_back.hold_id, None)
    await shop.selling.buy(wanted(event, by=buyer(7), hold_id=bought.hold_id))
    assert await counted(shop) == {"guest:invite@example.com": 0, "account:7": 4}


async def test_what_was_given_back_is_not_counted_for_the_account(shop: Shop) -> None:
    event = await shop.event(per_account_max=9)
    bought = await shop.selling.buy(wanted(event, 3, by=GUEST))
    await shop.cancelling.cancel_ticket(bought.tickets[0], ADMINISTRATOR)
    await claim(shop)
    assert await counted(shop) == {"account:7": 2}


@pytest.mark.parametrize("is_served", [True, False])
async def test_an_order_that_is_claimed_while_it_is_paid_ends_as_the_accounts(
    shop: Shop, is_served: bool
) -> None:
    event = await shop.event(per_account_max=9)
    await shop.selling.buy(wanted(event, 1, by=GUEST))
    asked = wanted(event, 2, by=GUEST)
    paying = await shop.writer.ask(
        PlacesRequest(GUEST, event, asked.lines, payment_method="pm_card_visa")
    )
    assert isinstance(paying, Placed)
    charged = (await shop.purchase.steps()[1].do(paying.order)).state
    await claim(shop)
    if is_served:
        issued = await shop.orders.issue(charged)
        assert isinstance(issued, Issued)
        assert [ticket.account_id for ticket in issued.tickets] == [7, 7]
        assert await shop.one("SELECT count(*) FROM tickets WHERE account_id = 7") == 3
        told = await shop.rows(
            "SELECT payload -> 'buyer' ->> 'account_id' AS account_id FROM outbox"
            " WHERE subject = 'tickets.order.confirmed' ORDER BY id"
        )
        assert [row["account_id"] for row in told] == [None, "7"]
    else:
        await shop.orders.release(paying.order)
    assert await counted(shop) == {"account:7": 3 if is_served else 1}


async def test_links_are_mailed_only_where_there_are_orders(shop: Shop) -> None:
    event = await shop.event()
    bought = await shop.selling.buy(wanted(event, by=GUEST))
    for address in ("invite@example.com", "nobody@example.com"):
        await people.request_access_links(shop.database, address, "fr", shop.links)
    count = "SELECT count(*) FROM outbox WHERE subject = 'tickets.access_link.requested'"
    assert await shop.one(count) == 1
    token = shop.links.token(bought.order.order_id, 1)
    assert shop.links.opens(bought.order, token)


async def test_a_deleted_person_leaves_figures_and_no_name(shop: Shop) -> None:
    event = await shop.event()
    bought = await shop.selling.buy(wanted(event, 2))
    before = shop.links.token(bought.order.order_id, bought.order.access_version)
    message = AccountDeleted(account_id=1, tokens_until=0.0, occurred_at=datetime.now(UTC))
    for _ in range(2):
        async with shop.database.transaction() as transaction:
            await people.forget_person(transaction, message)
    order = (await shop.selling.read(bought.order.order_id)).order
    assert (order.buyer.name, order.buyer.email) == ("", "")
    assert order.total_minor == 5000
    assert not shop.links.opens(order, before)
    everything = await shop.rows("SELECT o::text AS row FROM orders o")
    assert "compte1" not in str([row["row"] for row in everything]).lower()


async def test_a_numbered_document_outlives_the_account_that_it_names(shop: Shop) -> None:
    event = await shop.event()
    kept, late = [(await shop.selling.buy(wanted(event))).order for _ in range(2)]
    before = await shop.invoicing.receipt(kept.order_id)
    message = AccountDeleted(account_id=1, tokens_until=0.0, occurred_at=datetime.now(UTC))
    async with shop.database.transaction() as transaction:
        await people.forget_person(transaction, message)
    assert await shop.invoicing.receipt(kept.order_id) == before
    assert before.buyer_name == "Compte 1"
    assert await shop.one("SELECT count(*) FROM documents WHERE content::text LIKE '%@%'") == 0
    assert (await shop.invoicing.receipt(late.order_id)).buyer_name == ""


async def test_a_claimed_guests_address_does_not_outlive_the_account(shop: Shop) -> None:
    event = await shop.event()
    await shop.selling.buy(wanted(event, by=GUEST, key="key-1"))
    at = datetime.now(UTC)
    claim = EmailVerified(account_id=7, email=GUEST.email, occurred_at=at)
    gone = AccountDeleted(account_id=7, tokens_until=0.0, occurred_at=at)
    async with shop.database.transaction() as transaction:
        await people.claim_guest_orders(transaction, claim, shop.links)
    await shop.rows("UPDATE outbox SET sent_at = now()")
    async with shop.database.transaction() as transaction:
        await people.forget_person(transaction, gone)
    for table in ("orders", "purchase_keys", "allotments", "holds", "tickets", "outbox"):
        rows = await shop.rows(f"SELECT t::text AS row FROM {table} t")  # noqa: S608 - our tables
        assert "invite@example.com" not in str([row["row"] for row in rows]).lower(), table


async def test_an_export_holds_a_persons_own_orders_and_no_secret(shop: Shop) -> None:
    event = await shop.event()
    bought = await shop.selling.buy(wanted(event))
    await shop.selling.buy(wanted(event, by=buyer(2)))
    async with shop.database.reading() as connection:
        held = await people.export_person(connection, 1)
    assert len(held["orders"]) == 1  # pyright: ignore[reportArgumentType] - a list of orders
    assert bought.tickets[0].secret not in str(held)
    assert held["documents"] == []
    receipt = await shop.invoicing.receipt(bought.order.order_id)
    async with shop.database.reading() as connection:
        held = await people.export_person(connection, 1)
    assert receipt.number in str(held["documents"])
