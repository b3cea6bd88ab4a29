"""From a new account to a refund, as people live it."""

import io
import re
from typing import Any

import aiohttp
import pypdf
import pypdfium2  # pyright: ignore[reportMissingTypeStubs] - it has none
import zxingcpp

from tests.system.mail_copies import check_sent_once
from tests.system.running import Person, System, eventually

LINK_TOKEN = re.compile(r"[?&#]token=([A-Za-z0-9_-]+)")


async def attachment(system: System, mail: dict[str, Any], ending: str) -> bytes:
    """Return the one attachment of a mail whose name has that ending."""
    (found,) = [each for each in mail["attachments"] if each["filename"].endswith(ending)]
    address = f"http://127.0.0.1:{system.port('mailbox')}{found['url']}"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
        return await answer.read()


def codes_in(pdf: bytes) -> list[str]:
    """Return what an independent decoder reads on the pages."""
    document: Any = pypdfium2.PdfDocument(pdf)
    pictures: list[Any] = [page.render(scale=3).to_pil() for page in document]
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages)


async def test_from_a_new_account_to_a_refund(system: System) -> None:
    buyer = await system.register()
    mail = await system.mail(buyer.email, "bienvenue")
    token = LINK_TOKEN.search(mail["text"])
    assert token, mail["text"]
    verified = await system.expect(200, "POST", "/auth/email/verify", {"token": token[1]})
    assert verified["user"]["email_verified"] is True

    creator, operator = await system.demo("event_creator"), await system.demo("operator")
    event = await system.event(title="Fête de la musique", status="draft", max_tickets=5)
    path = f"/events/{event['id']}"
    await system.expect(200, "PATCH", path, {"status": "published"}, who=creator)
    bought = await system.bought(buyer, event, 2)
    assert bought.status == 201, bought.content
    order, (first, second) = bought.body["order"], bought.body["tickets"]
    assert await left(system, event, 3)

    codes = await tickets_by_mail(system, buyer, order, [first, second])
    admitted = await system.expect(
        200, "POST", "/tickets/validate", {"code": codes[first["ticket_number"]]}, who=operator
    )
    assert admitted["ticket_number"] == first["ticket_number"]
    body = {"code": codes[first["ticket_number"]], "event_id": event["id"]}
    again = await system.call("POST", "/tickets/validate", body, who=operator)
    assert (again.status, again.code) == (409, "already_used")

    await system.expect(200, "POST", f"/tickets/{second['id']}/cancel", who=buyer)
    await refunded_once(system, order, 2000)
    assert await left(system, event, 4)
    await system.mail(buyer.email, "annul")
    stats = await system.expect(200, "GET", f"{path}/stats", who=creator)
    assert (stats["sold"], stats["admitted"], stats["cancelled"]) == (1, 1, 1)

    async def is_listed() -> bool:
        history = await system.expect(200, "GET", "/users/me/purchases", who=buyer)
        return [each["order_code"] for each in history["data"]] == [order["code"]]

    await eventually(is_listed)


async def left(system: System, event: dict[str, Any], count: int) -> bool:
    """Wait until the event shows so many available tickets."""

    async def shows_it() -> bool:
        shown = await system.expect(200, "GET", f"/events/{event['id']}")
        return bool(shown["available_tickets"] == count)

    return await eventually(shows_it)


async def refunded_once(system: System, order: dict[str, Any], amount: int) -> None:
    """Wait until the provider's own books show the refund of one ticket, and no more."""

    async def is_refunded() -> bool:
        row = (await system.books())[order["payment"]["transaction_id"]]
        return bool(row["refunded"])

    await eventually(is_refunded)
    row = (await system.books())[order["payment"]["transaction_id"]]
    assert (row["captured"], row["refunded"]) == (2 * amount, amount)
    assert [refund["amount"] for refund in row["refunds"]] == [amount]


async def tickets_by_mail(
    system: System, buyer: Person, order: dict[str, Any], tickets: list[dict[str, Any]]
) -> dict[str, str]:
    """Read the one confirmation; return ticket number → what its QR code says."""
    mail = await system.mail(buyer.email, order["code"])
    await check_sent_once(system, await system.mails(buyer.email, order["code"]))
    pdf = await attachment(system, mail, ".pdf")
    text = text_of(pdf)
    assert "Fête de la musique" in text
    codes = {code.partition(".")[0]: code for code in codes_in(pdf)}
    assert set(codes) == {ticket["ticket_number"] for ticket in tickets}
    assert all(ticket["ticket_number"] in text for ticket in tickets)
    calendar = await attachment(system, mail, ".ics")
    assert b"BEGIN:VEVENT" in calendar
    return codes


async def test_an_english_buyer_is_written_to_in_english(system: System) -> None:
    buyer, event = await system.register("en"), await system.event(title="Summer night")
    order = (await system.bought(buyer, event)).body["order"]
    mail = await system.mail(buyer.email, order["code"])
    assert "ticket" in mail["subject"].lower()
    assert "order" in mail["text"].lower()
    assert "commande" not in mail["text"].lower()
    pdf = await attachment(system, mail, ".pdf")
    assert "Summer night" in text_of(pdf)
    assert len(codes_in(pdf)) == 1


async def test_a_stopped_mail_server_delays_mail_and_loses_none(system: System) -> None:
    event, buyers = await system.event(), [await system.register() for _ in range(3)]
    await system.mailbox("/faults", "PUT", {"down": True})
    try:
        orders = [(await system.bought(buyer, event)).body["order"] for buyer in buyers]

        async def waits() -> bool:
            health = await system.expect(200, "GET", "/notifications/health")
            return health["queue_length"] >= len(orders)

        await eventually(waits)
        assert not [m for b in buyers for m in await system.mails(b.email, "billet")]
    finally:
        await system.mailbox("/faults", "PUT", {})
    for buyer, order in zip(buyers, orders, strict=True):
        await system.mail(buyer.email, order["code"])
        await check_sent_once(system, await system.mails(buyer.email, order["code"]))


async def test_a_guest_buys_and_comes_back_by_the_link(system: System) -> None:
    event = await system.event()
    guest = {"name": "Dominique Exemple", "email": "guest.story@example.com", "language": "fr"}
    bought = await system.bought(None, event, guest=guest)
    assert bought.status == 201, bought.content
    order = bought.body["order"]
    path = f"/tickets/orders/{order['code']}"
    assert (await system.call("GET", path)).status == 401
    opened = await system.expect(200, "GET", f"{path}?access={order['access_token']}")
    assert len(opened["tickets"]) == 1
    await system.mail("guest.story@example.com", order["code"])
    for email in ("guest.story@example.com", "nobody.at.all@example.com"):
        answer = await system.call("POST", "/tickets/orders/access-link", {"email": email})
        assert answer.status == 202


async def test_a_cancelled_event_refunds_everyone(system: System) -> None:
    event, buyers = await system.event(), [await system.register() for _ in range(3)]
    orders = [(await system.bought(buyer, event, 2)).body["order"] for buyer in buyers]
    creator = await system.demo("event_creator")
    path = f"/events/{event['id']}"
    await system.expect(200, "PATCH", path, {"status": "cancelled"}, who=creator)

    async def all_refunded() -> bool:
        books = await system.books()
        rows = [books[order["payment"]["transaction_id"]] for order in orders]
        return all(row["refunded"] == row["captured"] == 4000 for row in rows)

    await eventually(all_refunded, 120)
    for buyer in buyers:
        mine = await system.expect(200, "GET", f"/tickets/user/{buyer.id}", who=buyer)
        assert {ticket["status"] for ticket in mine["data"]} == {"cancelled"}
        await system.mail(buyer.email, "annul")
    late = await system.buy(buyers[0], event)
    assert (late.status, late.code) == (410, "event_cancelled")
