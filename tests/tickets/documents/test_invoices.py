"""The PDF of receipts, invoices and credit notes, read back by an independent reader."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace as changed
from pypdf import PdfReader

from guichet.contracts.prices import Discount, FeeTerms, unit_price
from guichet.tickets.documents.invoices import document_pdf
from guichet.tickets.domain import Line
from guichet.tickets.invoice_content import Content, Issue, Seller, credit_content, sale_content
from tests.tickets.test_invoice_content import AT, ISSUE, OFFER, order_of, refund_of

HOSTILE = 'Nuit <script>alert(1)</script> #pagebreak() $x$ \\ "guillemets" *gras*'
SELLER = Seller(
    legal_name="Les Concerts de démonstration",
    address="4 quai des Arts",
    postal_code="69001",
    city="Lyon",
    country="FR",
    registration_number="12345678200010",
    vat_number="FR32123456782",
)
LINES = (
    Line(
        5,
        3,
        unit_price(
            2550,
            vat_basis_points=550,
            fee=FeeTerms(100, 250),
            discount=Discount(basis_points=1500),
        ),
    ),
)


def sale(seller: Seller | None = None, lines: tuple[Line, ...] = LINES) -> Content:
    return sale_content(order_of(lines), OFFER, Issue("LCD-2026-000123", AT, seller, "Guichet"))


async def text_of(content: Content, language: str) -> str:
    reader = PdfReader(io.BytesIO(await document_pdf(content, language)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", text).split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Facture", "27 novembre 2026", "25,50 €", "-3,83 €", "20,54 €", "5,5 %", "65,01 €",
                "1,28 €", "20 %", "4,62 €", "Total TTC", "69,63 €", "65,46 €",
                "Payé 69,63 € le 27 novembre 2026",
                "N° de TVA intracommunautaire : FR32123456782"]),
        ("en", ["Invoice", "27 November 2026", "€25.50", "-€3.83", "5.5 %", "€69.63",
                "Paid €69.63 on 27 November 2026", "VAT number: FR32123456782"]),
    ],
)  # fmt: skip
async def test_an_invoice_has_every_mention(language: str, words: list[str]) -> None:
    text = await text_of(sale(SELLER), language)
    parties = ["Les Concerts de démonstration", "4 quai des Arts", "69001 Lyon", "Compte 1"]
    for word in [*words, *parties, "12345678200010", "LCD-2026-000123", "visa •••• 4242"]:
        assert word in text, word


async def test_without_seller_details_it_is_a_receipt_of_the_platform() -> None:
    french, english = await text_of(sale(), "fr"), await text_of(sale(), "en")
    assert "Reçu" in french and "Vente effectuée par Guichet" in french
    assert "Receipt" in english and "Sold by Guichet" in english


async def test_a_rate_of_zero_is_said_in_words() -> None:
    content = sale(changed(SELLER, vat_number=None), (Line(5, 1, unit_price(1000)),))
    text = await text_of(content, "fr")
    assert "TVA non applicable" in text and "Sans numéro de TVA" in text
    assert "VAT not applicable" in await text_of(content, "en")


async def test_a_credit_note_names_what_it_undoes() -> None:
    one = [replace(LINES[0], quantity=1)]
    note = credit_content(order_of(LINES), OFFER, refund_of(one, 4), ISSUE)
    text = await text_of(note, "fr")
    for word in ("Avoir", "G3-2026-000001", "1 × Plein tarif", "Billets rendus", "21,67 €",
                 "1,54 €", "23,21 €", "Remboursé 23,21 € le 27 novembre 2026"):  # fmt: skip
        assert word in text, word
    unknown = await text_of(changed(note, reason="merci", lines=()), "en")
    assert "Credit note" in unknown and "Refund" in unknown and "merci" not in unknown


async def test_the_pdf_is_tagged_and_names_its_language_and_number() -> None:
    reader = PdfReader(io.BytesIO(await document_pdf(sale(SELLER), "en")))
    assert "'/Marked': True" in str(reader.root_object["/MarkInfo"].get_object())
    assert str(reader.root_object["/Lang"]).startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice LCD-2026-000123"


async def test_what_people_typed_is_printed_as_it_is() -> None:
    content = changed(sale(changed(SELLER, legal_name=HOSTILE)), event_title=HOSTILE)
    text = re.sub(r"\s", "", await text_of(content, "fr"))
    assert text.count(re.sub(r"\s", "", HOSTILE)) == 2


async def test_dates_are_those_of_the_event_s_place() -> None:
    late = changed(sale(), settled_at=datetime(2026, 11, 27, 23, 30, tzinfo=UTC))
    assert "le 28 novembre 2026" in await text_of(late, "fr")
