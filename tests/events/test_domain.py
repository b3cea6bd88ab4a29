"""The rules by themselves: times, words, states, what an event may become."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guichet.contracts.prices import FeeTerms
from guichet.events.domain import editing, problems
from guichet.events.domain.moments import instant, over_at, parse_clock, parse_moment
from guichet.events.domain.records import (
    Event,
    EventEdit,
    TicketType,
    TicketTypeEdit,
    Viewer,
    statuses_shown,
)
from guichet.events.domain.states import ALLOWED, NEXT, Action, Status, require_next
from guichet.events.domain.terms import HouseTerms
from guichet.events.domain.words import folded, words_of
from guichet.kernel.problems import Forbidden, Problem

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=30)
OWNER = Viewer(account_id=3, creates_events=True)


def kind(number: int = 1, **more: Any) -> TicketType:
    values: dict[str, Any] = {"name": f"Type {number}", "price_minor": 1000, "capacity": 50}
    return TicketType(ticket_type_id=number, **{**values, **more})


def event(status: Status = Status.PUBLISHED, **more: Any) -> Event:
    values: dict[str, Any] = {
        "event_id": 1,
        "version": 4,
        "title": "Concert",
        "creator_id": 3,
        "starts_at": SOON,
        "time_zone": "Europe/Paris",
        "location": "Lyon",
        "currency": "EUR",
        "status": status,
        "published_at": None if status is Status.DRAFT else NOW,
        "created_at": NOW,
        "updated_at": NOW,
        "ticket_types": (kind(),),
        **more,
    }
    return Event(**values)


def edited(before: Event, **asked: Any) -> Event:
    return editing.changed(before, EventEdit(**asked), NOW)


MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001 - naive on purpose


@given(MOMENTS, st.sampled_from(["T", " "]), st.sampled_from(["minutes", "seconds"]))
def test_a_moment_without_offset_is_read_back_as_written(
    moment: datetime, between: str, precision: str
) -> None:
    moment = moment.replace(microsecond=0)
    moment = moment if precision == "seconds" else moment.replace(second=0)
    text = moment.isoformat(sep=between, timespec=precision)
    assert parse_moment(f"  {text} ") == moment


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_moment_with_offset_is_the_same_instant(moment: datetime, minutes: int) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{moment.isoformat(timespec='microseconds')}{sign}{hours:02d}:{rest:02d}"
    read = parse_moment(text)
    assert read.utcoffset() == timedelta(minutes=minutes)
    assert read.replace(tzinfo=None) == moment
    assert instant(read, "Asia/Tokyo") == read


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        read = parse_moment(text)
    except ValueError:
        return
    assert 2000 <= read.year <= 2200


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2027-06-15 11:00", "Europe/Paris", "2027-06-15T09:00:00+00:00"),
        ("2027-01-15T11:00:00", "Europe/Paris", "2027-01-15T10:00:00+00:00"),
        ("2027-06-15T11:00:00Z", "Europe/Paris", "2027-06-15T11:00:00+00:00"),
        ("2027-06-15t11:00:00.5z", "Europe/Paris", "2027-06-15T11:00:00.500000+00:00"),
        ("2027-06-15 11:00:00", "America/Montreal", "2027-06-15T15:00:00+00:00"),
        # Half past two does not exist in that night; the clock has gone on to half past three.
        ("2027-03-28 02:30", "Europe/Paris", "2027-03-28T01:30:00+00:00"),
        # It comes twice in this one; the first counts.
        ("2027-10-31 02:30", "Europe/Paris", "2027-10-31T00:30:00+00:00"),
    ],
)
def test_times_are_read_in_their_zone(text: str, zone: str, expected: str) -> None:
    read = instant(parse_moment(text), zone)
    assert read is not None
    assert read.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    ["", "2027-06-15", "15/06/2027 11:00", "2027-13-01 10:00", "1999-12-31 10:00", "20270615T1100",
     "2027-06-15T24:01", "٢٠٢٧-06-15 11:00", "2027-06-15 11:00 Europe/Paris"],
)  # fmt: skip
def test_other_texts_are_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


def test_times_of_day_are_read_in_their_spellings() -> None:
    for text in ("9:05", "09:05", "9h05", "09:05:30", "2027-06-15T09:05:00Z", " 9:05 "):
        assert parse_clock(text) == "09:05"
    for text in ("", "24:00", "9:60", "9", "noon", "9:5"):
        with pytest.raises(ValueError, match=r"."):
            parse_clock(text)


def test_an_event_without_end_is_over_after_six_hours() -> None:
    assert over_at(SOON, None) == SOON + timedelta(hours=6)
    assert over_at(SOON, SOON + timedelta(hours=1)) == SOON + timedelta(hours=1)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_and_leaves_words_alone(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert all(word.isalnum() for word in once.split())


@given(st.lists(st.text(max_size=200), max_size=4))
def test_words_are_bounded_and_different(texts: list[str]) -> None:
    words = words_of(texts)
    assert len(set(words)) == len(words)
    assert all(0 < len(word) <= 60 and word.isalnum() for word in words)


def test_accents_ligatures_and_signs_do_not_count() -> None:
    assert folded("L'Œuvre d’été — À ÇA!") == "l oeuvre d ete a ca"
    assert words_of(["Straße", None, "STRASSE, Łódź"]) == ["lodz", "strasse"]


@given(st.sampled_from(Status), st.sampled_from(Status))
def test_the_table_of_states_decides(current: Status, wanted: Status) -> None:
    if wanted is current or wanted in NEXT[current]:
        require_next(current, wanted)
        return
    with pytest.raises(problems.IllegalStatusChange) as refused:
        require_next(current, wanted)
    assert refused.value.params == {"current": current.value, "wanted": wanted.value}


def test_every_state_stands_in_both_tables() -> None:
    assert set(NEXT) == set(ALLOWED) == set(Status)
    assert not NEXT[Status.CANCELLED] | NEXT[Status.COMPLETED]
    assert all(Action.DESCRIBE in allowed for allowed in ALLOWED.values())


@given(
    st.sampled_from(Status),
    st.sampled_from([*Status, None]),
    st.booleans(),
    st.sampled_from([None, 10, 60]),
)
def test_whatever_is_asked_the_result_is_sound_or_a_named_refusal(
    status: Status, wanted: Status | None, has_ended: bool, capacity: int | None
) -> None:
    start = NOW - timedelta(days=1) if has_ended else SOON
    before = event(status, starts_at=start)
    try:
        after = edited(before, status=wanted, capacity=capacity)
    except Problem as problem:
        assert problem.status in {409, 422}
        return
    assert after.status in {before.status, *NEXT[before.status]}
    assert after.published_at is not None or after.status is Status.DRAFT
    if after.status is Status.COMPLETED and before.status is not Status.COMPLETED:
        assert after.over_at <= NOW
    if status in {Status.CANCELLED, Status.COMPLETED}:
        assert after.ticket_types == before.ticket_types


@given(st.lists(st.integers(1, 100), min_size=1, max_size=5), st.data())
def test_tickets_is_asked_exactly_when_places_go(
    capacities: list[int], data: st.DataObject
) -> None:
    before = event(ticket_types=tuple(kind(n, capacity=c) for n, c in enumerate(capacities, 1)))
    wanted = data.draw(st.lists(st.integers(1, 100), max_size=len(capacities)))
    after = replace(
        before, ticket_types=tuple(kind(n, capacity=c) for n, c in enumerate(wanted, 1))
    )
    padded = wanted + [0] * (len(capacities) - len(wanted))
    falls = any(new < old for new, old in zip(padded, capacities, strict=True))
    assert editing.takes_stock_away(before, after) is falls
    assert not editing.takes_stock_away(replace(before, published_at=None), after)


def test_a_withdrawal_takes_stock_away() -> None:
    before = event()
    assert editing.takes_stock_away(before, edited(before, status=Status.DRAFT))


def test_a_moved_event_keeps_its_length() -> None:
    before = event(ends_at=SOON + timedelta(hours=3))
    after = edited(before, values={"starts_at": datetime(2027, 6, 15, 20)})  # noqa: DTZ001 - as sent
    assert after.starts_at == datetime(2027, 6, 15, 18, tzinfo=UTC)
    assert after.ends_at == datetime(2027, 6, 15, 21, tzinfo=UTC)
    with pytest.raises(problems.EndsBeforeStart):
        edited(before, values={"ends_at": SOON})


def test_capacity_and_price_speak_of_the_one_type() -> None:
    after = edited(event(), capacity=70, price_minor=0)
    assert after.ticket_types == (kind(capacity=70, price_minor=0),)
    several = event(ticket_types=(kind(1), kind(2, price_minor=500)))
    assert edited(several, capacity=100, price_minor=500).ticket_types == several.ticket_types
    for asked in ({"capacity": 99}, {"price_minor": 501}):
        with pytest.raises(problems.SeveralTicketTypes):
            edited(several, **asked)
    none = event(Status.DRAFT, ticket_types=())
    with pytest.raises(problems.HalfATicketType):
        edited(none, capacity=5)
    assert edited(none, capacity=5, price_minor=1).ticket_types[0].name == "Standard"


def test_a_list_of_types_replaces_them() -> None:
    before = event(ticket_types=(kind(1), kind(2)))
    new = {"name": "Balcon", "price_minor": 1, "capacity": 1}
    after = edited(
        before,
        ticket_types=(
            TicketTypeEdit(ticket_type_id=2, values={"capacity": 9}),
            TicketTypeEdit(values=new),
        ),
    )
    assert [item.ticket_type_id for item in after.ticket_types] == [2, 0]
    assert after.ticket_types[0].capacity == 9
    for wrong in (
        (TicketTypeEdit(ticket_type_id=7, values={}),),
        (TicketTypeEdit(ticket_type_id=1), TicketTypeEdit(ticket_type_id=1)),
    ):
        with pytest.raises(problems.UnknownTicketType):
            edited(before, ticket_types=wrong)
    with pytest.raises(problems.IncompleteTicketType):
        edited(before, ticket_types=(TicketTypeEdit(values={"name": "x"}),))
    with pytest.raises(problems.NothingToSell):
        edited(before, ticket_types=())


def test_terms_of_a_cancelled_event_are_settled_but_not_its_words() -> None:
    before = event(Status.CANCELLED)
    assert edited(before, values={"title": "Autre"}).title == "Autre"
    assert edited(before, values={"starts_at": SOON}, capacity=50) == before
    for asked in (
        {"capacity": 51},
        {"values": {"starts_at": NOW}},
        {"values": {"currency": "CHF"}},
    ):
        with pytest.raises(problems.EventIsOver):
            edited(before, **asked)


def test_the_currency_is_settled_by_the_first_publication() -> None:
    with pytest.raises(problems.CurrencyIsFixed):
        edited(event(), values={"currency": "CHF"})
    assert edited(event(Status.DRAFT), values={"currency": "CHF"}).currency == "CHF"


def test_an_edit_of_another_version_is_refused() -> None:
    assert edited(event(), version=4).version == 4
    with pytest.raises(problems.EditedMeanwhile):
        edited(event(), version=3)


def test_a_sale_closes_after_it_opens() -> None:
    with pytest.raises(problems.SaleClosesBeforeOpening):
        edited(event(), values={"sale_opens_at": SOON, "sale_closes_at": SOON})
    window = {"sale_opens_at": SOON, "sale_closes_at": NOW}
    with pytest.raises(problems.SaleClosesBeforeOpening):
        editing.with_ticket_type(event(), TicketTypeEdit(ticket_type_id=1, values=window), NOW)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_available_is_never_negative(capacity: int, sold: int, held: int) -> None:
    item = kind(capacity=capacity, sold=sold, held=held)
    assert item.available == max(0, capacity - sold - held)


def test_the_lowest_visible_price_counts() -> None:
    types = (kind(1, price_minor=900), kind(2, price_minor=100, is_hidden=True))
    assert event(ticket_types=types).price_minor == 900
    assert event(ticket_types=types[1:]).price_minor == 100
    assert event(ticket_types=()).price_minor == 0


def test_sight_and_control() -> None:
    draft, shown = event(Status.DRAFT), event()
    for viewer in (OWNER, Viewer(account_id=1, manages_all=True)):
        draft.require_control(viewer)
        shown.require_control(viewer)
    strangers = (Viewer(), Viewer(account_id=4), Viewer(account_id=5, creates_events=True))
    for viewer in (*strangers, Viewer(account_id=3)):
        shown.require_sight(viewer)
        with pytest.raises(Forbidden):
            shown.require_control(viewer)
        with pytest.raises(problems.EventNotFound):
            draft.require_control(viewer)


@given(st.sampled_from([*Status, None]), st.booleans(), st.booleans())
def test_no_list_shows_strange_drafts(asked: Status | None, creates: bool, manages: bool) -> None:
    assume(not (manages and not creates))
    viewer = Viewer(account_id=3, creates_events=creates, manages_all=manages)
    statuses, drafts_of = statuses_shown(viewer, asked)
    assert manages or Status.DRAFT not in statuses
    assert drafts_of in {None, 3}
    assert creates or drafts_of is None


def test_a_new_event_takes_the_house_s_fee_and_rate() -> None:
    house = HouseTerms(fee=FeeTerms(fixed_minor=99), vat_rates=(0, 810), vat_default=810)
    values = {
        "title": "Concert", "starts_at": SOON, "time_zone": "Europe/Paris",
        "location": "Lausanne", "currency": "CHF",
    }  # fmt: skip
    asked = EventEdit(values=values, capacity=10, price_minor=1000, fee={"basis_points": 100})
    made = editing.new_event(3, asked, NOW, house)
    assert made.fee == FeeTerms(fixed_minor=99, basis_points=100)
    assert made.ticket_types[0].vat_basis_points == 810
    with pytest.raises(problems.VatRateNotAllowed):
        editing.new_event(3, replace(asked, vat_basis_points=2000), NOW, house)


def test_a_rate_that_was_allowed_when_it_was_chosen_may_stay() -> None:
    before = event(ticket_types=(kind(vat_basis_points=1960),))
    same = TicketTypeEdit(ticket_type_id=1, values={"vat_basis_points": 1960, "capacity": 60})
    assert editing.with_ticket_type(before, same, NOW).ticket_types[0].capacity == 60
    other = TicketTypeEdit(ticket_type_id=1, values={"vat_basis_points": 1800})
    with pytest.raises(problems.VatRateNotAllowed):
        editing.with_ticket_type(before, other, NOW)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED])
def test_terms_of_what_is_over_are_settled(status: Status) -> None:
    before = event(status)
    with pytest.raises(problems.EventIsOver):
        edited(before, fee={"fixed_minor": 100})
    with pytest.raises(problems.EventIsOver):
        edited(before, refund_rules={"until_hours": 1})
    assert edited(before, fee={"fixed_minor": 0}).fee == before.fee


def test_a_rate_for_several_ticket_types_says_nothing_clear() -> None:
    types = (kind(1, vat_basis_points=550), kind(2, vat_basis_points=2000))
    with pytest.raises(problems.SeveralTicketTypes):
        edited(event(ticket_types=types), vat_basis_points=550)
    alike = tuple(replace(item, vat_basis_points=550) for item in types)
    assert edited(event(ticket_types=alike), vat_basis_points=550).ticket_types == alike
