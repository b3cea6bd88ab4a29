"""Mail is delayed by trouble, never lost, and not one mail is sent by two at a time."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.http_client import RemoteUnreachable
from guichet.kernel.tables import outbox
from guichet.local.mailbox.smtp_server import Faults
from guichet.notifications import sending
from guichet.notifications.channels import Unreachable
from guichet.notifications.domain import (
    ATTEMPTS_MAX,
    LEASE_SECONDS,
    Channel,
    Outcome,
    Person,
    Status,
    TemplateKey,
)
from guichet.notifications.repository import deliveries as rows
from guichet.notifications.sending import Sender
from guichet.notifications.use_cases import deliveries
from guichet.notifications.use_cases.telling import Desk, Telling, tell
from tests.notifications.conftest import PostOffice
from tests.notifications.office import enqueue, eventually, stored


@asynccontextmanager
async def running(sender: Sender) -> AsyncGenerator[None]:
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until_sent(database: Database, count: int, seconds: float = 20) -> None:
    async def all_sent() -> bool:
        return len(await stored(database, status=Status.SENT)) >= count

    await eventually(all_sent, seconds)


async def outcomes(database: Database, delivery_id: int) -> list[str]:
    _, attempts = await deliveries.show(database, delivery_id)
    return [attempt.outcome for attempt in attempts]


async def test_a_mail_leaves_whole_and_its_secrets_are_forgotten(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await enqueue(database, desk)
    assert await post.sender.send_due() == 1
    (row,) = await stored(database)
    (mail,) = post.mails(to=row.address)
    assert mail["Message-ID"] == row.message_id
    assert [part.get_content_type() for part in mail.iter_attachments()] == [
        "application/pdf",
        "text/calendar",
    ]
    assert row.status == Status.SENT
    assert row.lease is None
    assert "link" not in row.context
    assert row.context["order_code"] == "7K3-9QX"
    assert await outcomes(database, row.id) == [Outcome.SENT]


async def test_the_same_occasion_is_told_once(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    telling = Telling(
        TemplateKey.WELCOME,
        "1",
        Person(None, "a@example.com", "A", "en"),
        {"name": "A", "link": ""},
    )
    for _ in range(2):
        async with database.transaction() as transaction:
            await tell(transaction, desk, [telling, telling], now())
    await post.sender.send_due()
    assert len(post.mails()) == 1


async def test_a_stopped_server_delays_mail_and_loses_none(
    database: Database, desk: Desk, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PROBE_SECONDS_FIRST", 0.05)
    monkeypatch.setattr(sending, "PROBE_SECONDS_MAX", 0.2)
    await post.server.set_faults(Faults(down=True))
    await enqueue(database, desk, 30)
    async with running(post.sender):

        async def is_down() -> bool:
            return post.sender.is_down

        await eventually(is_down)
        await asyncio.sleep(0.5)
        waiting = await stored(database)
        assert {row.status for row in waiting} == {Status.WAITING}
        assert {row.attempts for row in waiting} == {0}
        await post.server.set_faults(Faults())
        await until_sent(database, 30)
    identities = [mail["Message-ID"] for mail in post.mails()]
    assert len(identities) == len(set(identities)) == 30


def test_a_server_that_returns_finds_the_queue_moving_within_half_a_minute() -> None:
    assert sending.PROBE_SECONDS_MAX * 1.1 + sending.IDLE_SECONDS < 30


async def test_an_outage_is_one_line_in_the_history(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(down=True))
    await enqueue(database, desk)
    for _ in range(3):
        await post.sender.send_due()
        post.sender.is_down = False
    (row,) = await stored(database)
    assert await outcomes(database, row.id) == [Outcome.UNREACHABLE]


async def test_a_refused_mail_comes_again_after_one_two_four_minutes_then_is_given_up(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(refuse_count=-1))
    await enqueue(database, desk)
    started = now()
    since_before: list[float] = []
    since_after: list[float] = []
    (row,) = await stored(database)
    with time_machine.travel(started, tick=True) as clock:
        for _ in range(ATTEMPTS_MAX):
            before = now()
            assert await post.sender.send_due() == 1
            after = now()
            (row,) = await stored(database)
            since_before.append((row.next_attempt_at - before).total_seconds() / 60)
            since_after.append((row.next_attempt_at - after).total_seconds() / 60)
            clock.move_to(row.next_attempt_at + timedelta(milliseconds=1))
        assert await post.sender.send_due() == 0
    for attempt in range(ATTEMPTS_MAX - 1):
        assert 2**attempt <= since_before[attempt]
        assert since_after[attempt] <= 2**attempt * 1.1
    assert row.status == Status.FAILED
    assert "451" in row.last_error
    assert await outcomes(database, row.id) == [Outcome.REFUSED] * ATTEMPTS_MAX
    async with database.reading() as transaction:
        message = (await transaction.execute(select(outbox))).one()
    assert message.subject == "notifications.delivery.failed"
    assert message.payload["delivery_id"] == row.id


async def test_an_administrators_retry_sends_under_the_same_identity(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await enqueue(database, desk)
    async with database.transaction() as transaction:
        await transaction.execute(text("UPDATE deliveries SET status = 'failed', attempts = 8"))
    (before,) = await stored(database)
    await deliveries.retry(database, before.id, now())
    await post.sender.send_due()
    (mail,) = post.mails()
    assert mail["Message-ID"] == before.message_id


async def test_an_answer_that_never_came_leads_to_the_same_mail_again(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(drop_count=1))
    await enqueue(database, desk)
    await post.sender.send_due()
    (row,) = await stored(database)
    assert (row.status, row.attempts) == (Status.WAITING, 1)
    with time_machine.travel(row.next_attempt_at + timedelta(seconds=1), tick=True):
        await post.sender.send_due()
    first, second = post.mails()
    assert first["Message-ID"] == second["Message-ID"] == row.message_id
    assert first.as_bytes() != b""
    (row,) = await stored(database)
    assert row.status == Status.SENT


async def test_a_kill_between_sending_and_writing_it_down_sends_again_under_the_same_identity(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await enqueue(database, desk)
    (claimed,) = await deliveries.claim(database, Channel.EMAIL, now(), 10)
    await post.way.send(claimed)
    # The process ends here: nothing was written. Its lease keeps the others away for a while.
    assert await post.sender.send_due() == 0
    with time_machine.travel(now() + timedelta(seconds=LEASE_SECONDS + 1), tick=True):
        assert await post.sender.send_due() == 1
    first, second = post.mails()
    assert first["Message-ID"] == second["Message-ID"]
    (row,) = await stored(database)
    assert row.status == Status.SENT
    assert await outcomes(database, row.id) == [Outcome.LOST, Outcome.SENT]


async def test_a_process_that_slept_through_its_lease_writes_nothing_any_more(
    database: Database, desk: Desk
) -> None:
    await enqueue(database, desk)
    (zombie,) = await deliveries.claim(database, Channel.EMAIL, now(), 10)
    later = now() + timedelta(seconds=LEASE_SECONDS + 1)
    (heir,) = await deliveries.claim(database, Channel.EMAIL, later, 10)
    await deliveries.failed(database, zombie, Channel.EMAIL, "too late", later)
    (row,) = await stored(database)
    assert row.lease == heir.lease
    await deliveries.sent(database, heir, "250", later)
    await deliveries.failed(database, zombie, Channel.EMAIL, "too late", later)
    (row,) = await stored(database)
    assert (row.status, row.last_error) == (Status.SENT, None)


async def test_what_kills_its_sender_again_and_again_is_given_up(
    database: Database, desk: Desk
) -> None:
    await enqueue(database, desk)
    moment = now()
    for _ in range(ATTEMPTS_MAX):
        assert len(await deliveries.claim(database, Channel.EMAIL, moment, 10)) == 1
        moment += timedelta(seconds=LEASE_SECONDS + 1)
    assert await deliveries.claim(database, Channel.EMAIL, moment, 10) == []
    (row,) = await stored(database)
    assert row.status == Status.FAILED


async def test_two_senders_never_hold_the_same_delivery(database: Database, desk: Desk) -> None:
    await enqueue(database, desk, 40)

    async def take_all() -> list[int]:
        taken: list[int] = []
        while claimed := await deliveries.claim(database, Channel.EMAIL, now(), 3):
            taken += [each.id for each in claimed]
        return taken

    shares = await asyncio.gather(*(take_all() for _ in range(4)))
    everything = [delivery_id for share in shares for delivery_id in share]
    assert len(everything) == len(set(everything)) == 40


async def test_one_bad_delivery_holds_up_no_other(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await enqueue(database, desk, 5)
    async with database.transaction() as transaction:
        await transaction.execute(
            text("UPDATE deliveries SET context = '{}' WHERE id = (SELECT min(id) FROM deliveries)")
        )
    await post.sender.send_due()
    bad, *others = await stored(database)
    assert "is undefined" in bad.last_error
    assert {row.status for row in others} == {Status.SENT}
    assert len(post.mails()) == 4


async def test_a_missing_service_postpones_the_mail_without_costing_an_attempt(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    post.attachments.trouble = RemoteUnreachable()
    await enqueue(database, desk)
    before = now()
    await post.sender.send_due()
    after = now()
    (row,) = await stored(database)
    assert (row.status, row.attempts) == (Status.WAITING, 0)
    assert row.next_attempt_at - before >= timedelta(seconds=15)
    assert row.next_attempt_at - after <= timedelta(seconds=30)
    assert not post.sender.is_down


async def test_tickets_that_are_gone_leave_the_mail_without_files(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    post.attachments.is_gone = True
    await enqueue(database, desk)
    await post.sender.send_due()
    (mail,) = post.mails()
    assert list(mail.iter_attachments()) == []


async def test_what_would_come_too_late_is_not_sent(
    database: Database, desk: Desk, post: PostOffice
) -> None:
    await enqueue(database, desk, expires_at=now() + timedelta(minutes=5))
    assert await deliveries.expire(database, now()) == 0
    assert await deliveries.expire(database, now() + timedelta(minutes=6)) == 1
    assert await post.sender.send_due() == 0
    (row,) = await stored(database)
    assert (row.status, row.context) == (Status.EXPIRED, {})


async def test_after_an_outage_one_goes_ahead_alone(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PROBE_SECONDS_FIRST", 0.01)
    monkeypatch.setattr(sending, "PROBE_SECONDS_MAX", 0.01)
    way = TroubledWay()
    sender = Sender(database, Channel.EMAIL, way, slots=4)
    await enqueue(database, desk, 8)
    async with running(sender):
        await until_sent(database, 8)
    assert way.together == [4, 1]


class TroubledWay:
    """Fails at first, then takes everything; notes how many were under way at once."""

    def __init__(self) -> None:
        self.together: list[int] = []
        self._now = 0
        self._trouble = True

    async def send(self, claimed: rows.Claimed) -> str:
        self._now += 1
        try:
            await asyncio.sleep(0.05)
            if len(self.together) < 2:
                self.together.append(self._now)
            await asyncio.sleep(0.05)
            if self._trouble:
                raise Unreachable("not there")
            return f"250 {claimed.id}"
        finally:
            self._now -= 1

    async def probe(self) -> None:
        self._trouble = False
        self.together = self.together[:1]

    async def rest(self) -> None:
        return


async def test_stopping_lets_a_mail_under_way_finish(
    database: Database, desk: Desk, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "STOP_SECONDS_MAX", 60)
    store, is_arriving = post.server.handle_DATA, asyncio.Event()

    async def arrive(*mail: Any) -> str:
        is_arriving.set()
        return await store(*mail)

    monkeypatch.setattr(post.server, "handle_DATA", arrive)
    await post.server.set_faults(Faults(slow_seconds=0.5))
    await enqueue(database, desk)
    async with running(post.sender):
        await asyncio.wait_for(is_arriving.wait(), 20)
        stopped = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - stopped < 45, "it waited for more than the mail"
    (row,) = await stored(database)
    assert row.status == Status.SENT
    assert len(post.mails()) == 1


async def test_new_work_is_sent_at_once_when_the_sender_is_woken(
    database: Database, desk: Desk, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "IDLE_SECONDS", 600)
    async with running(post.sender):
        await asyncio.sleep(0.2)
        await enqueue(database, desk)
        post.sender.wake.set()
        await until_sent(database, 1)
    assert len(post.mails()) == 1


async def test_a_cancellation_that_is_swallowed_on_the_way_is_heeded(database: Database) -> None:
    class DeafWay(TroubledWay):
        async def rest(self) -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.2)

    sender = Sender(database, Channel.EMAIL, DeafWay(), slots=1)
    task = asyncio.create_task(sender.run())
    await asyncio.sleep(0.1)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=60)
    assert done
