"""The PDF and its QR codes, read back by independent readers."""

import importlib
import io
import re
from datetime import UTC, datetime
from typing import Any

import zxingcpp
from PIL.Image import Image
from pypdf import PdfReader

from guichet.tickets.codes import new_ticket_secret, order_code, scan_code, ticket_number
from guichet.tickets.documents import TicketToPrint, qr_svg, tickets_pdf
from guichet.tickets.domain import Ticket, TicketStatus
from guichet.tickets.views import EventCard

HOSTILE = 'Nuit <script>alert(1)</script> #pagebreak() $x$ \\ "guillemets" *gras*'


def to_print(ticket_id: int, title: str = "Concert") -> TicketToPrint:
    ticket = Ticket(
        ticket_id, new_ticket_secret(), 77, 1, 5, 1, 9999, TicketStatus.CONFIRMED, datetime.now(UTC)
    )
    card = EventCard(
        event_id=1,
        title=title,
        starts_at=datetime(2027, 6, 15, 18, 0, tzinfo=UTC),
        time_zone="Europe/Paris",
        location="Salle des fêtes, Grenoble",
        currency="EUR",
        type_names={5: "Plein tarif"},
    )
    return TicketToPrint(ticket, card, "Compte 1")


def drawn(pdf: bytes) -> list[Image]:
    """Draw each page as a picture, as a screen or a printer would."""
    pypdfium2: Any = importlib.import_module("pypdfium2")
    return [page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(pdf)]


async def test_each_ticket_has_a_page_whose_qr_code_is_that_ticket() -> None:
    printed = [to_print(number) for number in (1, 2, 3)]
    pdf = await tickets_pdf(printed, "fr")
    pages = drawn(pdf)
    assert len(pages) == 3
    for page, item in zip(pages, printed, strict=True):
        found = zxingcpp.read_barcodes(page)
        wanted = scan_code(item.ticket.ticket_id, item.ticket.secret)
        assert [code.text for code in found] == [wanted]


async def test_the_text_is_there_in_the_buyers_language() -> None:
    for language, words in (
        ("fr", ["Mardi 15 juin 2027 à 20h00", "99,99", "Présentez ce code"]),
        ("en", ["Tuesday 15 June 2027, 20:00", "€99.99", "Show this code"]),
    ):
        reader = PdfReader(io.BytesIO(await tickets_pdf([to_print(1)], language)))
        text = " ".join(reader.pages[0].extract_text().split())
        for word in [*words, ticket_number(1), order_code(77), "Salle des fêtes, Grenoble"]:
            assert word in text, word


async def test_the_pdf_is_tagged_and_names_its_language() -> None:
    catalogue = PdfReader(io.BytesIO(await tickets_pdf([to_print(1)], "fr"))).root_object
    assert "'/Marked': True" in str(catalogue["/MarkInfo"].get_object())
    assert str(catalogue["/Lang"]).startswith("fr")


async def test_what_people_typed_is_printed_as_it_is() -> None:
    reader = PdfReader(io.BytesIO(await tickets_pdf([to_print(1, HOSTILE)], "fr")))
    assert len(reader.pages) == 1
    text = re.sub(r"\s", "", reader.pages[0].extract_text())
    assert re.sub(r"\s", "", HOSTILE) in text


def test_the_svg_is_the_code_alone() -> None:
    svg = qr_svg(to_print(1).ticket)
    assert svg.startswith("<?xml") and "<script" not in svg
