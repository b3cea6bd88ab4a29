"""From rows to domain objects and back."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import msgspec

from guichet.contracts.prices import FeeTerms, UnitPrice, unit_price
from guichet.tickets.domain import (
    Buyer,
    Hold,
    Line,
    Offer,
    Order,
    OrderState,
    Payment,
    RefundRules,
    Stock,
    Ticket,
    TicketStatus,
)
from guichet.tickets.pricing import Parts


class Row(Protocol):
    """A row of either driver, read by column name."""

    def __getitem__(self, key: str, /) -> Any:
        """Return one column's value."""
        ...


class StoredLine(msgspec.Struct, frozen=True):
    """A line as it is stored; what was sold before there were fees and VAT has no `unit`."""

    ticket_type_id: int
    quantity: int
    price_minor: int = 0
    unit: UnitPrice | None = None


_lines = msgspec.json.Decoder(tuple[StoredLine, ...])
_parts = msgspec.json.Decoder(Parts)
_action = msgspec.json.Decoder(dict[str, str | None])


def lines_json(lines: Sequence[Line]) -> str:
    """Return lines as they are stored."""
    stored = [
        StoredLine(line.ticket_type_id, line.quantity, line.unit.price_minor, line.unit)
        for line in lines
    ]
    return msgspec.json.encode(stored).decode()


def lines_of(stored: Any) -> tuple[Line, ...]:
    """Return stored lines; asyncpg gives JSON as text, Core gives it decoded."""
    if isinstance(stored, str):
        read = _lines.decode(stored)
    else:
        read = msgspec.convert(stored, tuple[StoredLine, ...])
    return tuple(
        Line(line.ticket_type_id, line.quantity, line.unit or unit_price(line.price_minor))
        for line in read
    )


def parts_json(parts: Parts | None) -> str | None:
    """Return the parts of a refund as they are stored."""
    return None if parts is None else msgspec.json.encode(parts).decode()


def parts_of(stored: str | None) -> Parts | None:
    """Return the stored parts of a refund, None for one of before there were fees and VAT."""
    return None if stored is None else _parts.decode(stored)


def offer_of(row: Row) -> Offer:
    """Return an offer without its stock."""
    return Offer(
        event_id=row["event_id"],
        title=row["title"],
        status=row["status"],
        creator_id=row["creator_id"],
        currency=row["currency"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        time_zone=row["time_zone"],
        location=row["location"],
        sale_opens_at=row["sale_opens_at"],
        sale_closes_at=row["sale_closes_at"],
        per_order_max=row["per_order_max"],
        per_account_max=row["per_account_max"],
        fee=FeeTerms(
            fixed_minor=row["fee_fixed_minor"],
            basis_points=row["fee_basis_points"],
            is_on_top=row["fee_is_on_top"],
            vat_basis_points=row["fee_vat_basis_points"],
        ),
        refund_rules=RefundRules(
            is_allowed=row["refund_is_allowed"],
            until_hours=row["refund_until_hours"],
            kept_minor=row["refund_kept_minor"],
            keeps_fee=row["refund_keeps_fee"],
        ),
    )


def stock_of(row: Row) -> Stock:
    """Return the stock of one ticket type."""
    return Stock(
        ticket_type_id=row["ticket_type_id"],
        event_id=row["event_id"],
        name=row["name"],
        price_minor=row["price_minor"],
        capacity=row["capacity"],
        sold=row["sold"],
        held=row["held"],
        sale_opens_at=row["sale_opens_at"],
        sale_closes_at=row["sale_closes_at"],
        per_order_max=row["per_order_max"],
        per_account_max=row["per_account_max"],
        is_hidden=row["is_hidden"],
        is_withdrawn=row["is_withdrawn"],
        vat_basis_points=row["vat_basis_points"],
    )


def hold_of(row: Row) -> Hold:
    """Return a hold."""
    return Hold(
        hold_id=row["hold_id"],
        event_id=row["event_id"],
        buyer=Buyer(
            account_id=row["account_id"],
            name=row["guest_name"] or "",
            email=row["guest_email"] or "",
            language=row["language"],
        ),
        lines=lines_of(row["lines"]),
        state=row["state"],
        expires_at=row["expires_at"],
        extensions=row["extensions"],
        client_address=row["client_address"],
        promo_id=row["promo_id"],
        promo_code=row["promo_code"],
    )


def order_of(row: Row) -> Order:
    """Return an order from a row of `orders` left-joined with its payment (`payment_…`)."""
    return Order(
        order_id=row["order_id"],
        event_id=row["event_id"],
        buyer=Buyer(row["account_id"], row["buyer_name"], row["buyer_email"], row["language"]),
        lines=lines_of(row["lines"]),
        total_minor=row["total_minor"],
        currency=row["currency"],
        state=OrderState(row["state"]),
        created_at=row["created_at"],
        payment=_payment_of(row),
        hold_id=row["hold_id"],
        failure=row["failure"],
        access_version=row["access_version"],
        step=row["step"],
        direction=row["direction"],
        attempts=row["attempts"],
        saga_version=row["saga_version"],
        needs_attention=row["needs_attention"],
        promo_id=row["promo_id"],
        promo_code=row["promo_code"],
    )


def _payment_of(row: Row) -> Payment | None:
    if row["payment_method"] is None:
        return None
    action: Any = row["payment_next_action"]
    return Payment(
        method=row["payment_method"],
        return_url=row["payment_return_url"],
        status=row["payment_status"],
        captured_minor=row["payment_captured_minor"],
        refunded_minor=row["payment_refunded_minor"],
        intent_id=row["payment_intent_id"],
        method_label=row["payment_method_label"],
        decline_code=row["payment_decline_code"],
        next_action=_action.decode(action)
        if isinstance(action, str)
        else cast(Mapping[str, str | None] | None, action),
        paid_at=row["payment_paid_at"],
        refunded_at=row["payment_refunded_at"],
    )


def ticket_of(row: Row) -> Ticket:
    """Return a ticket."""
    return Ticket(
        ticket_id=row["ticket_id"],
        secret=row["secret"],
        order_id=row["order_id"],
        event_id=row["event_id"],
        ticket_type_id=row["ticket_type_id"],
        account_id=row["account_id"],
        price_minor=row["price_minor"],
        status=TicketStatus(row["status"]),
        created_at=row["created_at"],
        fee_on_top_minor=row["fee_on_top_minor"],
        used_at=row["used_at"],
        used_by=row["used_by"],
        used_where=row["used_where"],
        cancelled_at=row["cancelled_at"],
    )
