"""Whatever is given back in whatever order, and comes back: every figure agrees, to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from guichet.contracts.messages.events import FeeOffer, RefundRules, TicketTypeOffer
from guichet.kernel.problems import Problem
from guichet.tickets.domain import Line, Order
from guichet.tickets.giving_back import Right
from guichet.tickets.reports import event_report
from guichet.tickets.repository.refund_keys import RefundKey
from guichet.tickets.selling import Wanted
from tests.fakes.payments import Twist
from tests.tickets.conftest import ADMINISTRATOR, HOLDER, Shop, buyer
from tests.tickets.money_checks import balances, contradictions, documents_minor
from tests.tickets.test_prices_agree import FEES, LINES

ORGANISER = Right("organiser", is_bound=False, account_id=3)
RULES = st.builds(RefundRules, kept_minor=st.integers(0, 3000), keeps_fee=st.booleans())
NUMBER = st.integers(0, 8)
SHARE = st.integers(1, 100)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["cancel", "part"]), NUMBER),
        st.tuples(st.sampled_from(["goodwill", "outside"]), SHARE),
        st.tuples(st.sampled_from(["return", "retry", "settle"]), NUMBER),
        st.tuples(st.sampled_from(["refuse", "event", "lose", "win"]), st.just(0)),
    ),
    min_size=2,
    max_size=8,
)
_numbers = iter(range(1, 10**6))


@dataclass(slots=True)
class Story:
    """One order, and what is done to it."""

    shop: Shop
    order: Order
    tickets: Sequence[Any]

    async def step(self, name: str, value: int) -> None:
        """Do one thing; a named refusal is as good as any other end."""
        try:
            await getattr(self, f"_{name}")(value)
        except Problem:
            return
        await self.settle_down()

    async def settle_down(self) -> None:
        """Carry out what waits, until nothing does."""
        while await self.shop.rows(
            "UPDATE refunds SET run_at = now() - interval '1 second', leased_until = NULL"
            " WHERE status = 'pending' RETURNING 1"
        ):
            await self.shop.refunds.carry_out_due()

    async def _cancel(self, value: int) -> None:
        ticket = self.tickets[value % len(self.tickets)]
        await self.shop.cancelling.cancel_ticket(ticket, HOLDER)

    async def _part(self, value: int) -> None:
        chosen = [ticket.ticket_id for ticket in self.tickets[: 1 + value % len(self.tickets)]]
        await self.shop.cancelling.give_back(self.order.order_id, chosen, ADMINISTRATOR)

    async def _goodwill(self, value: int) -> None:
        amount = max(1, self.order.total_minor * value // 100)
        key = RefundKey(f"g-{next(_numbers)}", "admin", "f")
        await self.shop.goodwill.grant(self.order.order_id, amount, "x", ADMINISTRATOR, key)

    async def _outside(self, value: int) -> None:
        if not self._captured:
            return  # The provider has never heard of what was free.
        amount = self._not_refunded * value // 100
        if self._is_contested:
            return
        if amount and await self._left() >= amount:
            self.shop.provider.refund_outside(f"re_outside_{next(_numbers)}", self._intent, amount)
            await self.shop.changes.look_at_refunds(self._intent)

    async def _return(self, value: int) -> None:
        done = await self._refunds("status = 'completed'")
        if done and not self._is_contested:
            refund = done[value % len(done)]
            self.shop.provider.return_refund(refund["provider_refund_id"], "declined")
            await self.shop.changes.look_at_refunds(self._intent)

    async def _retry(self, value: int) -> None:
        owed = await self._refunds("status = 'failed'")
        if owed:
            key = RefundKey(f"r-{next(_numbers)}", "admin", "f")
            refund_id = owed[value % len(owed)]["refund_id"]
            await self.shop.returned_refunds.retry(
                self.order.order_id, refund_id, ADMINISTRATOR, key
            )

    async def _settle(self, value: int) -> None:
        owed = await self._refunds("status = 'failed'")
        if owed:
            refund_id = owed[value % len(owed)]["refund_id"]
            await self.shop.returned_refunds.settle(
                self.order.order_id, refund_id, ADMINISTRATOR, "virement"
            )

    async def _refuse(self, _value: int) -> None:
        self.shop.provider.script("refund", Twist.DECLINE)

    async def _event(self, _value: int) -> None:
        event_id = self.order.event_id
        seen = await self.shop.event_refunds.preview(event_id)
        await self.shop.event_refunds.start(event_id, seen.total_minor, ORGANISER, "x")
        while await self.shop.event_refunds.get_on():
            pass

    async def _lose(self, _value: int) -> None:
        await self._dispute("lost")

    async def _win(self, _value: int) -> None:
        await self._dispute("won")

    async def _dispute(self, end: str) -> None:
        """Let the bank contest all that has not gone back, and decide."""
        amount = self._not_refunded if self._captured else 0
        if amount and not self._is_contested:
            name = f"du_{next(_numbers)}"
            for status in ("needs_response", end):
                self.shop.provider.books.dispute_with(name, self._intent, amount, status)
                await self.shop.changes.look_at_dispute(name)

    @property
    def _is_contested(self) -> bool:
        return self.shop.provider.books.is_contested(self._intent)

    @property
    def _not_refunded(self) -> int:
        return self._captured - self.shop.provider.refunded_minor(f"order-{self.order.order_id}")

    @property
    def _captured(self) -> int:
        return self.order.payment.captured_minor if self.order.payment else 0

    @property
    def _intent(self) -> str:
        return (self.order.payment and self.order.payment.intent_id) or ""

    async def _left(self) -> int:
        asked = await self.shop.one(
            "SELECT coalesce(sum(amount_minor), 0) FROM refunds"
            " WHERE order_id = $1 AND NOT is_retried",
            self.order.order_id,
        )
        return self._captured - int(asked)

    async def _refunds(self, where: str) -> list[Any]:
        return await self.shop.rows(
            f"SELECT * FROM refunds WHERE order_id = $1 AND {where} ORDER BY refund_id",  # noqa: S608 - of this file
            self.order.order_id,
        )


async def bought(
    shop: Shop, lines: Sequence[tuple[int, int, int]], fee: FeeOffer, rules: RefundRules
) -> Story:
    types = [
        TicketTypeOffer(
            ticket_type_id=2_000_000 + next(_numbers),
            name="A",
            price_minor=price,
            capacity=50,
            vat_basis_points=rate,
        )
        for price, rate, _ in lines
    ]
    event = await shop.event(ticket_types=types, fee=fee, refund_rules=rules)
    asked = tuple(
        Line(kind.ticket_type_id, quantity)
        for kind, (_, _, quantity) in zip(types, lines, strict=True)
    )
    made = await shop.selling.buy(
        Wanted(buyer(next(_numbers)), event, None, asked, payment_method="pm_card_visa")
    )
    return Story(shop, made.order, made.tickets)


@example(
    lines=[(2500, 550, 2)],
    fee=FeeOffer(fixed_minor=120, basis_points=0, is_on_top=True, vat_basis_points=2000),
    rules=RefundRules(),
    steps=[("outside", 24), ("cancel", 0), ("return", 1), ("retry", 0), ("part", 8)],
)
@example(
    lines=[(0, 550, 2)],
    fee=FeeOffer(fixed_minor=0, basis_points=0, is_on_top=True, vat_basis_points=2000),
    rules=RefundRules(),
    steps=[("outside", 24), ("cancel", 0)],
)
@example(
    lines=[(2500, 550, 3)],
    fee=FeeOffer(fixed_minor=120, basis_points=0, is_on_top=True, vat_basis_points=2000),
    rules=RefundRules(kept_minor=100, keeps_fee=True),
    steps=[("cancel", 0), ("return", 0), ("lose", 0), ("retry", 0), ("goodwill", 5), ("event", 0)],
)
@given(lines=LINES, fee=FEES, rules=RULES, steps=STEPS)
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_figure_agrees(
    shop: Shop,
    lines: list[tuple[int, int, int]],
    fee: FeeOffer,
    rules: RefundRules,
    steps: list[tuple[str, int]],
) -> None:
    story = await bought(shop, lines, fee, rules)
    for name, value in steps:
        await story.step(name, value)
    await _check(shop, story)


async def _check(shop: Shop, story: Story) -> None:
    """Look at all orders so far, and at the figures of this one."""
    assert await contradictions(shop) == []
    order, order_id = story.order, story.order.order_id
    assert order.total_minor == sum(ticket.charged_minor for ticket in story.tickets)
    rows = await shop.rows("SELECT * FROM refunds WHERE order_id = $1", order_id)
    claims = sum(row["amount_minor"] for row in rows if not row["is_retried"])
    captured = order.payment.captured_minor if order.payment else 0
    assert claims <= captured
    accounts = await balances(shop)
    owed = await shop.one(
        "SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE status = 'failed'"
        " AND NOT is_retried"
    )
    assert accounts.get("returned_refunds", 0) == -owed
    [payments] = await shop.rows(
        "SELECT coalesce(sum(captured_minor), 0) AS captured,"
        " coalesce(sum(refunded_minor), 0) AS refunded FROM payments"
    )
    withdrawn = await shop.one(
        "SELECT coalesce(sum(CASE kind WHEN 'dispute_won' THEN -amount_minor"
        " ELSE amount_minor END), 0) FROM ledger_transfers"
        " WHERE kind IN ('dispute', 'dispute_fee', 'dispute_won')"
    )
    assert accounts.get("provider", 0) == payments["captured"] - payments["refunded"] - withdrawn
    given = await shop.one(
        "SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE NOT is_retried"
    )
    assert await documents_minor(shop) == payments["captured"] - given
    if order.payment is not None:
        assert await shop.one(
            "SELECT refunded_minor FROM payments WHERE order_id = $1", order_id
        ) == shop.provider.refunded_minor(f"order-{order_id}")
    await _check_report(shop, order, captured, claims)


async def _check_report(shop: Shop, order: Order, captured: int, claims: int) -> None:
    """What the organiser is told of the event is what its one order says."""
    async with shop.database.hot.acquire() as connection:
        sums = (await event_report(connection, order.event_id, "Europe/Paris")).sums
    assert (sums.gross_minor, sums.refunds_minor) == (captured, claims)
    if claims == captured:
        assert (sums.fees_minor, sums.vat_minor, sums.net_minor) == (0, 0, 0)
