"""What a document says is what the order, the ledger and the refunds say, to the cent."""

from collections import defaultdict
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.prices import FeeTerms, unit_price
from guichet.tickets.domain import Buyer, Line, Offer, Order, OrderState, Payment, Stock
from guichet.tickets.invoice_content import (
    CarriedOut,
    Issue,
    Kind,
    credit_content,
    number_of,
    sale_content,
)
from guichet.tickets.ledger import capture_movements, refund_movements
from guichet.tickets.pricing import Paid, refund_parts, sale_parts, spread, whole
from tests.tickets.test_pricing import baskets

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
ISSUE = Issue("G3-2026-000001", AT, None, "Guichet")
OFFER = Offer(
    event_id=1,
    title="Concert",
    status="published",
    creator_id=3,
    currency="EUR",
    starts_at=datetime(2027, 6, 15, 18, tzinfo=UTC),
    ends_at=None,
    time_zone="Europe/Paris",
    location="Grenoble",
    sale_opens_at=None,
    sale_closes_at=None,
    per_order_max=10,
    per_account_max=None,
    stock={5: Stock(5, 1, "Plein tarif", 2500, 10, 0, 0)},
)


def order_of(lines: tuple[Line, ...]) -> Order:
    total = sum(line.charged_minor for line in lines)
    payment = Payment("pm", "", "completed", total, method_label="visa •••• 4242", paid_at=AT)
    buyer = Buyer(1, "Compte 1", "compte1@example.com", "fr")
    return Order(77, 1, buyer, lines, total, "EUR", OrderState.ISSUED, AT, payment)


def refund_of(lines: list[Line], number: int) -> CarriedOut:
    parts = refund_parts(whole(Paid(line.unit)) for line in lines for _ in range(line.quantity))
    return CarriedOut(number, parts.amount_minor, "holder", AT, parts, {5: 1}, "G3-2026-000001")


def test_a_number_says_whose_it_is() -> None:
    assert number_of(3, None, 2026, 123) == "G3-2026-000123"
    assert number_of(3, "LCD", 2027, 1_234_567) == "LCD-2027-1234567"


@given(baskets)
def test_receipt_order_and_ledger_agree(lines: list[Line]) -> None:
    order = order_of(tuple(lines))
    amounts = sale_content(order, OFFER, ISSUE).amounts
    assert amounts.total_minor == order.total_minor
    assert (
        amounts.subtotal_minor - amounts.discount_minor + amounts.fees_minor == amounts.total_minor
    )
    assert sum(share.gross_minor for share in amounts.vat) == amounts.total_minor
    entered: defaultdict[str, int] = defaultdict(int)
    for movement in capture_movements(77, order.total_minor, sale_parts(lines)):
        entered[movement.kind] += movement.amount_minor
    assert entered["capture"] == amounts.total_minor
    on_top = [line for line in lines if line.unit.is_fee_on_top]
    fee_vat = sum(line.quantity * line.unit.fee_vat_minor for line in on_top)
    assert amounts.vat_minor == entered["vat"] + fee_vat
    if len(on_top) == len(lines):
        assert amounts.fees_minor == entered["fee"] + entered["fee_vat"]


@given(baskets)
def test_credit_notes_of_every_ticket_undo_the_receipt(lines: list[Line]) -> None:
    order = order_of(tuple(lines))
    sale = sale_content(order, OFFER, ISSUE).amounts
    singles = [
        [Line(line.ticket_type_id, 1, line.unit)] for line in lines for _ in range(line.quantity)
    ]
    notes = [
        credit_content(order, OFFER, refund_of(single, n), ISSUE).amounts
        for n, single in enumerate(singles)
    ]
    assert sum(note.total_minor for note in notes) == sale.total_minor
    assert sum(note.fees_minor for note in notes) == sale.fees_minor
    assert sum(note.vat_minor for note in notes) == sale.vat_minor


@given(baskets, st.data())
def test_part_of_an_order_has_a_note_of_what_the_ledger_enters(
    lines: list[Line], data: st.DataObject
) -> None:
    order = order_of(tuple(lines))
    amount = data.draw(st.integers(0, order.total_minor))
    tickets = [Paid(line.unit) for line in lines for _ in range(line.quantity)]
    parts = refund_parts(spread(amount, tickets))
    refund = CarriedOut(4, amount, "goodwill", AT, parts, {}, "G3-2026-000001")
    note = credit_content(order, OFFER, refund, ISSUE)
    moved = {m.kind: m.amount_minor for m in refund_movements(4, amount, parts)}
    assert (note.kind, note.amounts.total_minor) == (Kind.CREDIT_NOTE, moved["refund"])
    assert note.amounts.subtotal_minor + note.amounts.fees_minor == amount


def test_an_absorbed_fee_is_no_business_of_the_buyer_s() -> None:
    fee = FeeTerms(fixed_minor=200, is_on_top=False)
    lines = [Line(5, 2, unit_price(2500, vat_basis_points=550, fee=fee))]
    order = order_of(tuple(lines))
    sale = sale_content(order, OFFER, ISSUE).amounts
    assert (sale.fees_minor, [share.basis_points for share in sale.vat]) == (0, [550])
    note = credit_content(order, OFFER, refund_of(lines, 1), ISSUE).amounts
    assert (note.fees_minor, note.vat) == (0, sale.vat)


def test_a_refund_of_before_there_was_vat_has_its_amount_alone() -> None:
    order = order_of((Line(5, 1, unit_price(2500)),))
    old = CarriedOut(4, 2500, "holder", AT, None, {5: 1}, "G3-2026-000001")
    note = credit_content(order, OFFER, old, ISSUE)
    assert (note.amounts.total_minor, note.amounts.vat) == (2500, ())
    assert (note.refers_to, note.lines[0].name) == ("G3-2026-000001", "Plein tarif")
