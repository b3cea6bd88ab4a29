"""The rules of profiles and histories, without anything around them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guichet.kernel.problems import Forbidden
from guichet.users.domain import (
    NotChangedHere,
    Profile,
    Purchase,
    PurchasedEvent,
    PurchasedTicket,
    Reader,
    View,
    changes_to,
    check_account_state,
    new_email,
)

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)

PROFILE = Profile(
    id=7,
    name="Compte Essai",
    email="camille@example.com",
    pending_email=None,
    phone_number=None,
    address=None,
    city="Lyon",
    country=None,
    profile_picture=None,
    bio=None,
    date_of_birth=None,
    gender=None,
    language="fr",
    preferences={"sms": True},
    role="user",
    is_active=True,
    last_activity=NOON,
    created_at=NOON,
    updated_at=NOON,
)


def reader(account_id: int, *, everything: bool = False, basics: bool = False) -> Reader:
    return Reader(account_id=account_id, reads_all=everything, reads_basic=basics)


@pytest.mark.parametrize(
    ("who", "view"),
    [
        (reader(7), View.FULL),
        (reader(8, everything=True), View.FULL),
        (reader(8, basics=True), View.BASIC),
        (reader(8), None),
    ],
)
def test_how_much_of_a_profile_somebody_sees(who: Reader, view: View | None) -> None:
    if view is None:
        with pytest.raises(Forbidden):
            who.view_of(7)
    else:
        assert who.view_of(7) is view


def test_the_list_gives_nobody_more_for_being_in_it() -> None:
    assert reader(7, basics=True).view_of_all() is View.BASIC
    with pytest.raises(Forbidden):
        reader(7).view_of_all()


def test_who_may_change_a_profile() -> None:
    reader(7).check_changes(7)
    reader(8, everything=True).check_changes(7)
    with pytest.raises(Forbidden):
        reader(8, basics=True).check_changes(7)


def test_only_what_differs_is_a_change() -> None:
    asked = {"name": "Compte Essai", "city": "Nantes", "email": "x@example.com", "id": 1}
    assert changes_to(PROFILE, asked) == {"city": "Nantes"}
    assert changes_to(PROFILE, {"city": None}) == {"city": None}


def test_preferences_are_merged_key_by_key() -> None:
    changes = changes_to(PROFILE, {"preferences": {"newsletter": True}})
    assert changes == {"preferences": {"sms": True, "newsletter": True}}
    spelled_out = {"sms": True, "reminders": True, "newsletter": False}
    assert changes_to(PROFILE, {"preferences": spelled_out}) == {}


def test_a_new_address_is_one_that_differs_in_more_than_case() -> None:
    assert new_email(PROFILE, None) is None
    assert new_email(PROFILE, "Camille@EXAMPLE.com") is None
    assert new_email(PROFILE, "other@example.com") == "other@example.com"


def test_role_and_state_are_not_changed_here() -> None:
    check_account_state(PROFILE, role=None, is_active=None)
    check_account_state(PROFILE, role="user", is_active=True)
    with pytest.raises(NotChangedHere) as refusal:
        check_account_state(PROFILE, role="admin", is_active=False)
    french, english = refusal.value.body("fr"), refusal.value.body("en")
    assert french["errors"] == {key: [french["message"]] for key in ("role", "is_active")}
    assert "/api/v1/auth/accounts/7" in str(english["message"])
    assert french["message"] != english["message"]


def test_activity_is_noted_every_five_minutes_at_most() -> None:
    assert not PROFILE.activity_is_stale(NOON + timedelta(minutes=5))
    assert PROFILE.activity_is_stale(NOON + timedelta(minutes=5, seconds=1))
    assert replace(PROFILE, last_activity=None).activity_is_stale(NOON)


def purchase(*tickets: PurchasedTicket) -> Purchase:
    return Purchase(
        order_code="CODE",
        confirmed_at=NOON,
        currency="EUR",
        total_minor=4000,
        event=PurchasedEvent(
            event_id=1,
            title="Concert",
            starts_at=NOON,
            ends_at=None,
            time_zone="Europe/Paris",
            location="Lyon",
            status="published",
        ),
        tickets=tickets,
    )


def ticket(**more: datetime) -> PurchasedTicket:
    return PurchasedTicket(
        ticket_id=1,
        ticket_number="TKT-1",
        ticket_type="Standard",
        price_minor=2000,
        refund_minor=2000 if "cancelled_at" in more else 0,
        used_at=more.get("used_at"),
        cancelled_at=more.get("cancelled_at"),
    )


def test_the_state_of_a_ticket() -> None:
    assert ticket().state == "confirmed"
    assert ticket(used_at=NOON).state == "used"
    assert ticket(cancelled_at=NOON).state == "cancelled"
    assert ticket(used_at=NOON, cancelled_at=NOON).state == "cancelled"


def test_the_state_of_an_order_is_that_of_its_tickets() -> None:
    good, gone = ticket(), ticket(cancelled_at=NOON)
    assert purchase(good, good).state == "confirmed"
    assert purchase(good, gone).state == "partly_cancelled"
    assert purchase(gone, gone).state == "cancelled"
    assert purchase().state == "confirmed"
    assert purchase(good, gone).refunded_minor == 2000
