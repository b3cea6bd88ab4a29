"""What the audit log says of money and stock: one entry for each change and each decision."""

from collections.abc import Mapping

from guichet.contracts.messages.events import EventSnapshot
from guichet.kernel.audit import Change, changed_fields
from guichet.kernel.context import Actor
from guichet.tickets.domain import Order, Stock
from guichet.tickets.invoice_content import Seller
from guichet.tickets.payments import SeenDispute
from guichet.tickets.repository.findings import Finding


def captured(order: Order, request: str) -> Change:
    """Return the entry of a capture; whoever stores it, the money was the buyer's to give."""
    amount_minor = order.payment.captured_minor if order.payment else 0
    return Change(
        "tickets.payment.captured",
        _subject(order.order_id),
        {"captured_minor": 0},
        {"captured_minor": amount_minor, "currency": order.currency},
        actor=Actor(order.buyer.account_id, "buyer"),
        request=request,
    )


def refund_requested(
    order_id: int, refund_id: int, amount_minor: int, reason: str, note: str | None = None
) -> Change:
    """Return the entry of a refund that is to be carried out; `note` is a person's reason."""
    after: dict[str, object] = {
        "refund_id": refund_id,
        "amount_minor": amount_minor,
        "status": "pending",
    }
    if note is not None:
        after["note"] = note
    return Change("tickets.refund.requested", _subject(order_id), None, after, reason)


def refund_completed(order_id: int, refund_id: int, amount_minor: int) -> Change:
    """Return the entry of a refund that the provider has carried out."""
    before = {"refund_id": refund_id, "amount_minor": amount_minor, "status": "pending"}
    after = {**before, "status": "completed"}
    return Change("tickets.refund.completed", _subject(order_id), before, after)


def refund_failed(order_id: int, refund_id: int, amount_minor: int, reason: str) -> Change:
    """Return the entry of a refund that the bank returned after it had been carried out."""
    before = {"refund_id": refund_id, "amount_minor": amount_minor, "status": "completed"}
    after = {**before, "status": "failed"}
    return Change("tickets.refund.failed", _subject(order_id), before, after, reason)


def refund_retried(order_id: int, failed_id: int, refund_id: int, amount_minor: int) -> Change:
    """Return the entry of a person's having a returned refund tried again, as another refund."""
    before = {"refund_id": failed_id, "amount_minor": amount_minor, "status": "failed"}
    after = {**before, "retried_as": refund_id}
    return Change("tickets.refund.retried", _subject(order_id), before, after)


def refund_settled(order_id: int, refund_id: int, amount_minor: int, note: str) -> Change:
    """Return the entry of a person's having paid a returned refund by other means."""
    before = {"refund_id": refund_id, "amount_minor": amount_minor, "status": "failed"}
    after = {**before, "status": "settled"}
    return Change("tickets.refund.settled", _subject(order_id), before, after, note)


def attention_resolved(order_id: int, reason: str | None, note: str) -> Change:
    """Return the entry of a person's having dealt with what an order waited for."""
    before = {"needs_attention": True, "attention_reason": reason}
    after = {"needs_attention": False, "attention_reason": None}
    return Change("tickets.order.attention_resolved", _subject(order_id), before, after, note)


def finding_resolved(finding: Finding) -> Change:
    """Return the entry of a person's having dealt with what ledger and provider disagreed on."""
    found = finding.found
    about = {
        "kind": found.kind,
        "reference": found.reference,
        "order_id": found.order_id,
        "amount_minor": found.amount_minor,
    }
    return Change(
        "tickets.finding.resolved",
        f"finding:{finding.finding_id}",
        {**about, "state": "open"},
        {**about, "state": finding.state},
        finding.note or "",
    )


def event_refunds_started(
    event_id: int, run_id: int, by: int | None, reason: str, note: str | None
) -> Change:
    """Return the entry of a whole event's being given back; each refund has entries of its own."""
    after = {"run_id": run_id, "reason": reason, "requested_by": by}
    subject = f"event:{event_id}"
    return Change("tickets.event.refunds_started", subject, None, after, note or "")


def dispute_changed(seen: SeenDispute, order_id: int | None, before: str | None) -> Change:
    """Return the entry of a payment that a bank contests, or of what became of it."""
    after = {"order_id": order_id, "amount_minor": seen.amount_minor, "status": seen.status}
    old = None if before is None else {**after, "status": before}
    return Change("tickets.payment.disputed", f"dispute:{seen.dispute_id}", old, after)


def seller_changed(organiser_id: int, before: Seller | None, after: Seller) -> Change | None:
    """Return the entry of who sells; None where nothing changed.

    Names and addresses may be a person's: of those the log tells only that they changed.
    """
    old = None if before is None else _identity(before)
    names = [
        name
        for name in Seller.__struct_fields__
        if before is None or getattr(before, name) != getattr(after, name)
    ]
    if not names:
        return None
    content = {**_identity(after), "changed": names}
    return Change("tickets.seller.changed", f"organiser:{organiser_id}", old, content)


def _identity(seller: Seller) -> dict[str, object]:
    return {
        "registration_number": seller.registration_number,
        "vat_number": seller.vat_number,
        "invoice_prefix": seller.invoice_prefix,
    }


def stock_changes(
    event: EventSnapshot, capacities: Mapping[int, int], stocks: Mapping[int, Stock]
) -> list[Change]:
    """Return the entries of an offer: `stocks` as they were, `capacities` as they will be.

    A ticket type that the event has no more is withdrawn, with what is sold and held as its limit.
    """
    wanted: dict[int, dict[str, object]] = {
        item.ticket_type_id: {
            "event_id": event.event_id,
            "price_minor": item.price_minor,
            "vat_basis_points": item.vat_basis_points,
            "capacity": capacities[item.ticket_type_id],
            "is_withdrawn": False,
        }
        for item in event.ticket_types
    }
    changes: list[Change] = []
    for number in sorted(wanted.keys() | stocks.keys()):
        old = _limits(stocks[number]) if number in stocks else None
        new = wanted.get(number) or _withdrawn(stocks[number])
        before, after = changed_fields(old or {}, new)
        if after:
            action = "limited" if number in wanted else "withdrawn"
            changes.append(
                Change(
                    f"tickets.stock.{action}",
                    f"ticket_type:{number}",
                    None if old is None else before,
                    after,
                )
            )
    return changes


def _limits(stock: Stock) -> dict[str, object]:
    return {
        "event_id": stock.event_id,
        "price_minor": stock.price_minor,
        "vat_basis_points": stock.vat_basis_points,
        "capacity": stock.capacity,
        "is_withdrawn": stock.is_withdrawn,
    }


def _withdrawn(stock: Stock) -> dict[str, object]:
    if stock.is_withdrawn:
        return _limits(stock)
    return {**_limits(stock), "capacity": stock.sold + stock.held, "is_withdrawn": True}


def _subject(order_id: int) -> str:
    return f"order:{order_id}"
