"""Receipts, invoices and credit notes over HTTP, and the details of who sells."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    BRUNO,
    GUEST,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    code_of,
)

SELLER = {
    "legal_name": "Les Concerts de démonstration",
    "address": "4 quai des Arts",
    "postal_code": "69001",
    "city": "Lyon",
    "country": "fr",
    "registration_number": "123 456 782 00010",
    "vat_number": "fr 32 123456782",
    "invoice_prefix": "lcd",
}
STORED = {
    **SELLER,
    "country": "FR",
    "registration_number": "12345678200010",
    "vat_number": "FR32123456782",
    "invoice_prefix": "LCD",
}


async def bought(front: Front, **more: Any) -> Any:
    answer = await front.buy(await front.shop.event(), 2, **more)
    assert answer.status == 201, answer.body
    return answer.json["order"]


def title_of(pdf: bytes) -> str:
    metadata = PdfReader(io.BytesIO(pdf)).metadata
    assert metadata is not None
    return str(metadata.title)


async def test_a_buyer_finds_receipt_and_credit_note(front: Front) -> None:
    order = await bought(front)
    path = f"/orders/{order['code']}"
    tickets = (await front.ask("GET", path, by=ALICE)).json["tickets"]
    assert (await front.ask("POST", f"/{tickets[0]['id']}/cancel", by=ALICE)).status == 200
    listed = await front.ask("GET", f"{path}/documents", by=ALICE)
    receipt, note = listed.json["data"]
    assert (receipt["kind"], receipt["total"], receipt["currency"]) == ("receipt", "50.00", "EUR")
    assert (note["kind"], note["total"]) == ("credit_note", "25.00")
    for document, word in ((receipt, "Receipt"), (note, "Credit note")):
        assert document["url"].startswith("/api/v1/tickets/orders/")
        where = document["url"].removeprefix("/api/v1/tickets")
        pdf = await front.ask("GET", where, by=ALICE, query="language=en")
        assert (pdf.status, pdf.headers["content-type"]) == (200, "application/pdf")
        assert title_of(pdf.body) == f"{word} {document['number']}"
    first = await front.ask("GET", f"{path}/receipt.pdf", by=ALICE)
    assert title_of(first.body) == f"Reçu {receipt['number']}"


async def test_who_reads_an_order_s_documents(front: Front) -> None:
    order = await bought(front)
    paths = [f"/orders/{order['code']}/documents", f"/orders/{order['code']}/receipt.pdf"]
    for path in paths:
        for person in (ALICE, ADMIN, ORGANISER):
            assert (await front.ask("GET", path, by=person)).status == 200
        for person in (BRUNO, OPERATOR, OTHER_ORGANISER):
            assert code_of(await front.ask("GET", path, by=person)) == (404, "order_not_found")
        assert (await front.ask("GET", path)).status == 401
        assert (await front.ask("GET", path, query="access=forged")).status == 404
    for code in ("AAAA-AAAA", "x", "%00"):
        answer = await front.ask("GET", f"/orders/{code}/documents", by=ALICE)
        assert code_of(answer) == (404, "order_not_found")


async def test_a_guest_reads_them_by_the_link(front: Front) -> None:
    order = await bought(front, by=None, guest=GUEST)
    path, access = f"/orders/{order['code']}", f"access={order['access_token']}"
    (receipt,) = (await front.ask("GET", f"{path}/documents", query=access)).json["data"]
    pdf = await front.ask("GET", f"{path}/documents/{receipt['number']}.pdf", query=access)
    assert title_of(pdf.body) == f"Receipt {receipt['number']}", "the guest reads English"
    other = await bought(front)
    elsewhere = f"/orders/{other['code']}/documents/{receipt['number']}.pdf"
    answer = await front.ask("GET", elsewhere, by=ALICE)
    assert code_of(answer) == (404, "document_not_found")


async def test_what_is_free_has_no_receipt(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    order = (await front.buy(event, payment=None)).json["order"]
    path = f"/orders/{order['code']}"
    assert (await front.ask("GET", f"{path}/documents", by=ALICE)).json == {"data": []}
    answer = await front.ask("GET", f"{path}/receipt.pdf", by=ALICE)
    assert code_of(answer) == (404, "document_not_found")


async def test_an_organiser_says_who_sells(front: Front) -> None:
    unknown = await front.ask("GET", "/seller", by=ORGANISER)
    assert (unknown.status, unknown.json) == (200, None)
    stored = await front.ask("PUT", "/seller", SELLER, by=ORGANISER)
    assert (stored.status, stored.json) == (200, STORED)
    assert (await front.ask("GET", "/seller", by=ORGANISER)).json == STORED
    assert (await front.ask("GET", "/seller", by=OTHER_ORGANISER)).json is None
    query = f"organiser_id={ORGANISER.account_id}"
    assert (await front.ask("GET", "/seller", by=ADMIN, query=query)).json == STORED
    order = await bought(front)
    (invoice,) = (await front.ask("GET", f"/orders/{order['code']}/documents", by=ALICE)).json[
        "data"
    ]
    assert (invoice["kind"], invoice["number"][:4]) == ("invoice", "LCD-")
    changed = {**SELLER, "city": "Nantes"}
    assert (await front.ask("PUT", "/seller", changed, by=ADMIN, query=query)).status == 200
    assert (await front.ask("GET", "/seller", by=ORGANISER)).json["city"] == "Nantes"


async def test_others_details_are_not_theirs_to_see_or_change(front: Front) -> None:
    query = f"organiser_id={ORGANISER.account_id}"
    assert (await front.ask("GET", "/seller", by=OTHER_ORGANISER, query=query)).status == 403
    refused = await front.ask("PUT", "/seller", SELLER, by=OTHER_ORGANISER, query=query)
    assert refused.status == 403
    assert (await front.ask("PUT", "/seller", SELLER, by=ALICE)).status == 403
    assert (await front.ask("PUT", "/seller", SELLER)).status == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("legal_name", ""),
        ("legal_name", "Concerts\nBcc: x"),
        ("address", "4242 4242 4242 4242"),
        ("country", "France"),
        ("registration_number", "123"),
        ("vat_number", "123"),
        ("invoice_prefix", "2026-"),
        ("invoice_prefix", "12"),
    ],
)
async def test_malformed_details_are_refused(front: Front, field: str, value: str) -> None:
    answer = await front.ask("PUT", "/seller", {**SELLER, field: value}, by=ORGANISER)
    assert (answer.status, list(answer.json["errors"])) == (422, [field])


async def test_abroad_a_registration_number_may_have_another_form(front: Front) -> None:
    abroad = {**SELLER, "country": "CH", "registration_number": "CHE-123.456.788"}
    assert (await front.ask("PUT", "/seller", abroad, by=ORGANISER)).status == 200
    card = {**abroad, "registration_number": "4242424242424242"}
    assert (await front.ask("PUT", "/seller", card, by=ORGANISER)).status == 422
