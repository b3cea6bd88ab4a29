"""One price everywhere: quote, hold, order, tickets, ledger, refunds, statistics, to the cent."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from guichet.contracts.prices import Discount
from guichet.kernel.clock import now
from guichet.tickets.domain import Line
from guichet.tickets.pricing import totals
from guichet.tickets.promo_codes import PromoCode
from guichet.tickets.repository import ledger as ledger_rows
from guichet.tickets.repository import sales
from guichet.tickets.selling import Wanted
from tests.tickets.conftest import HOLDER, Shop, buyer
from tests.tickets.test_promoting import CREATOR

RATES = st.sampled_from([0, 210, 550, 1000, 2000])
FEES = st.builds(
    FeeOffer,
    fixed_minor=st.integers(0, 300),
    basis_points=st.integers(0, 1500),
    is_on_top=st.booleans(),
    vat_basis_points=RATES,
)
LINES = st.lists(
    st.tuples(st.integers(0, 12_000), RATES, st.integers(1, 3)), min_size=1, max_size=3
)
DISCOUNTS = st.one_of(
    st.builds(Discount, basis_points=st.integers(1, 10_000)),
    st.builds(Discount, amount_minor=st.integers(1, 5_000)),
)
_next_type = iter(range(10_000, 10**6))


async def _on_sale(
    shop: Shop, lines: list[tuple[int, int, int]], fee: FeeOffer, discount: Discount
) -> tuple[int, tuple[Line, ...]]:
    types = [
        TicketTypeOffer(
            ticket_type_id=next(_next_type),
            name="A",
            price_minor=price,
            capacity=50,
            vat_basis_points=rate,
        )
        for price, rate, _ in lines
    ]
    event = await shop.event(ticket_types=types, fee=fee)
    promo = PromoCode(0, event, "AMIS", discount, None, None, None, None, False, now())
    await shop.promoting.create(promo, CREATOR)
    asked = tuple(
        Line(kind.ticket_type_id, quantity)
        for kind, (_, _, quantity) in zip(types, lines, strict=True)
    )
    return event, asked


@given(LINES, FEES, DISCOUNTS)
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_figure_of_a_basket_agrees(
    shop: Shop, lines: list[tuple[int, int, int]], fee: FeeOffer, discount: Discount
) -> None:
    event, asked = await _on_sale(shop, lines, fee, discount)
    quoted = await shop.quoting.quote(event, quantity=None, lines=asked, promo_code="AMIS")
    hold = await shop.selling.hold(Wanted(buyer(), event, None, asked, promo_code="AMIS"))
    bought = await shop.selling.buy(
        Wanted(buyer(), None, None, (), hold.hold_id, payment_method="pm_card_visa")
    )
    order, key = bought.order, f"order-{bought.order.order_id}"
    shown = totals(order.lines)
    assert quoted.lines == hold.lines == order.lines
    assert order.total_minor == shown.total_minor
    assert order.total_minor == sum(ticket.charged_minor for ticket in bought.tickets)
    if order.payment is not None:
        assert order.total_minor == shop.provider.captured_minor(key)
    async with shop.database.hot.acquire() as connection:
        figures = await sales.event_sales(connection, event)
        story = await ledger_rows.transfers_of_order(connection, order.order_id)
    assert figures.revenue_minor + figures.fees_minor == order.total_minor
    assert figures.fees_minor == shown.fees_minor
    assert sum(t.amount_minor for t in story if t.kind == "capture") == order.total_minor
    entered_fee = sum(t.amount_minor for t in story if t.kind in {"fee", "fee_vat"})
    assert entered_fee == sum(line.quantity * line.unit.fee_minor for line in order.lines)
    entered_vat = sum(t.amount_minor for t in story if t.kind == "vat")
    assert entered_vat == sum(line.quantity * line.unit.vat_minor for line in order.lines)
    for ticket in bought.tickets:
        await shop.cancelling.cancel_ticket(ticket, HOLDER)
    if order.payment is not None:
        assert shop.provider.refunded_minor(key) == order.total_minor
    async with shop.database.hot.acquire() as connection:
        story = await ledger_rows.transfers_of_order(connection, order.order_id)
        figures = await sales.event_sales(connection, event)
    accounts: dict[str, int] = {}
    for transfer in story:
        debit, credit = transfer.debit_account, transfer.credit_account
        accounts[debit] = accounts.get(debit, 0) + transfer.amount_minor
        accounts[credit] = accounts.get(credit, 0) - transfer.amount_minor
    assert set(accounts.values()) <= {0}, "what was sold and given back leaves nothing anywhere"
    assert (figures.revenue_minor, figures.fees_minor) == (0, 0)
