"""What organisers are told of their money, from the ledger: an event's report, a statement.

    gross           what buyers paid
    - refunds       what went back to them, or is still owed to them because the bank returned it
    - fees          booking fees, VAT included, less what of them went back
    = net           what the organiser is owed, the VAT that is theirs to declare included

Every amount is a sum of transfers. List prices, discounts, the base of a VAT rate, and what was
sold of each ticket type come from the lines of the orders, whose sums are the same to the cent.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guichet.contracts.money import CURRENCY_DEFAULT, amount_of
from guichet.contracts.times import TIME_ZONE_DEFAULT, zone_of
from guichet.kernel.database import Database
from guichet.kernel.problems import Language
from guichet.kernel.spreadsheets import Rows
from guichet.tickets.codes import order_code
from guichet.tickets.ledger import PLATFORM
from guichet.tickets.pricing import Parts
from guichet.tickets.repository import reports as report_rows
from guichet.tickets.repository.reports import Moved, SoldLine, TypeRow
from guichet.tickets.repository.stock import Connection

ORDERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sums:
    """What transfers come to, in minor units; what went back is taken off already.

    `returned_minor` is what of the refunds the bank returned and buyers have not got yet.
    """

    gross_minor: int = 0
    refunds_minor: int = 0
    returned_minor: int = 0
    fees_minor: int = 0
    vat_minor: int = 0
    provider_fees_minor: int = 0
    disputes_minor: int = 0

    @property
    def net_minor(self) -> int:
        """What the organiser is owed, VAT included."""
        return self.gross_minor - self.refunds_minor - self.fees_minor


@dataclass(frozen=True, slots=True)
class VatRow:
    """The VAT at one rate, of prices or of booking fees, after refunds; the base is without it."""

    basis_points: int
    is_of_fees: bool
    base_minor: int
    vat_minor: int


@dataclass(frozen=True, slots=True)
class TypeSales:
    """What was sold of one ticket type, at sale; refunds are not taken off."""

    ticket_type_id: int
    name: str
    sold: int
    cancelled: int
    list_minor: int
    discounts_minor: int
    fees_on_top_minor: int
    gross_minor: int
    fees_minor: int
    vat_minor: int


@dataclass(frozen=True, slots=True)
class Report:
    """An event's money."""

    sums: Sums
    discounts_minor: int
    vat: tuple[VatRow, ...]
    by_type: tuple[TypeSales, ...]
    by_day: tuple[tuple[date, Sums], ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """What one kind of movement did to an organiser's account on one day, for one event."""

    day: date
    event_id: int
    title: str
    kind: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """An organiser's account in one currency: what stood there, what moved, what stands there.

    `currencies` are those of the organiser's events.
    """

    opening_minor: int = 0
    postings: tuple[Posting, ...] = ()
    closing_minor: int = 0
    currencies: tuple[str, ...] = ()
    currency: str = CURRENCY_DEFAULT


_SIGNS = {
    "gross_minor": {"capture": 1},
    "refunds_minor": {"refund": 1},
    "returned_minor": {
        "refund_failed": 1,
        "refund_retry": -1,
        "refund_settled": -1,
        "adjustment": 1,
    },
    "fees_minor": {"fee": 1, "fee_vat": 1, "refund_fee": -1, "refund_fee_vat": -1},
    "vat_minor": {"vat": 1, "refund_vat": -1},
    "provider_fees_minor": {"provider_fee": 1, "dispute_fee": 1},
    "disputes_minor": {"dispute": 1, "dispute_won": -1},
}


def sums_of(moves: Iterable[Moved]) -> Sums:
    """Return what these movements come to."""
    totals = dict.fromkeys(_SIGNS, 0)
    for moved in moves:
        for name, signs in _SIGNS.items():
            totals[name] += signs.get(moved.kind, 0) * moved.amount_minor
    return Sums(**totals)


def report_of(
    moves: Sequence[Moved],
    sold: Sequence[SoldLine],
    returned: Sequence[tuple[Parts, int]],
    types: Sequence[TypeRow],
) -> Report:
    """Return the report of what the ledger and the orders say."""
    days = sorted({moved.day for moved in moves})
    return Report(
        sums=sums_of(moves),
        discounts_minor=sum(line.quantity * line.unit.discount_minor for line in sold),
        vat=_vat(moves, sold, returned),
        by_type=tuple(_type_sales(row, sold) for row in types),
        by_day=tuple((day, sums_of(m for m in moves if m.day == day)) for day in days),
    )


def _vat(
    moves: Sequence[Moved], sold: Sequence[SoldLine], returned: Sequence[tuple[Parts, int]]
) -> tuple[VatRow, ...]:
    amounts: dict[tuple[bool, int], int] = {}
    for moved in moves:
        for account, sign in ((moved.credit_account, 1), (moved.debit_account, -1)):
            kind, owner, rate = (*account.split(":"), "", "")[:3]
            if kind == "vat":
                key = (owner == PLATFORM, int(rate))
                amounts[key] = amounts.get(key, 0) + sign * moved.amount_minor
    gross: dict[tuple[bool, int], int] = {}
    for line in sold:
        unit = line.unit
        for key, each in (
            ((False, unit.vat_basis_points), unit.price_minor),
            ((True, unit.fee_vat_basis_points), unit.fee_minor),
        ):
            gross[key] = gross.get(key, 0) + line.quantity * each
    for parts, number in returned:
        for is_of_fees, shares in ((False, parts.vat), (True, parts.fee_vat)):
            for share in shares:
                key = (is_of_fees, share.basis_points)
                gross[key] = gross.get(key, 0) - number * share.gross_minor
    return tuple(
        VatRow(rate, is_of_fees, gross.get((is_of_fees, rate), 0) - vat, vat)
        for (is_of_fees, rate), vat in sorted(amounts.items())
    )


def _type_sales(row: TypeRow, sold: Sequence[SoldLine]) -> TypeSales:
    own = [line for line in sold if line.ticket_type_id == row.ticket_type_id]

    def total(value: Callable[[SoldLine], int]) -> int:
        return sum(line.quantity * value(line) for line in own)

    return TypeSales(
        ticket_type_id=row.ticket_type_id,
        name=row.name,
        sold=sum(line.quantity for line in own),
        cancelled=row.cancelled,
        list_minor=total(lambda line: line.unit.list_minor),
        discounts_minor=total(lambda line: line.unit.discount_minor),
        fees_on_top_minor=total(lambda line: line.unit.fee_on_top_minor),
        gross_minor=total(lambda line: line.unit.charged_minor),
        fees_minor=total(lambda line: line.unit.fee_minor),
        vat_minor=total(lambda line: line.unit.vat_minor),
    )


async def event_report(connection: Connection, event_id: int, time_zone: str) -> Report:
    """Return an event's report, its days by that time zone, all of it as of one instant."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await report_rows.take_room(connection)
        return report_of(
            await report_rows.event_moves(connection, event_id, time_zone),
            await report_rows.sold_lines(connection, event_id),
            await report_rows.refunded_parts(connection, event_id),
            await report_rows.type_rows(connection, event_id),
        )


async def statement(
    connection: Connection, organiser_id: int, currency: str | None, begins: date, ends: date
) -> Statement:
    """Return an organiser's account in one currency between two French days, both included.

    None is the usual currency or, where none of the organiser's events is in it, the first of
    theirs. Positive is what the organiser is owed, the VAT that is theirs to declare taken off.
    """
    currencies = tuple(await report_rows.currencies_of(connection, organiser_id))
    if currency is None:
        is_usual = CURRENCY_DEFAULT in currencies or not currencies
        currency = CURRENCY_DEFAULT if is_usual else currencies[0]
    moves = await report_rows.organiser_moves(
        connection, organiser_id, currency, TIME_ZONE_DEFAULT, ends
    )
    titles = await report_rows.titles_of(connection, [moved.event_id for moved in moves])
    account = f"organiser:{organiser_id}"
    postings = [
        Posting(
            moved.day,
            moved.event_id,
            titles.get(moved.event_id, ""),
            moved.kind,
            moved.amount_minor if moved.credit_account == account else -moved.amount_minor,
        )
        for moved in moves
    ]
    opening = sum(posting.amount_minor for posting in postings if posting.day < begins)
    return Statement(
        opening_minor=opening,
        postings=tuple(posting for posting in postings if posting.day >= begins),
        closing_minor=sum(posting.amount_minor for posting in postings),
        currencies=currencies,
        currency=currency,
    )


ORDERS_HEADER: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Commande",
        "Passée le",
        "Nom",
        "E-mail",
        "État",
        "Billets",
        "Devise",
        "Payé",
        "Frais",
        "TVA",
        "Remboursé",
        "Net",
    ),
    "en": (
        "Order",
        "Placed at",
        "Name",
        "E-mail",
        "State",
        "Tickets",
        "Currency",
        "Paid",
        "Fees",
        "VAT",
        "Refunded",
        "Net",
    ),
}
_STATES: dict[Language, dict[str, str]] = {
    "fr": {
        "paying": "en paiement",
        "issued": "confirmée",
        "failed": "sans suite",
        "refunded": "remboursée",
        "cancelled": "annulée",
    },
    "en": {},
}


async def order_table(
    database: Database, event_id: int, time_zone: str, language: Language
) -> AsyncGenerator[Rows]:
    """Yield an event's orders as rows of a table, some hundred at a time; times are the event's."""
    zone, after_id = zone_of(time_zone), 0
    while True:
        async with database.hot.acquire() as connection:
            found = await report_rows.orders_following(
                connection, event_id, after_id, ORDERS_AT_ONCE
            )
        if not found:
            return
        yield [
            (
                order_code(row.order_id),
                row.created_at.astimezone(zone).replace(tzinfo=None),
                row.buyer_name,
                row.buyer_email,
                _STATES[language].get(row.state, row.state),
                row.tickets,
                row.currency,
                *(
                    Decimal(amount_of(minor))
                    for minor in (
                        row.captured_minor,
                        row.fees_minor,
                        row.vat_minor,
                        row.refunded_minor,
                        row.captured_minor - row.refunded_minor - row.fees_minor,
                    )
                ),
            )
            for row in found
        ]
        after_id = found[-1].order_id
