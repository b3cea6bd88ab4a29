"""The demo events: believable, told like all others, made once, never in production."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import delete, func, select

from guichet.events.demo_events import DEMO_EVENTS
from guichet.events.seed import POSTERS, DemoInProduction, edit_of, seed
from guichet.events.settings import Settings
from guichet.events.tables import events
from guichet.kernel.database import Database
from guichet.kernel.settings import Environment
from guichet.kernel.tables import outbox
from tests.conftest import DatabaseDsn
from tools.posters.__main__ import BYTES_MAX
from tools.posters.__main__ import POSTERS as POSTERS_DRAWN


def settings_of(
    dsn: str, folder: Path, environment: Environment = Environment.DEVELOPMENT
) -> Settings:
    return Settings(events_dsn=dsn, storage_dir=folder, environment=environment)


async def test_seeding_twice_makes_them_once(
    database_dsn: DatabaseDsn, database: Database, tmp_path: Path
) -> None:
    settings = settings_of(database_dsn("events"), tmp_path)
    made = await seed(settings)
    assert len(made) == len(DEMO_EVENTS) >= 10
    assert await seed(settings) == []
    counts = await _messages(database)
    assert counts == {"events.event.published": len(DEMO_EVENTS) - 1}
    assert all(event.starts_at > datetime.now(UTC) for event in made)
    assert len({event.image_hash for event in made} - {None}) == len(made)


async def test_a_house_of_another_country_has_them_too(
    database_dsn: DatabaseDsn, database: Database, tmp_path: Path
) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(delete(events))
    settings = settings_of(database_dsn("events"), tmp_path)
    swiss = settings.model_copy(update={"vat_rates": "0,2.6,8.1", "vat_rate_default": "2.6"})
    made = await seed(swiss)
    assert len(made) == len(DEMO_EVENTS)
    assert {kind.vat_basis_points for event in made for kind in event.ticket_types} == {260}


async def _messages(database: Database) -> Mapping[str, int]:
    async with database.reading() as connection:
        rows = await connection.execute(
            select(outbox.c.subject, func.count()).group_by(outbox.c.subject)
        )
        return {row[0]: row[1] for row in rows}


def test_every_event_has_a_poster_and_every_poster_its_event() -> None:
    drawn = {path.stem: path.stat().st_size for path in POSTERS.glob("*.webp")}
    assert drawn.keys() == {demo.poster for demo in DEMO_EVENTS} == POSTERS_DRAWN.keys()
    assert max(drawn.values()) <= BYTES_MAX
    for draw in POSTERS_DRAWN.values():
        assert ElementTree.fromstring(draw()).get("viewBox") == "0 0 1600 1000"  # noqa: S314 - our own drawing


async def test_production_has_no_demo(tmp_path: Path) -> None:
    settings = settings_of("", tmp_path, environment=Environment.PRODUCTION)
    with pytest.raises(DemoInProduction):
        await seed(settings)


def test_the_programme_shows_what_there_is() -> None:
    assert {demo.creator_id for demo in DEMO_EVENTS} == {1, 3}
    assert sum(not demo.is_published for demo in DEMO_EVENTS) == 1
    assert len({demo.category for demo in DEMO_EVENTS}) >= 8
    assert any(len(demo.ticket_types) > 1 for demo in DEMO_EVENTS)
    types = [kind.values for demo in DEMO_EVENTS for kind in demo.ticket_types]
    assert min(kind["price_minor"] for kind in types) == 0
    assert min(kind["capacity"] for kind in types) < 10
    assert {kind.get("vat_basis_points") for kind in types} == {None, 550}
    assert {demo.fee.get("is_on_top", True) for demo in DEMO_EVENTS if demo.fee} == {True, False}
    assert sum(bool(demo.refund_rules) for demo in DEMO_EVENTS) == 1


def test_dates_are_counted_from_today() -> None:
    moment = datetime(2030, 12, 31, 23, 30, tzinfo=UTC)
    starts_at = edit_of(DEMO_EVENTS[0], moment).values["starts_at"]
    # In Paris it is the first of January already; twelve days on, the next Friday counts.
    assert starts_at.isoformat() == "2031-01-17T20:30:00"
    for demo in DEMO_EVENTS:
        assert edit_of(demo, moment).values["starts_at"].weekday() == demo.weekday
