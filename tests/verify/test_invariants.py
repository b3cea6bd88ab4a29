"""Every invariant is green on healthy data, and red once somebody has broken them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from guichet.kernel.clock import now
from guichet.verify.audit import chains_are_unbroken
from guichet.verify.documents import documents_say_what_was_paid
from guichet.verify.invariants import INVARIANTS, Check
from guichet.verify.report import judge
from guichet.verify.sources import Booked, Sources
from guichet.verify.streams import Unhandled
from tests.verify.audit_breaks import AUDIT_BREAKS
from tests.verify.conftest import FakeOutside, spoil


async def reds(sources: FakeOutside) -> set[int]:
    return {v.invariant.number for v in await judge(sources) if v.is_red}


async def test_healthy_data_are_all_green(healthy: FakeOutside) -> None:
    verdicts = await judge(healthy)
    assert [v.contradictions for v in verdicts if v.contradictions] == []
    assert all(v.contradictions is not None for v in verdicts), "every source is there"


def _refund(status: str, **parts: object) -> str:
    """Return the statement that stores a refund of one ticket, made of these parts."""
    made_of: dict[str, object] = {
        "price_minor": 0,
        "fee_on_top_minor": 0,
        "fee_minor": 0,
        "vat": [],
        "fee_vat": [],
    }
    return (
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at, completed_at, status, parts)"  # noqa: S608 - our own values
        f" VALUES (1, 2620, 'x', now(), now(), '{status}', '{json.dumps({**made_of, **parts})}')"
    )


def _document(change: str) -> str:
    """Return the statement that changes a document behind its guard's back."""
    return f"ALTER TABLE documents DISABLE TRIGGER USER; UPDATE documents SET {change}"  # noqa: S608 - our own values


def _refund_keys(rows: str) -> str:
    """Return the statement that stores a refund, and these keys of refunds."""
    return f"WITH refund AS ({_refund('pending')} RETURNING *) INSERT INTO refund_keys {rows}"


UNFINISHED = (
    "UPDATE orders SET step = 'charge'",
    "UPDATE orders SET needs_attention = true",
    _refund("pending"),
    "INSERT INTO webhook_events (provider_event_id, kind, state) VALUES ('evt_1', 'x', 'waiting')",
    "INSERT INTO event_refund_runs (event_id, reason, started_at)"
    " SELECT event_id, 'organiser', now() FROM offers",
    "INSERT INTO holder_messages (event_id, author_id, topic, body, fingerprint)"
    " SELECT event_id, 3, 'x', 'x', '' FROM offers",
)
"""Work of tickets that has begun and that nobody has ended."""

BREAKS: list[tuple[int, str, str]] = [
    (1, "tickets", "UPDATE stock SET sold = sold + 1"),
    (1, "tickets", "UPDATE stock SET held = 0"),
    (
        1,
        "tickets",
        "ALTER TABLE stock DROP CONSTRAINT stock_is_enough; UPDATE stock SET capacity = 1",
    ),
    (1, "tickets", "UPDATE allotments SET quantity = 50"),
    (1, "tickets", "UPDATE allotments SET buyer = 'account:404'"),
    (1, "tickets", "UPDATE holds SET promo_id = 1"),
    (1, "tickets", "UPDATE orders SET promo_id = NULL"),
    (3, "tickets", "DELETE FROM tickets WHERE ticket_id = 1"),
    (3, "tickets", "UPDATE orders SET state = 'failed'"),
    (3, "tickets", "UPDATE tickets SET status = 'cancelled', cancelled_at = now()"),
    (
        3,
        "tickets",
        "INSERT INTO refund_tickets (ticket_id, order_id, is_cancellation, price_minor, fee_minor)"
        " VALUES (1, 1, true, 0, 0)",
    ),
    (
        3,
        "tickets",
        "UPDATE tickets SET status = 'cancelled', cancelled_at = now() WHERE ticket_id = 1;"
        " INSERT INTO refund_tickets (ticket_id, order_id, is_cancellation, price_minor, fee_minor)"
        " VALUES (1, 1, true, 0, 0)",
    ),
    (4, "tickets", "UPDATE payments SET captured_minor = 0"),
    (
        5,
        "tickets",
        "ALTER TABLE refunds DISABLE TRIGGER USER; INSERT INTO refunds (order_id, amount_minor,"
        " reason, kind, run_at) VALUES (1, 9999, 'x', 'goodwill', now())",
    ),
    (
        5,
        "tickets",
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at) VALUES (1, 100, 'x', now())",
    ),
    (5, "tickets", "UPDATE payments SET refunded_minor = 100"),
    (6, "tickets", "UPDATE payments SET captured_minor = 4999"),
    (
        6,
        "tickets",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER USER;"
        " UPDATE ledger_transfers SET amount_minor = 1",
    ),
    (
        6,
        "tickets",
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, occurred_at)"
        " VALUES ('capture-99', 'capture', 'provider', 'organiser:3', 1, 'EUR', 99, now())",
    ),
    (
        6,
        "tickets",
        "INSERT INTO ledger_days (day, transfers, last_transfer_id, hash)"
        " VALUES ('2026-01-01', 1, 1, 'forged')",
    ),
    (
        6,
        "tickets",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER USER;"
        " DELETE FROM ledger_transfers WHERE kind = 'fee_vat'",
    ),
    (
        6,
        "tickets",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER USER;"
        " UPDATE ledger_transfers SET credit_account = 'vat:4:550' WHERE kind = 'vat'",
    ),
    (
        6,
        "tickets",
        "UPDATE orders SET lines = jsonb_set(lines, '{0,unit,fee_minor}', '121')",
    ),
    (6, "tickets", _refund("completed", price_minor=2500, fee_on_top_minor=120, fee_minor=120)),
    (6, "tickets", _refund("pending", price_minor=2500)),
    (6, "tickets", _refund("pending", price_minor=2500, fee_on_top_minor=120, fee_minor=999)),
    (
        6,
        "tickets",
        _refund(
            "pending",
            price_minor=2620,
            vat=[{"basis_points": 550, "gross_minor": 2620, "vat_minor": 999}],
        ),
    ),
    (6, "tickets", _document("sequence = 2")),
    (6, "tickets", _document("year = year - 1")),
    (6, "tickets", _document("total_minor = 5239")),
    (6, "tickets", _document("content = jsonb_set(content, '{amounts,total_minor}', '5239')")),
    (
        6,
        "tickets",
        _document("content = jsonb_set(content, '{amounts,vat,0,gross_minor}', '1')"),
    ),
    (6, "tickets", _document("currency = 'CHF'")),
    (6, "tickets", _document("order_id = 99")),
    (6, "tickets", "UPDATE document_series SET last = 7"),
    (
        6,
        "tickets",
        "ALTER TABLE documents DISABLE TRIGGER USER; DELETE FROM documents;"
        " UPDATE orders SET issued_at = now() - interval '1 hour'",
    ),
    (7, "tickets", "UPDATE holds SET expires_at = now() - interval '1 minute'"),
    (8, "tickets", "DELETE FROM tickets; DELETE FROM payments; DELETE FROM orders"),
    (9, "tickets", "UPDATE purchase_keys SET order_id = 999"),
    (9, "tickets", "UPDATE purchase_keys SET buyer = 'account:9'"),
    (
        9,
        "tickets",
        "INSERT INTO purchase_keys (key, buyer, fingerprint, order_id)"
        " VALUES ('key-2', 'account:1', '', 1)",
    ),
    (
        9,
        "tickets",
        _refund_keys("SELECT 'key', 'account:1', '', order_id + 1, refund_id, '{}' FROM refund"),
    ),
    (
        9,
        "tickets",
        _refund_keys(
            "SELECT key, 'account:1', '', order_id, refund_id, '{}' FROM refund,"
            " unnest(ARRAY['key-1', 'key-2']) AS key"
        ),
    ),
    (10, "notifications", "DELETE FROM deliveries"),
    (
        10,
        "notifications",
        "INSERT INTO deliveries (dedup_key, message_id, channel, template, language, address,"
        " name, context, status, next_attempt_at) SELECT dedup_key || ':2', '<2@guichet>',"
        " channel, template, language, address, name, context, status, now() FROM deliveries",
    ),
    (11, "tickets", "UPDATE outbox SET sent_at = NULL"),
    (
        11,
        "users",
        "INSERT INTO dead_letters (message_id, subject, payload, error, attempts)"
        " VALUES ('x', 'x', '{}', 'x', 6)",
    ),
    (11, "notifications", "UPDATE deliveries SET status = 'waiting'"),
    (11, "notifications", "UPDATE deliveries SET status = 'failed'"),
    *((11, "tickets", statement) for statement in UNFINISHED),
    (12, "tickets", "UPDATE tickets SET status = 'used', used_at = now() WHERE ticket_id = 1"),
    (
        12,
        "tickets",
        "INSERT INTO admissions (ticket_id, event_id, admitted_by)"
        " SELECT ticket_id, event_id, 4 FROM tickets WHERE ticket_id = 1",
    ),
    (13, "events", "UPDATE stock_levels SET sold = 0"),
    (13, "users", "UPDATE purchased_tickets SET used_at = now() WHERE ticket_id = 1"),
    (
        13,
        "users",
        "UPDATE purchased_tickets SET used_at = now(), undone_used_at = now() - interval '1 hour'"
        " WHERE ticket_id = 1",
    ),
    (13, "users", "DELETE FROM purchased_tickets WHERE ticket_id = 2"),
    (13, "users", "INSERT INTO purchased_tickets SELECT 99, order_code FROM purchases"),
    (13, "users", "UPDATE purchased_tickets SET cancelled_at = now() WHERE ticket_id = 2"),
    *((14, service, statement) for service, statement in AUDIT_BREAKS),
]


@pytest.mark.parametrize(
    ("number", "service", "statement"),
    BREAKS,
    ids=[f"{number}-{service}-{i}" for i, (number, service, _) in enumerate(BREAKS)],
)
async def test_broken_data_are_red(
    healthy: FakeOutside, number: int, service: str, statement: str
) -> None:
    assert await reds(healthy) == set()
    connection = healthy.databases[service]
    transaction = connection.transaction()
    await connection.execute("SET default_transaction_read_only = off")
    await transaction.start()
    try:
        await spoil(healthy, service, statement)
        assert number in await reds(healthy)
    finally:
        # Rolled back, so that the next case finds the database and its guards as they were.
        await transaction.rollback()


def _charge_without_order(sources: FakeOutside) -> None:
    sources.booked.append(Booked("pi_2", "order-99", "succeeded", 100, 0))


def _charge_twice(sources: FakeOutside) -> None:
    sources.booked.append(Booked("pi_3", sources.booked[0].order_key, "succeeded", 5000, 0))


def _lose_the_charge(sources: FakeOutside) -> None:
    sources.booked.clear()


def _mail_twice(sources: FakeOutside) -> None:
    sources.mails.append("<1@guichet>")


def _leave_messages(sources: FakeOutside) -> None:
    sources.waiting.append(Unhandled("users", "TICKETS", 2))


def _lose_the_mail(sources: FakeOutside) -> None:
    sources.mails.clear()


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (6, _charge_without_order),
        (6, _charge_twice),
        (6, _lose_the_charge),
        (10, _mail_twice),
        (10, _lose_the_mail),
        (11, _leave_messages),
    ],
)
async def test_books_and_mails_that_differ_are_red(
    healthy: FakeOutside, number: int, change: Callable[[FakeOutside], object]
) -> None:
    change(healthy)
    assert number in await reds(healthy)


@pytest.mark.parametrize(
    ("outcome", "detail"),
    [
        ("lost", ""),
        ("unreachable", "nobody listens"),
        ("refused", "Refused: no clear answer: Unexpected EOF received"),
        ("refused", "TimeoutError: "),
    ],
)
async def test_an_attempt_without_an_answer_may_have_left_a_copy(
    healthy: FakeOutside, outcome: str, detail: str
) -> None:
    await spoil(
        healthy,
        "notifications",
        "INSERT INTO delivery_attempts (delivery_id, outcome, detail, at)"  # noqa: S608 - from above
        f" SELECT id, '{outcome}', '{detail}', now() FROM deliveries",
    )
    _mail_twice(healthy)
    assert 10 not in await reds(healthy)
    _mail_twice(healthy)
    assert 10 in await reds(healthy)


async def test_an_attempt_that_was_clearly_refused_has_left_no_copy(healthy: FakeOutside) -> None:
    await spoil(
        healthy,
        "notifications",
        "INSERT INTO delivery_attempts (delivery_id, outcome, detail, at)"
        " SELECT id, 'refused', 'Refused: 451 4.3.0 Later', now() FROM deliveries",
    )
    _mail_twice(healthy)
    assert 10 in await reds(healthy)


async def test_a_nats_that_does_not_answer_is_red(healthy: FakeOutside) -> None:
    silent = Sources(healthy.databases, healthy.session, nats_url="nats://127.0.0.1:1")
    verdicts = await judge(silent, numbers={11})
    sentences = [sentence for v in verdicts for sentence in v.contradictions or ()]
    assert ["NATS does not say what waits" in sentence for sentence in sentences] == [True]


@pytest.mark.parametrize("status", ["erased", "expired"])
async def test_a_mail_that_nobody_waits_for_any_more_is_no_backlog(
    healthy: FakeOutside, status: str
) -> None:
    """An account deleted before its mail left, or a link that ended before."""
    await spoil(
        healthy,
        "notifications",
        "INSERT INTO deliveries (dedup_key, message_id, channel, template, language, address,"  # noqa: S608 - from above
        " name, context, status, next_attempt_at) SELECT 'welcome:9:email', '<9@guichet>',"
        f" channel, 'welcome', language, '', '', context, '{status}', now() FROM deliveries",
    )
    assert await reds(healthy) == set()


async def test_an_admission_that_was_taken_back_counts_nowhere(healthy: FakeOutside) -> None:
    await spoil(
        healthy,
        "tickets",
        "INSERT INTO admissions (ticket_id, event_id, admitted_by, undone_at, undone_by,"
        " undo_reason) SELECT ticket_id, event_id, 4, now(), 3, 'x' FROM tickets",
    )
    await spoil(
        healthy, "users", "UPDATE purchased_tickets SET used_at = now(), undone_used_at = now()"
    )
    assert await reds(healthy) == set()


UNSEALED = (
    "INSERT INTO audit_entries (occurred_at, actor_role, action, subject, request_id, reason)"
    " VALUES (now() - interval '1 day', 'system', 'a', 'b', '', '')"
)
UNDOCUMENTED = (
    "ALTER TABLE documents DISABLE TRIGGER USER; DELETE FROM documents;"
    " UPDATE orders SET issued_at = now() - interval '1 day'"
)


@pytest.mark.parametrize(
    ("check", "statement"),
    [(chains_are_unbroken, UNSEALED), (documents_say_what_was_paid, UNDOCUMENTED)],
)
async def test_data_of_another_day_are_judged_as_of_that_day(
    healthy: FakeOutside, check: Check, statement: str
) -> None:
    that_day = now() - timedelta(days=1)
    await spoil(healthy, "tickets", statement)
    assert await check(replace(healthy, as_of=that_day)) == []
    assert len(await check(replace(healthy, as_of=that_day + timedelta(hours=1)))) == 1
    assert len(await check(healthy)) == 1


def test_every_invariant_has_a_break() -> None:
    assert {invariant.number for invariant in INVARIANTS} == {number for number, _, _ in BREAKS}
