"""Receipts, invoices and credit notes as PDF, from what was frozen with their number."""

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import typst
from babel.numbers import format_currency, format_decimal

from guichet.kernel.dates import spoken
from guichet.tickets.documents.invoice_words import REASONS, WORDS, Words
from guichet.tickets.documents.typesetting import typesetter
from guichet.tickets.invoice_content import Content, DocumentLine, Kind, Seller

_TEMPLATE = Path(__file__).parent / "invoice.typ"


async def document_pdf(content: Content, language: str) -> bytes:
    """Return a tagged PDF in French or English."""
    return await typesetter.run(_typeset, content, language)


def _typeset(content: Content, language: str) -> bytes:
    data = json.dumps(_Sheet(content, "en" if language == "en" else "fr").data())
    return cast(bytes, _compiler().compile(format="pdf", sys_inputs={"data": data}))


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(_TEMPLATE))


class _Sheet:
    """One document in one language: every figure as it is printed."""

    def __init__(self, content: Content, language: str) -> None:
        self._content = content
        self._language = language
        self._locale = "en_GB" if language == "en" else "fr_FR"
        self._words: Words = WORDS[language]

    def data(self) -> dict[str, Any]:
        """Return what the template prints: texts, and rows of texts."""
        content, words = self._content, self._words
        title = words[content.kind.value]
        return {
            "language": self._language,
            "title": title,
            "number": content.number,
            "words": dict(words),
            "meta": self._meta(),
            "seller": self._seller(),
            "buyer": [content.buyer_name or words["nobody"]],
            "event": [content.event_title, self._date(content.event_starts_at)],
            "head": [words[name] for name in _COLUMNS] if self._is_sale else [],
            "rows": self._rows() if self._is_sale else [],
            "returned": [] if self._is_sale else self._returned(),
            "sums": self._sums(),
            "vat_head": [words[name] for name in ("rate", "base", "vat", "gross")],
            "vat_rows": self._vat_rows(),
            "total": [self._total_word(), self._money(content.amounts.total_minor)],
            "notes": self._notes(),
        }

    @property
    def _is_sale(self) -> bool:
        return self._content.kind is not Kind.CREDIT_NOTE

    def _meta(self) -> list[list[str]]:
        content, words = self._content, self._words
        rows = [
            [words["number"], content.number],
            [words["issued"], self._date(content.issued_at)],
            [words["order"], content.order_code],
        ]
        if content.refers_to:
            rows.append([words["refers_to"], content.refers_to])
        return rows

    def _seller(self) -> list[str]:
        seller, words = self._content.seller, self._words
        if seller is None:
            return [words["sold_through"].format(platform=self._content.platform)]
        return [
            seller.legal_name,
            seller.address,
            f"{seller.postal_code} {seller.city} ({seller.country})",
            f"{words['registration']} {seller.registration_number}",
            self._vat_number(seller),
        ]

    def _vat_number(self, seller: Seller) -> str:
        if seller.vat_number is None:
            return self._words["no_vat_number"]
        return f"{self._words['vat_number']} {seller.vat_number}"

    def _rows(self) -> list[list[str]]:
        rows = [row for line in self._content.lines if (row := self._ticket_row(line))]
        return rows + [row for line in self._content.lines if (row := self._fee_row(line))]

    def _ticket_row(self, line: DocumentLine) -> list[str] | None:
        if (unit := line.unit) is None:
            return None
        return [
            f"{self._words['ticket']} {line.name}",
            str(line.quantity),
            self._money(unit.list_minor),
            self._money(-unit.discount_minor) if unit.discount_minor else "–",
            self._money(unit.price_minor - unit.vat_minor),
            self._rate(unit.vat_basis_points),
            self._money(line.quantity * unit.price_minor),
        ]

    def _fee_row(self, line: DocumentLine) -> list[str] | None:
        unit = line.unit
        if unit is None or not unit.fee_on_top_minor:
            return None
        return [
            f"{self._words['fee']} ({line.name})",
            str(line.quantity),
            self._money(unit.fee_minor),
            "–",
            self._money(unit.fee_minor - unit.fee_vat_minor),
            self._rate(unit.fee_vat_basis_points),
            self._money(line.quantity * unit.fee_minor),
        ]

    def _returned(self) -> list[str]:
        words = self._words
        reason = REASONS[self._language].get(self._content.reason or "", "")
        tickets = [f"{line.quantity} × {line.name}" for line in self._content.lines]
        return [text for text in (reason, *tickets) if text] or [words["refund"]]

    def _sums(self) -> list[list[str]]:
        amounts, words = self._content.amounts, self._words
        rows = [[words["subtotal"], self._money(amounts.subtotal_minor)]]
        if amounts.discount_minor:
            rows.append([words["discount"], self._money(-amounts.discount_minor)])
        if amounts.fees_minor:
            rows.append([words["fees"], self._money(amounts.fees_minor)])
        rows.append([words["total_net"], self._money(amounts.total_minor - amounts.vat_minor)])
        rows.append([words["total_vat"], self._money(amounts.vat_minor)])
        return rows

    def _vat_rows(self) -> list[list[str]]:
        return [
            [
                self._rate(share.basis_points),
                self._money(share.base_minor),
                self._money(share.vat_minor),
                self._money(share.gross_minor),
            ]
            for share in self._content.amounts.vat
        ]

    def _total_word(self) -> str:
        return self._words["total" if self._is_sale else "total_refunded"]

    def _notes(self) -> list[str]:
        content, words = self._content, self._words
        notes: list[str] = []
        if content.settled_at is not None:
            settled = words["paid" if self._is_sale else "refunded"].format(
                amount=self._money(content.amounts.total_minor),
                date=self._date(content.settled_at),
            )
            method = content.payment_method
            notes.append(f"{settled} {words['method']} {method}." if method else settled)
        if any(share.basis_points == 0 for share in content.amounts.vat):
            notes.append(words["vat_not_applicable"])
        if content.amounts.fees_minor:
            notes.append(words["fee_note"].format(platform=content.platform))
        return notes

    def _money(self, minor: int) -> str:
        return format_currency(Decimal(minor) / 100, self._content.currency, locale=self._locale)

    def _rate(self, basis_points: int) -> str:
        if basis_points == 0:
            return self._words["no_vat"]
        return f"{format_decimal(Decimal(basis_points) / 100, locale=self._locale)} %"

    def _date(self, moment: datetime) -> str:
        zone = ZoneInfo(self._content.event_time_zone)
        return spoken(moment, "d MMMM y", zone, self._locale)


_COLUMNS = ("designation", "quantity", "list_price", "discount_each", "net_each", "rate", "amount")
