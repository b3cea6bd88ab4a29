"""Reports come from the ledger, and agree with orders, refunds and balances to the cent."""

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from guichet.tickets import reports
from guichet.tickets.domain import Line
from guichet.tickets.reports import Report
from guichet.tickets.selling import Wanted
from tests.tickets.conftest import HOLDER, Shop, buyer, snapshot_of
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
    front,
)

__all__ = ["front"]

FEES = (
    FeeOffer(fixed_minor=99, basis_points=250),
    FeeOffer(fixed_minor=150, is_on_top=False),
    FeeOffer(basis_points=333, vat_basis_points=550),
    FeeOffer(),
)


async def open_event(shop: Shop, fee: FeeOffer) -> int:
    """Put an event of three ticket types with VAT of their own on sale."""
    event = await shop.event(fee=fee)
    types = [
        TicketTypeOffer(
            ticket_type_id=event * 1000 + number,
            name=name,
            price_minor=price,
            capacity=500,
            vat_basis_points=rate,
        )
        for number, (name, price, rate) in enumerate(
            (("Fosse", 3333, 550), ("=Balcon", 1999, 2000), ("Offert", 0, 550))
        )
    ]
    own = TicketTypeOffer(ticket_type_id=event, name="Standard", price_minor=2500, capacity=10)
    await shop.catalogue.accept(
        snapshot_of(event, 10, 2500, version=2, fee=fee, ticket_types=[own, *types])
    )
    return event


async def sell_at_random(shop: Shop, event: int, dice: random.Random) -> None:
    """Sell some baskets and take some of their tickets back."""
    for number in range(1, 7):
        kinds = dice.sample(range(3), dice.randint(1, 3))
        lines = tuple(Line(event * 1000 + kind, dice.randint(1, 3)) for kind in kinds)
        bought = await shop.selling.buy(
            Wanted(
                buyer=buyer(number),
                event_id=event,
                quantity=None,
                lines=lines,
                payment_method="pm_card_visa",
            )
        )
        for ticket in dice.sample(bought.tickets, dice.randint(0, len(bought.tickets))):
            await shop.cancelling.cancel_ticket(ticket, HOLDER)


async def report_of(shop: Shop, event: int) -> Report:
    async with shop.database.hot.acquire() as connection:
        return await reports.event_report(connection, event, "Europe/Paris")


@pytest.mark.parametrize("seed", range(len(FEES)))
async def test_random_baskets_agree_to_the_cent(shop: Shop, seed: int) -> None:
    event = await open_event(shop, FEES[seed])
    await sell_at_random(shop, event, random.Random(seed))  # noqa: S311 - a seed to replay
    found = await report_of(shop, event)
    sums = found.sums
    assert sums.gross_minor == await shop.one("SELECT sum(captured_minor)::bigint FROM payments")
    assert sums.refunds_minor == await shop.one(
        "SELECT coalesce(sum(amount_minor), 0)::bigint FROM refunds WHERE status = 'completed'"
    )
    owed = await shop.one(
        "SELECT sum(CASE WHEN credit_account = 'organiser:3' THEN amount_minor"
        " ELSE -amount_minor END)::bigint FROM ledger_transfers"
        " WHERE 'organiser:3' IN (debit_account, credit_account)"
    )
    assert sums.net_minor - sums.vat_minor == owed
    assert sum(kind.gross_minor for kind in found.by_type) == sums.gross_minor
    assert sum(day.net_minor for _, day in found.by_day) == sums.net_minor
    assert sum(row.vat_minor for row in found.vat if not row.is_of_fees) == sums.vat_minor
    taxed = [row for row in found.vat if not row.is_of_fees]
    live = await shop.one(
        "SELECT coalesce(sum(price_minor), 0)::bigint FROM tickets WHERE status <> 'cancelled'"
    )
    assert sum(row.base_minor + row.vat_minor for row in taxed) == live
    fees = [row for row in found.vat if row.is_of_fees]
    assert sum(row.base_minor + row.vat_minor for row in fees) == sums.fees_minor


async def test_the_figures_of_one_known_sale(shop: Shop) -> None:
    event = await open_event(shop, FeeOffer(fixed_minor=120))
    bought = await shop.selling.buy(
        Wanted(
            buyer=buyer(),
            event_id=event,
            quantity=None,
            lines=(Line(event * 1000, 3),),
            payment_method="pm_card_visa",
        )
    )
    await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    found = await report_of(shop, event)
    # Three at 33.33 with a fee of 1.20 each; of each 1.74 and 0.20 are VAT; one was given back.
    assert (found.sums.gross_minor, found.sums.refunds_minor) == (10359, 3453)
    assert (found.sums.fees_minor, found.sums.vat_minor, found.sums.net_minor) == (240, 348, 6666)
    assert [(r.basis_points, r.is_of_fees, r.base_minor, r.vat_minor) for r in found.vat] == [
        (550, False, 6318, 348),
        (2000, True, 200, 40),
    ]
    (kind,) = [each for each in found.by_type if each.sold]
    assert (kind.name, kind.sold, kind.cancelled, kind.gross_minor) == ("Fosse", 3, 1, 10359)


async def test_a_statement_leads_from_balance_to_balance(shop: Shop) -> None:
    event = await open_event(shop, FEES[0])
    await sell_at_random(shop, event, random.Random(9))  # noqa: S311 - a seed to replay
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    async with shop.database.hot.acquire() as connection:
        found = await reports.statement(connection, 3, "EUR", today - day, today + day)
        later = await reports.statement(connection, 3, "EUR", today + 5 * day, today + 9 * day)
        other = await reports.statement(connection, 4, "EUR", today - day, today + day)
        francs = await reports.statement(connection, 3, "CHF", today - day, today + day)
        usual = await reports.statement(connection, 3, None, today - day, today + day)
    sums = (await report_of(shop, event)).sums
    assert found.opening_minor == 0
    assert found.closing_minor == sum(posting.amount_minor for posting in found.postings)
    assert found.closing_minor == sums.net_minor - sums.vat_minor
    assert (later.opening_minor, later.postings) == (found.closing_minor, ())
    assert later.closing_minor == found.closing_minor
    assert other == reports.Statement()
    assert francs == reports.Statement(currency="CHF", currencies=("EUR",))
    assert usual == found


async def test_a_statement_begins_with_a_currency_that_there_is(shop: Shop) -> None:
    await shop.event(price_minor=1000, creator_id=5, currency="SEK")
    await shop.event(price_minor=1000, creator_id=5, currency="CHF")
    day = datetime.now(UTC).date()
    async with shop.database.hot.acquire() as connection:
        theirs = await reports.statement(connection, 5, None, day, day)
        nobody = await reports.statement(connection, 6, None, day, day)
    assert theirs == reports.Statement(currency="CHF", currencies=("CHF", "SEK"))
    assert nobody == reports.Statement(currency="EUR")


def table_of(answer: Any) -> list[list[str]]:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.body.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


async def test_the_report_over_http(front: Front) -> None:
    event = await open_event(front.shop, FEES[0])
    await sell_at_random(front.shop, event, random.Random(3))  # noqa: S311 - a seed to replay
    answer = await front.ask("GET", f"/events/{event}/report", by=ORGANISER)
    assert answer.status == 200, answer.body
    body = answer.json
    gross, refunds, fees = (Decimal(body[name]) for name in ("gross", "refunds", "fees"))
    assert Decimal(body["net"]) == gross - refunds - fees
    assert sum(Decimal(kind["gross"]) for kind in body["by_ticket_type"]) == gross
    assert {row["of"] for row in body["vat_by_rate"]} == {"tickets", "fees"}
    table = table_of(await front.ask("GET", f"/events/{event}/report.csv", by=ORGANISER))
    assert table[0] == ["Item", "Detail", "Number", "Amount", "Currency"]
    assert ["gross", "", "", body["gross"], "EUR"] in table
    assert "'=Balcon" in {row[1] for row in table}
    french = await front.ask(
        "GET", f"/events/{event}/report.csv", by=ADMIN, headers={"accept_language": "fr"}
    )
    assert table_of(french)[0][0] == "Rubrique"


async def test_the_orders_as_a_table(front: Front) -> None:
    event = await open_event(front.shop, FEES[0])
    await sell_at_random(front.shop, event, random.Random(4))  # noqa: S311 - a seed to replay
    header, *rows = table_of(await front.ask("GET", f"/events/{event}/orders.csv", by=ORGANISER))
    assert header[0] == "Order"
    assert len(rows) == 6
    body = (await front.ask("GET", f"/events/{event}/report", by=ORGANISER)).json
    for name, column in (("gross", "Paid"), ("fees", "Fees"), ("vat", "VAT"), ("net", "Net")):
        place = header.index(column)
        assert sum(Decimal(row[place]) for row in rows) == Decimal(body[name]), name


async def test_a_statement_over_http(front: Front) -> None:
    event = await open_event(front.shop, FEES[0])
    await sell_at_random(front.shop, event, random.Random(5))  # noqa: S311 - a seed to replay
    days = "from=2020-01-01&to=2099-12-31"
    answer = await front.ask("GET", "/organisers/3/statement", by=ORGANISER, query=days)
    assert answer.status == 200, answer.body
    body = answer.json
    assert body["opening_balance"] == "0.00"
    moved = sum(Decimal(each["amount"]) for each in body["movements"])
    assert Decimal(body["closing_balance"]) == moved != 0
    title = await front.shop.one("SELECT title FROM offers WHERE event_id = $1", event)
    assert {each["event_title"] for each in body["movements"]} == {title}
    assert body["currencies"] == ["EUR"]
    table = table_of(
        await front.ask("GET", "/organisers/3/statement.csv", by=ORGANISER, query=days)
    )
    assert table[1][3:] == ["opening balance", "0.00"]
    assert table[-1][3:] == ["closing balance", body["closing_balance"]]
    for query in ("", "from=x&to=y", f"{days}&currency=eur"):
        refused = await front.ask("GET", "/organisers/3/statement", by=ORGANISER, query=query)
        assert refused.status == 422, query


@pytest.mark.parametrize("form", ["report", "report.csv", "orders.csv"])
async def test_an_events_money_is_for_who_runs_it(front: Front, form: str) -> None:
    event = await front.shop.event()
    for by, status in [
        (None, 401),
        (ALICE, 403),
        (OPERATOR, 403),
        (OTHER_ORGANISER, 403),
        (ORGANISER, 200),
        (ADMIN, 200),
    ]:
        assert (await front.ask("GET", f"/events/{event}/{form}", by=by)).status == status, by
    assert (await front.ask("GET", f"/events/999999/{form}", by=ADMIN)).status == 404


@pytest.mark.parametrize("form", ["statement", "statement.csv"])
async def test_an_account_is_for_its_organiser(front: Front, form: str) -> None:
    days = "from=2027-01-01&to=2027-12-31"
    for by, status in [
        (None, 401),
        (ALICE, 403),
        (OPERATOR, 403),
        (OTHER_ORGANISER, 403),
        (ORGANISER, 200),
        (ADMIN, 200),
    ]:
        answer = await front.ask("GET", f"/organisers/3/{form}", by=by, query=days)
        assert answer.status == status, by
