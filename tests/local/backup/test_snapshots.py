"""Five snapshots that fit together, or say that they do not."""

from collections.abc import Mapping

import asyncpg
import pytest

from guichet.local.backup import snapshots
from tests.local.backup.conftest import Fill

SENT = "INSERT INTO outbox (id, subject, payload) OVERRIDING SYSTEM VALUE VALUES (7, 'x.y', '{}')"


def received(sender: str) -> str:
    message_id = f"{sender}-7-1700000000000000"
    return f"INSERT INTO inbox (message_id) VALUES ('{message_id}')"  # noqa: S608 - a name of ours


async def test_a_snapshot_does_not_move(dsns: Mapping[str, str]) -> None:
    async with snapshots.take_snapshots(dsns) as taken:
        before = await snapshots.row_counts(taken.connections["users"])
        other = await asyncpg.connect(dsns["users"])
        await other.execute(received("tickets"))
        await other.close()
        assert await snapshots.row_counts(taken.connections["users"]) == before
        assert taken.is_consistent
        assert set(taken.names) == set(dsns)


async def test_what_is_received_but_not_sent_is_found(dsns: Mapping[str, str], fill: Fill) -> None:
    """Events is read after tickets: it may have what tickets has written since."""
    fill("events", received("tickets"))
    async with snapshots.take_snapshots(dsns) as taken:
        assert not taken.is_consistent
        assert await snapshots.received_before_sent(taken.connections) == ["tickets-7"]
    fill("tickets", SENT)
    async with snapshots.take_snapshots(dsns) as taken:
        assert taken.is_consistent


async def test_what_the_order_makes_sure_is_not_looked_up(
    dsns: Mapping[str, str], fill: Fill
) -> None:
    """Notifications are read first: what they have, tickets had sent before it was read."""
    fill("notifications", received("tickets"))
    async with snapshots.take_snapshots(dsns) as taken:
        assert taken.is_consistent


async def test_snapshots_are_taken_again_until_they_fit(
    dsns: Mapping[str, str], fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill("events", received("tickets"))
    tries = 0
    look = snapshots.received_before_sent

    async def look_and_let_it_arrive(
        connections: "Mapping[str, asyncpg.Connection[asyncpg.Record]]",
    ) -> list[str]:
        nonlocal tries
        tries += 1
        found = await look(connections)
        if tries == 1:
            other = await asyncpg.connect(dsns["tickets"])
            await other.execute(SENT)
            await other.close()
        return found

    monkeypatch.setattr(snapshots, "received_before_sent", look_and_let_it_arrive)
    async with snapshots.take_snapshots(dsns) as taken:
        assert taken.is_consistent
    assert tries == 2
