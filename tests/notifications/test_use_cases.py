"""Who is told what, once, in which language, by which way; and what is forgotten."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from guichet.contracts.messages.auth import (
    EmailVerificationRequested,
    EmailVerified,
    PasswordResetRequested,
)
from guichet.contracts.messages.events import EventCancelled, EventRescheduled
from guichet.contracts.messages.tickets import (
    AccessLinkRequested,
    HolderMessaged,
    OrderResendRequested,
    OrdersClaimed,
    RefundGranted,
)
from guichet.notifications.use_cases import accounts, events, holders, orders, reminders
from tests.notifications.conftest import HOME
from tests.notifications.occasions import (
    NOW,
    STARTS_AT,
    buyer,
    cancelled,
    confirmed,
    failed,
    profile,
    registered,
    snapshot,
    sold_event,
    sold_tickets,
)
from tests.notifications.office import Office

EVE = STARTS_AT - timedelta(days=1)


async def test_a_new_account_is_welcomed_with_its_verification_link(office: Office) -> None:
    await office.tell(accounts.account_registered, registered(1, language="en"))
    (mail,) = await office.told("welcome")
    assert (mail.language, mail.address) == ("en", "account1@example.com")
    assert mail.context["link"] == f"{HOME}/verify-email#token=verify-1"
    assert await office.inbox(1) == ["welcome"]


async def test_a_verified_account_is_welcomed_without_a_link(office: Office) -> None:
    await office.tell(accounts.account_registered, registered(1, verification_token=""))
    (mail,) = await office.told("welcome")
    assert mail.context["link"] == ""


async def test_a_verification_link_goes_to_the_address_in_question(office: Office) -> None:
    message = EmailVerificationRequested(
        account_id=1,
        email="new@example.com",
        name="Camille",
        language="en",
        verification_token="t/1",
        is_change=True,
        occurred_at=NOW,
    )
    await office.tell(accounts.email_verification_requested, message)
    (mail,) = await office.told("email_verification")
    assert (mail.address, mail.context["is_change"]) == ("new@example.com", True)
    assert mail.context["link"].endswith("#token=t%2F1")


async def test_a_reset_link_is_not_sent_once_it_has_expired(office: Office) -> None:
    message = PasswordResetRequested(
        account_id=1,
        email="a@example.com",
        name="Camille",
        language="fr",
        reset_token="secret",
        expires_at=NOW + timedelta(hours=1),
        occurred_at=NOW,
    )
    await office.tell(accounts.password_reset_requested, message)
    (mail,) = await office.told("password_reset")
    assert mail.expires_at == message.expires_at
    assert mail.context["link"] == f"{HOME}/reset-password#token=secret"
    assert await office.inbox(1) == []


async def test_the_profile_decides_on_language_address_and_sms(office: Office) -> None:
    await office.tell(accounts.account_registered, registered(1))
    changed = profile(
        1,
        language="en",
        email="other@example.com",
        phone_number="06 12 34 56 78",
        preferences={"sms": True},
    )
    await office.keep(accounts.profile_updated, changed)
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    mail, sms = await office.told("order_confirmed")
    assert (mail.channel, mail.address, mail.language) == ("email", "other@example.com", "en")
    assert (sms.channel, sms.address, sms.language) == ("sms", "+33612345678", "en")
    assert sms.attachments == []


@pytest.mark.parametrize(
    "more",
    [
        {"preferences": {"sms": True}},
        {"phone_number": "06 12 34 56 78"},
        {"phone_number": "12", "preferences": {"sms": True}},
        {"phone_number": "06 12 34 56 78", "preferences": {"sms": "yes"}},
    ],
)
async def test_no_sms_without_a_number_and_a_clear_wish(
    office: Office, more: dict[str, Any]
) -> None:
    await office.tell(accounts.account_registered, registered(1))
    await office.keep(accounts.profile_updated, profile(1, **more))
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    assert [row.channel for row in await office.told("order_confirmed")] == ["email"]


async def test_no_sms_where_no_provider_is_set(office: Office) -> None:
    office.desk = replace(office.desk, sms_enabled=False)
    wish = profile(1, phone_number="06 12 34 56 78", preferences={"sms": True})
    await office.keep(accounts.profile_updated, wish)
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    assert [row.channel for row in await office.told("order_confirmed")] == ["email"]


async def test_an_older_message_does_not_undo_a_newer_one(office: Office) -> None:
    await office.keep(accounts.profile_updated, profile(1, language="en"))
    await office.tell(accounts.account_registered, registered(1, language="fr"))
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    (mail,) = await office.told("order_confirmed")
    assert mail.language == "en"


async def test_mail_follows_to_the_verified_address(office: Office) -> None:
    await office.tell(accounts.account_registered, registered(1))
    later = NOW + timedelta(hours=1)
    verified = EmailVerified(account_id=1, email="new@example.com", occurred_at=later)
    await office.keep(accounts.email_verified, verified)
    await office.tell(orders.order_confirmed, confirmed(buyer(1), sold_event(1)))
    (mail,) = await office.told("order_confirmed")
    assert mail.address == "new@example.com"


async def test_an_order_gives_one_mail_with_pdf_and_calendar(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    await office.tell(orders.order_confirmed, order)
    (mail,) = await office.told("order_confirmed")
    assert mail.attachments == [
        {"kind": "tickets", "order_code": order.order_code},
        {"kind": "calendar", "event_id": 7},
    ]
    assert mail.context["link"] == f"{HOME}/my/orders/{order.order_code}"
    assert await office.inbox(1) == ["order_confirmed"]


async def test_a_guest_gets_a_link_that_opens_the_order_and_no_inbox(office: Office) -> None:
    order = confirmed(buyer(None, language="en"), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    (mail,) = await office.told("order_confirmed")
    assert mail.context["link"].endswith("#access=access-secret")
    assert (mail.account_id, mail.language) == (None, "en")


async def test_a_failed_payment_is_told(office: Office) -> None:
    await office.tell(orders.order_failed, failed(buyer(1), sold_event(7)))
    (mail,) = await office.told("order_failed")
    assert mail.context["link"] == f"{HOME}/e/7"
    assert await office.inbox(1) == ["order_failed"]


async def test_each_cancellation_is_told_and_the_last_ends_the_reminder(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    first, second = order.tickets
    await office.tell(orders.tickets_cancelled, cancelled(order, [first]))
    assert await office.remind_at(order.order_code) == EVE
    await office.tell(orders.tickets_cancelled, cancelled(order, [second]))
    assert await office.remind_at(order.order_code) is None
    assert len(await office.told("ticket_cancelled")) == 2


async def test_a_cancellation_that_overtakes_its_order_still_counts(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.tickets_cancelled, cancelled(order, order.tickets))
    await office.tell(orders.order_confirmed, order)
    assert await office.remind_at(order.order_code) is None


@pytest.mark.parametrize("refund_first", [True, False])
async def test_a_cancelled_event_is_told_once_and_with_its_refund(
    office: Office, refund_first: bool
) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    refund = cancelled(order, order.tickets, "event_cancelled")
    refund = refund.model_copy(update={"refund_minor": 8000, "note": "Tempête"})
    end = EventCancelled(
        event=snapshot(7, 3, status="cancelled"), reason="Tempête", occurred_at=NOW
    )
    if refund_first:
        await office.tell(orders.tickets_cancelled, refund)
    await office.keep(events.event_cancelled, end, NOW)
    if not refund_first:
        assert await office.told("event_cancelled") == [], "not before the refund is known"
        await office.tell(orders.tickets_cancelled, refund)
    await office.tell(orders.tickets_cancelled, refund)
    (mail,) = await office.told("event_cancelled")
    assert (mail.context["refund_minor"], mail.context["reason"]) == (8000, "Tempête")
    assert await office.told("ticket_cancelled") == []
    assert await office.inbox(1) == ["order_confirmed", "event_cancelled"]
    assert await office.remind_at(order.order_code) is None


async def test_what_the_rules_keep_and_what_the_organiser_says_is_told(office: Office) -> None:
    order = confirmed(buyer(None), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    message = cancelled(order, order.tickets, "organiser").model_copy(
        update={"kept_minor": 400, "note": "La salle est trop petite."}
    )
    await office.tell(orders.tickets_cancelled, message)
    (mail,) = await office.told("ticket_cancelled")
    assert (mail.context["kept_minor"], mail.context["reason"]) == (400, message.note)
    assert mail.context["link"].endswith("#access=access-secret"), "a guest can open it"


async def test_goodwill_is_told_once_and_leaves_the_reminder(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    granted = RefundGranted(
        order_id=order.order_id,
        order_code=order.order_code,
        buyer=order.buyer,
        event=order.event,
        amount_minor=1500,
        currency="EUR",
        note="Une heure de retard.",
        occurred_at=NOW,
    )
    await office.tell(orders.refund_granted, granted)
    await office.tell(orders.refund_granted, granted)
    (mail,) = await office.told("refund_granted")
    assert (mail.context["refund_minor"], mail.context["reason"]) == (1500, granted.note)
    assert await office.inbox(1) == ["order_confirmed", "refund_granted"]
    assert await office.remind_at(order.order_code) == EVE
    again = granted.model_copy(update={"occurred_at": NOW + timedelta(hours=1)})
    await office.tell(orders.refund_granted, again)
    assert len(await office.told("refund_granted")) == 2


async def test_a_new_date_is_told_to_holders_of_valid_tickets_alone(office: Office) -> None:
    kept, gone, guest = (
        confirmed(buyer(1), sold_event(7)),
        confirmed(buyer(2), sold_event(7)),
        confirmed(buyer(None), sold_event(7)),
    )
    other = confirmed(buyer(3), sold_event(8))
    for order in (kept, gone, guest, other):
        await office.tell(orders.order_confirmed, order)
    await office.tell(orders.tickets_cancelled, cancelled(gone, gone.tickets))
    moved = snapshot(7, 3, starts_at=STARTS_AT + timedelta(days=7))
    message = EventRescheduled(event=moved, previous_starts_at=STARTS_AT, occurred_at=NOW)
    await office.tell(events.event_rescheduled, message)
    await office.tell(events.event_rescheduled, message)
    mails = await office.told("event_rescheduled")
    assert {mail.account_id for mail in mails} == {1, None}
    assert len(mails) == 2
    assert await office.remind_at(kept.order_code) == EVE + timedelta(days=7)
    assert await office.remind_at(gone.order_code) is None
    assert await office.remind_at(other.order_code) == EVE


async def test_an_older_version_of_an_event_changes_nothing(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    newer = snapshot(7, 5, starts_at=STARTS_AT + timedelta(days=7))
    await office.keep(events.event_changed, newer, NOW)
    await office.keep(events.event_changed, snapshot(7, 4), NOW)
    assert await office.remind_at(order.order_code) == EVE + timedelta(days=7)


async def test_the_reminder_is_written_once(office: Office) -> None:
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    assert await reminders.remind(office.database, office.desk, EVE - timedelta(seconds=1)) == 0
    assert await reminders.remind(office.database, office.desk, EVE) == 1
    assert await reminders.remind(office.database, office.desk, EVE) == 0
    # A message that comes again makes the order due again; the occasion is known.
    async with office.database.transaction() as transaction:
        await transaction.execute(text("UPDATE attendances SET remind_at = now() - interval '9y'"))
    assert await reminders.remind(office.database, office.desk, EVE) == 1
    (mail,) = await office.told("reminder")
    assert mail.context["count"] == 2
    assert mail.expires_at == STARTS_AT
    assert await office.inbox(1) == ["order_confirmed", "reminder"]


async def test_nobody_is_reminded_who_bought_on_the_eve_or_does_not_want_to(office: Office) -> None:
    late = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, late, now=EVE + timedelta(hours=1))
    assert await office.remind_at(late.order_code) is None
    unwilling = confirmed(buyer(2), sold_event(8))
    await office.keep(accounts.profile_updated, profile(2, preferences={"reminders": False}))
    await office.tell(orders.order_confirmed, unwilling)
    assert await reminders.remind(office.database, office.desk, EVE) == 1
    assert await office.told("reminder") == []


async def test_many_reminders_are_shared_without_a_double(office: Office) -> None:
    for _ in range(5):
        order = confirmed(buyer(None), sold_event(7), tickets=sold_tickets(1))
        await office.tell(orders.order_confirmed, order)
    while await reminders.remind(office.database, office.desk, EVE):
        continue
    mails = await office.told("reminder")
    assert len(mails) == len({mail.context["order_code"] for mail in mails}) == 5


async def test_claimed_orders_follow_the_account(office: Office) -> None:
    order = confirmed(buyer(None), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    await office.tell(accounts.account_registered, registered(5, language="en"))
    claimed = OrdersClaimed(account_id=5, orders=[order], occurred_at=NOW)
    await office.keep(orders.orders_claimed, claimed, NOW)
    await reminders.remind(office.database, office.desk, EVE)
    (mail,) = await office.told("reminder")
    assert (mail.account_id, mail.language) == (5, "en")
    assert "#access" not in mail.context["link"]


async def test_tickets_asked_for_again_are_mailed_again_and_not_announced_twice(
    office: Office,
) -> None:
    await office.tell(accounts.account_registered, registered(1))
    order = confirmed(buyer(1), sold_event(7))
    await office.tell(orders.order_confirmed, order)
    for resend_id in (4, 4, 5):
        again = OrderResendRequested(**order.model_dump(), resend_id=resend_id)
        await office.tell(orders.order_resend_requested, again)
    mails = await office.told("order_confirmed")
    assert len(mails) == 3
    assert len({mail.message_id for mail in mails}) == 3
    assert [each["kind"] for each in mails[2].attachments] == ["tickets", "calendar"]
    assert await office.inbox(1) == ["welcome", "order_confirmed"]


@pytest.mark.parametrize("account_id", [1, None])
async def test_an_organisers_message_reaches_each_buyer_once(
    office: Office, account_id: int | None
) -> None:
    message = HolderMessaged(
        message_id=9,
        order_code="7K3-9QX",
        buyer=buyer(account_id),
        event=sold_event(7),
        topic="Doors open earlier",
        body="Dear all,\r\n\r\n<b>19:00</b>\nBcc: a@example.com",
        access_token="t",
        occurred_at=NOW,
    )
    await office.tell(holders.holder_messaged, message)
    await office.tell(holders.holder_messaged, message)
    (mail,) = await office.told("holder_message")
    assert mail.context["lines"] == ["Dear all,", "", "<b>19:00</b>", "Bcc: a@example.com"]
    secret = "" if account_id else "#access=t"
    assert mail.context["link"] == f"{HOME}/my/orders/7K3-9QX{secret}"
    assert await office.inbox(1) == (["holder_message"] if account_id else [])


async def test_links_are_sent_only_where_there_are_orders(office: Office) -> None:
    def asked(links: list[tuple[str, str]]) -> AccessLinkRequested:
        return AccessLinkRequested(
            email="guest@example.com", language="en", links=links, occurred_at=NOW
        )

    await office.tell(orders.access_link_requested, asked([]))
    assert await office.told("access_links") == []
    await office.tell(orders.access_link_requested, asked([("A", "t1"), ("B", "t2")]))
    (mail,) = await office.told("access_links")
    assert [each["code"] for each in mail.context["links"]] == ["A", "B"]
