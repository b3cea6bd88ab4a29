"""The attendees over HTTP: to who runs the event, as a list, as CSV and as XLSX."""

import csv
import io
import zipfile

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    OTHER_ORGANISER,
    Front,
)

FORMS = ["attendees", "attendees.csv", "attendees.xlsx"]
SLY = {"name": "=HYPERLINK(1)", "email": "ines@example.com", "language": "en"}


@pytest.mark.parametrize("form", FORMS)
async def test_they_are_for_who_runs_the_event(front: Front, form: str) -> None:
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


async def test_a_page_shows_buyers_and_prices(front: Front) -> None:
    event = await front.shop.event(price_minor=2500)
    ticket = await front.ticket(event)
    answer = await front.ask(
        "GET", f"/events/{event}/attendees", by=ORGANISER, query="q=essai&status=confirmed"
    )
    (row,) = answer.json["data"]
    assert (row["ticket_id"], row["ticket_number"]) == (ticket["id"], ticket["ticket_number"])
    assert (row["buyer_name"], row["price"], row["currency"]) == ("Compte Essai", "25.00", "EUR")
    assert answer.json["total"] == 1
    none = await front.ask("GET", f"/events/{event}/attendees", by=ORGANISER, query="status=used")
    assert none.json["data"] == []
    wrong = await front.ask("GET", f"/events/{event}/attendees", by=ORGANISER, query="status=x")
    assert wrong.status == 422


async def test_the_csv_opens_without_running_anything(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    await front.ticket(event, by=None, guest=SLY)
    answer = await front.ask("GET", f"/events/{event}/attendees.csv", by=ORGANISER)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="attendees-{event}.csv"' in answer.headers["content-disposition"]
    assert "no-store" in answer.headers["cache-control"]
    header, row = csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""))
    assert header[2] == "Name"
    assert row[2] == "'=HYPERLINK(1)"
    french = await front.ask(
        "GET", f"/events/{event}/attendees.csv", by=ORGANISER, headers={"accept_language": "fr"}
    )
    assert "Nom" in french.body.decode()


async def test_the_workbook_holds_the_same(front: Front) -> None:
    event = await front.shop.event(price_minor=0)
    ticket = await front.ticket(event, by=None, guest=SLY)
    answer = await front.ask("GET", f"/events/{event}/attendees.xlsx", by=ADMIN)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ticket["ticket_number"] in sheet
    assert "=HYPERLINK(1)" in sheet
    assert "<f>" not in sheet
